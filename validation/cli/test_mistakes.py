# SPDX-License-Identifier: MIT
"""Bad input: one sentence per mistake, exit code 2, no file made, an older results file byte for byte the same."""

import os
import random
import shutil
import unittest

import h5py
import numpy as np

from program import DATA, EXPERIMENT, InFolder, VARIANTS


class ExperimentFiles(InFolder):
    def test_mistakes_leave_no_file_and_the_older_results_alone(self):
        self.run_experiment()
        mistakes = {
            "seed = 3": ("sed = 3", ["experiment.toml:27:", 'did you mean "seed"?']),
            "students = 2": ("students = 1000000", ["experiment.toml:5:", "at most 32"]),
            "learning_rate = 0.5": ("learning_rate = nan", ["experiment.toml:11:", "at least 0"]),
            '"erf"': ('{ expression = "log(z)" }', ["experiment.toml:7:", "not finite"]),
            "end = 2.0": ("end = = 2.0", ["experiment.toml:19: column 7: not valid TOML"]),
            "[time]": ("[tiem]\n", ["[tiem]"[1:-1], "[time] is missing"]),
        }
        for piece, (replacement, says) in mistakes.items():
            with self.subTest(replacement):
                self.write("mistake.toml", EXPERIMENT.replace(piece, replacement))
                for out in ("results.h5", "new.h5"):
                    self.refused("run", "mistake.toml", "-o", out, sentences=2 if piece == "[time]" else 1,
                                 says=[part.replace("experiment.toml", "mistake.toml") for part in says])

    def test_several_mistakes_are_told_at_once(self):
        self.write("mistakes.toml", EXPERIMENT.replace("seed = 3", "sed = 3").replace("end = 2.0", "end = -2.0")
                   .replace('"erf"', '"eref"') + VARIANTS)
        self.refused("run", "mistakes.toml", sentences=3)

    def test_claims_are_checked_before_anything_runs(self):
        claim = '\n[[claims]]\nname = "c"\npredicted = 1.0\nobservable = "Q"\nrow = 1\ncolumn = 9\n'
        self.write("claim.toml", EXPERIMENT + claim)
        # Years of simulation would come first.
        self.refused("run", "claim.toml", "--set", "routes.sim.d=1e15", says=["claims.observable", "column = 9"])

    def test_what_is_not_an_experiment_file(self):
        self.refused("run", "none.toml", says=["none.toml", "no such experiment file"])
        self.refused("run", self.folder, says=["is a directory"])
        self.refused("run", "/dev/zero", says=["is a pipe or a device"])
        with open(self.path("large.toml"), "wb") as file:
            file.truncate(1 << 25)
        self.refused("run", "large.toml", says=["larger than 16 MB"])
        self.write("bytes.toml", bytes(range(256)))
        self.refused("run", "bytes.toml", says=["bytes.toml:1: column 1: not valid TOML"])
        self.write("empty.toml", "")
        self.refused("run", "empty.toml", sentences=5, says=["[time] is missing", "[routes] is missing"])

    def test_a_run_that_does_not_fit_into_memory_does_not_begin(self):
        self.refused("run", "experiment.toml", "--set", "routes.sim.replicas=1000000", "--set", "time.points=1000000",
                     "--set", "time.end=1e6", says=["experiment.toml", "GB", "fewer [time] points"])

    def test_counts_that_nothing_can_hold(self):
        learns = """
[problem]
kind = "multi-index"
students = 1
teachers = 1
link = "tanh"
loss = "square"
[data]
sample_ratio = 2.0
[algorithm]
kind = "sgd"
learning_rate = 0.1
batch_size = 1
[initial]
Q = [[1.0]]
R = [[0.2]]
T = [[1.0]]
[time]
end = 1.0
points = 2
[routes.sim]
kind = "simulation"
d = 20
replicas = 2
"""
        layers = """
[problem]
kind = "deep-linear"
mode_strengths = [2.0, 1.0]
[algorithm]
kind = "gradient-flow"
[initial]
strengths = [0.01]
[time]
end = 1.0
points = 2
[routes.sim]
kind = "simulation"
d = 6
"""
        descent = learns.replace('"multi-index"', '"generalized-linear"').replace(
            'students = 1\nteachers = 1\nlink = "tanh"\n', "").replace("batch_size = 1\n", "").replace(
            '"sgd"', '"gradient-descent"')
        for text, key in ((learns, "data.sample_ratio"), (descent, "data.sample_ratio"),
                          (layers, "problem.hidden_ratio"), (layers, "problem.output_ratio")):
            self.write("count.toml", text)
            for value in "1e300", "1e19":
                with self.subTest(f"{key} = {value}"):
                    self.refused("run", "count.toml", "--set", f"{key}={value}",
                                 says=["routes.sim.d", key.split(".")[1], "more than can be counted"])
        self.write("count.toml", layers)
        self.refused("run", "count.toml", "--set", "problem.hidden_ratio=1e11", says=["GB of weights"])
        self.refused("run", "count.toml", "--set", "problem.output_ratio=0.01", says=["leaves no output"])
        self.refused("run", "count.toml", "--set", "data.sample_ratio=1e12", says=["GB of weights and samples"])
        self.write("count.toml", learns)
        self.refused("run", "count.toml", "--set", "data.sample_ratio=0.01", says=["leaves no sample at d = 20"])

    def test_hundreds_of_mutations_end_within_seconds_and_never_crash(self):
        base = (EXPERIMENT + VARIANTS + '[[claims]]\nname = "c"\nobservable = "Q"\nrow = 1\ncolumn = 1\n'
                'variant = "slow"\npredicted = 1.0\n[figure]\nobservables = ["Q"]\n').encode()
        words = [b"=", b"[", b"]", b"{", b"}", b'"', b"\n", b"-", b".", b"0", b"1e9", b"nan", b"inf", b"\xff", b"\0",
                 b"true", b"[[claims]]", b"[variants.x]", b"z^", b"#", b"'''", b"9223372036854775807", b", "]
        choose = random.Random(1)
        for number in range(300):
            text = bytearray(base)
            for _ in range(choose.randint(1, 4)):
                place = choose.randrange(len(text))
                end = min(len(text), place + choose.choice([0, 1, 1, 5, 40]))
                text[place:end] = choose.choice(words) if choose.random() < 0.6 else text[end:end + 20]
            self.write("mutated.toml", bytes(text))
            # Whatever size or length a mutation asks for, the run itself stays short.
            done = self.hidyn("run", "mutated.toml", "-o", "m.h5", "--quiet", "--set", "time.end=0.2", "--set",
                              "time.points=2", "--set", "routes.sim.d=30", "--set", "routes.sim.replicas=4")
            self.assertIn(done.returncode, (0, 1, 2), f"mutation {number}: {done.stderr}\n{bytes(text)}")
            self.assertEqual(done.returncode == 2, done.stderr != "", done.stderr)


class Outputs(InFolder):
    def run_refused(self, out, *says):
        self.refused("run", "experiment.toml", "-o", out, says=says)

    def test_an_output_that_cannot_be_a_results_file(self):
        self.run_refused(self.folder, "is a directory")
        self.run_refused("none/results.h5", "there is no folder none")
        self.run_refused("experiment.toml/results.h5", "no results file can be written")
        self.run_refused("/dev/null", "not a regular file")
        self.run_refused("experiment.toml", "not a results file of hidyn")
        self.run_refused("n" * 300 + ".h5", "no results file can be written")

    def test_a_foreign_file_is_left_alone_whatever_its_name(self):
        self.write("foreign.h5", "precious")
        self.run_refused("foreign.h5", "left alone")
        with h5py.File(self.path("data.h5"), "w") as file:
            file["temperature"] = [1.0]
        self.run_refused("data.h5", "left alone")

    def test_an_older_results_file_and_an_empty_one_are_replaced(self):
        self.write("results.h5", "")
        self.run_experiment()
        before = self.digest("results.h5")
        self.run_experiment("--set", "routes.sim.seed=4")
        self.assertNotEqual(self.digest("results.h5"), before)
        self.assertEqual(self.files(), ["experiment.toml", "results.h5"])

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_without_the_right_to_write(self):
        os.mkdir(self.path("closed"), 0o500)
        self.run_refused("closed/results.h5", "Permission denied")


class ResultsFiles(InFolder):
    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(DATA, "results-schema-1.h5"), self.path("good.h5"))

    def every_reader_refuses(self, *says):
        for command in (("compare",), ("compare", "--json"), ("plot", "-o", "figure.png")):
            self.refused(command[0], "bad.h5", *command[1:], says=["bad.h5", *says])

    def damaged(self, change):
        shutil.copy(self.path("good.h5"), self.path("bad.h5"))
        with h5py.File(self.path("bad.h5"), "r+") as file:
            change(file)

    def test_what_is_not_a_results_file(self):
        self.write("bad.h5", "time,error\n0,1\n")
        self.every_reader_refuses("not an HDF5 file")
        with h5py.File(self.path("bad.h5"), "w") as file:
            file["temperature"] = [1.0]
        self.every_reader_refuses("not a results file of hidyn")
        self.refused("compare", "none.h5", says=["none.h5: no such results file"])
        os.mkfifo(self.path("pipe.h5"))
        self.refused("compare", "pipe.h5", says=["pipe.h5: is a pipe or a device, not a results file"])
        self.refused("compare", self.folder, says=["is a folder without index.h5"])

    def test_truncated_at_many_lengths(self):
        with open(self.path("good.h5"), "rb") as file:
            whole = file.read()
        for length in np.unique(np.concatenate([np.arange(0, 100, 9), np.linspace(100, len(whole) - 1, 40)])):
            self.write("bad.h5", whole[:int(length)])
            with self.subTest(length=int(length)):
                self.refused("compare", "bad.h5", says=["bad.h5"])

    def test_a_newer_schema(self):
        self.damaged(lambda file: file.attrs.modify("schema_version", 2))
        self.every_reader_refuses("schema version 2", "1 to 1")

    def test_something_missing_or_of_another_shape(self):
        route = "routes/slow.sgd-d100/"

        def reshape(name, shape):
            def change(file):
                attributes = dict(file[name].attrs)
                del file[name]
                file[name] = np.zeros(shape)
                file[name].attrs["dimensions"] = attributes["dimensions"]
            return change

        def remove(name):
            return lambda file: file.__delitem__(name)

        def letters(file):
            del file[route + "Q"]
            file[route + "Q"] = np.array([b"a"])
            file[route + "Q"].attrs["dimensions"] = "replica time student student_2"

        def huge(file):
            del file[route + "Q"]
            file.create_dataset(route + "Q", (4, 3, 1 << 20, 1 << 20), "f8")
            file[route + "Q"].attrs["dimensions"] = "replica time student student_2"

        changes = {"no time": (remove("time"), "time"), "no routes": (remove("routes"), "routes"),
                   "no Q": (remove(route + "Q"), "lacks Q"),
                   "fewer replicas": (reshape(route + "Q", (3, 3, 2, 2)), "Q"),
                   "fewer times": (reshape(route + "R", (4, 2, 2, 1)), "R"),
                   "more students": (reshape(route + "R", (4, 3, 5, 1)), "R"),
                   "a number": (reshape(route + "R", ()), "R"), "letters": (letters, "Q"), "huge": (huge, "Q"),
                   "variance": (reshape("routes/slow.noise/Q_variance", (3, 2)), "Q_variance")}
        for name, (change, says) in changes.items():
            with self.subTest(name):
                self.damaged(change)
                self.every_reader_refuses("damaged", says)


class Usage(InFolder):
    def test_unknown_commands_flags_and_values(self):
        self.refused("rnu", says=["there is no command \"rnu\"", "run, compare, plot", "did you mean \"run\"?"])
        self.refused(says=["hidyn --help"])
        self.refused("run", says=["experiment is required"])
        self.refused("run", "experiment.toml", "--thread", "2", says=["--thread"])
        self.refused("run", "experiment.toml", "extra", says=["extra"])
        for threads in ("0", "-1", "two", "5000"):
            self.refused("run", "experiment.toml", "--threads", threads, says=["--threads"])
        self.refused("run", "experiment.toml", "--set", says=["--set"])
        self.refused("list", "everything", says=["everything", "problems"])
        self.refused("describe", "comittee", says=["nothing of that name", "did you mean \"committee\"?"])
        self.refused("describe", says=["name is required"])

    def test_overrides(self):
        for assignment, says in {"nonsense": "KEY=VALUE", "=3": "KEY=VALUE", "a b=3": "is not a key",
                                 "problem=3": "must be a section", "algorithm.rate=1": "unknown key",
                                 "routes.sim.d=[1,2": "whole number"}.items():
            self.refused("run", "experiment.toml", "--set", assignment, says=["--set", says])


if __name__ == "__main__":
    unittest.main()
