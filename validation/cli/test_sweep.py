# SPDX-License-Identifier: MIT
"""Batches: every point once and whole, whatever stops them; shards and folders put together; mistakes in [sweep]."""

import glob
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy as np

from program import EXPERIMENT, HANGS, InFolder, PROGRAM

SWEEP = EXPERIMENT + """
[sweep]
algorithm.learning_rate = { from = 0.1, to = 1.6, points = 5, spacing = "log" }
problem.label_noise = [0.0, 0.25]
"""


def datasets(path):
    """Every dataset's bytes; attributes tell times and commands, which may differ."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.setdefault(name, item[()].tobytes())
                        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" else None)
    return found


def others(batch, *expected):
    """What else is among the points."""
    return [name for name in os.listdir(os.path.join(batch, "points")) if not name.endswith(expected)]


def points(folder):
    return {os.path.basename(path): datasets(path) for path in glob.glob(os.path.join(folder, "points", "*.h5"))}


class Batch(InFolder):
    def setUp(self):
        super().setUp()
        self.write("sweep.toml", SWEEP)

    def sweep(self, *arguments, out="batch", code=0, **options):
        done = self.hidyn("sweep", "sweep.toml", "-o", out, *arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def index(self, out="batch", name="index.h5"):
        return h5py.File(self.path(os.path.join(out, name)))


DESCENT = """
[problem]
kind = "linear-regression"
label_noise = 0.25
[data]
sample_ratio = 0.5
[algorithm]
kind = "gradient-descent"
time_step = 0.5
[initial]
Q = [[1.0]]
R = [[0.1]]
[time]
end = 40.0
points = 5
[routes.sim]
kind = "simulation"
d = 30
replicas = 16
[sweep]
algorithm.learning_rate = [0.1, 0.9]
"""


class Sweeps(Batch):
    def test_the_few_that_did_not_diverge_do_not_speak_for_all(self):
        self.write("sweep.toml", DESCENT)
        self.sweep()
        with self.index() as index:
            remaining = index["routes/sim/remaining"][()]
            self.assertEqual(remaining[0], 1.0)
            self.assertTrue(0.0 < remaining[1] < 0.5, remaining)
            error = index["routes/sim/generalization_error"][()]
            self.assertTrue(np.isfinite(error[0]) and np.isnan(error[1]), error)

    def test_a_point_is_what_run_gives(self):
        self.sweep()
        self.write("one.toml", EXPERIMENT)
        with self.index() as index:
            self.assertEqual(index["point"].shape, (10,))
            np.testing.assert_allclose(index["parameters/algorithm.learning_rate"][::2],
                                       [0.1, 0.2, 0.4, 0.8, 1.6], rtol=1e-12)
            np.testing.assert_array_equal(index["parameters/problem.label_noise"][:2], [0, 0.25])
            self.assertEqual(set(index["status"].asstr()), {"complete"})
            for row in (0, 7, 9):
                rate, noise = (float(index[f"parameters/{key}"][row])
                               for key in ("algorithm.learning_rate", "problem.label_noise"))
                self.run_experiment("--set", f"algorithm.learning_rate={rate!r}", "--set",
                                    f"problem.label_noise={noise!r}", name="one.toml")
                file = os.path.join("batch", index["file"].asstr()[row])
                self.assertEqual(datasets(self.path(file)), datasets(self.path("results.h5")))
                with h5py.File(self.path("results.h5")) as results:
                    last = results["routes/sim-d100/R"][:, -1]
                    np.testing.assert_allclose(index["routes/sim-d100/R"][row], last.mean(axis=0))
                    np.testing.assert_allclose(index["routes/sim-d100/R_error"][row],
                                               last.std(axis=0, ddof=1) / 2, rtol=1e-10)
                    np.testing.assert_array_equal(index["routes/ode/R"][row], results["routes/ode/R"][-1])
                    outcome = results["scaling/sim~ode"].attrs["outcome"]
                    self.assertEqual(index["verdict"].asstr()[row], outcome)

    def test_threads_change_nothing(self):
        self.sweep("--threads", "1", out="one")
        self.sweep("--threads", "7", out="many")
        self.assertEqual(points(self.path("one")), points(self.path("many")))

    def test_keys_move_together_and_options_add_axes(self):
        self.write("sweep.toml", EXPERIMENT + """
[sweep]
routes.sim.d = [40, 80, 160]
routes.sim.replicas = [8, 6, 4]
zip = [["routes.sim.d", "routes.sim.replicas"]]
""")
        self.sweep("--sweep", 'problem.activation=["erf", "relu"]')
        with self.index() as index:
            np.testing.assert_array_equal(index["parameters/routes.sim.d"], [40, 40, 80, 80, 160, 160])
            np.testing.assert_array_equal(index["parameters/routes.sim.replicas"], [8, 8, 6, 6, 4, 4])
            self.assertEqual(list(index["parameters/problem.activation"].asstr()), ["erf", "relu"] * 3)
            self.assertEqual(index["parameters"].attrs["axis_of_routes.sim.replicas"], 1)
            self.assertEqual(index["routes/sim/generalization_error"].shape, (6,))

    def test_shards_and_folders_make_the_whole(self):
        self.sweep(out="whole")
        for shard in ("1/3", "2/3", "3/3"):
            self.sweep("--shard", shard, out="shared")
        self.assertEqual(self.hidyn("merge", "shared").returncode, 0)
        self.assertEqual(points(self.path("shared")), points(self.path("whole")))
        self.sweep("--shard", "1/2", out="left")
        self.sweep("--shard", "2/2", out="right")
        self.assertEqual(self.hidyn("merge", "left").returncode, 3)  # half of it is missing
        self.assertEqual(self.hidyn("merge", "left", "right", "-o", "both").returncode, 0)
        self.assertEqual(points(self.path("both")), points(self.path("whole")))
        with self.index("both") as both, self.index("whole") as whole:
            for name in ("point", "p_value", "routes/sim-d50/generalization_error", "parameters/problem.label_noise"):
                np.testing.assert_array_equal(both[name][()], whole[name][()])

    def test_another_batch_is_not_joined(self):
        self.sweep(out="first")
        self.sweep("--shard", "1/2", out="first")  # the same batch
        self.sweep("--set", "problem.teachers=2", "--sweep", "problem.label_noise=[0.5]", out="second")
        for command in (["sweep", "sweep.toml", "-o", "second", "--shard", "1/2"], ["merge", "first", "-o", "second"]):
            self.refused(*command, says=["second", "another batch", "-o"])
        with self.index("second") as index:
            self.assertEqual(index["point"].shape, (5,))

    def test_a_batch_is_continued_by_itself_or_by_one_that_shares_points(self):
        self.sweep()
        whole = points(self.path("batch"))
        with open(self.path("sweep.toml")) as file:
            text = file.read()
        with open(self.path("batch/sweep.toml")) as file:
            first = file.read()
        self.write("sweep.toml", text.replace("end = 2.0", "end = 1.0"))
        said = self.sweep("--resume", code=2).stderr
        self.assertIn("batch: holds another batch, no point of which is one of this", said)
        self.write("sweep.toml", text)
        said = self.sweep("--resume", "--sweep", "problem.label_noise=[0.25, 0.5]").stderr
        self.assertIn("5 of 10 points are there already", said)
        self.assertIn("its sweep.toml was moved to batch/sweep.toml.aside", said)
        self.assertIn("batch/points holds 5 results files that are of no point of this batch", said)
        extended = points(self.path("batch"))
        self.assertEqual(len(extended), 15)
        self.assertEqual({name: extended[name] for name in whole}, whole)
        with open(self.path("batch/sweep.toml.aside")) as file:
            self.assertEqual(file.read(), first)
        with self.index() as index:
            np.testing.assert_array_equal(index["parameters/problem.label_noise"][:2], [0.25, 0.5])

    def test_the_index_keeps_large_numbers_and_lists_of_sizes_apart(self):
        self.write("sweep.toml", EXPERIMENT)
        self.sweep("--sweep", "routes.sim.seed=[9007199254740993, 9007199254740995]",
                   "--sweep", "routes.sim.d=[[50], [50, 100]]")
        with self.index() as index:
            self.assertEqual(sorted(set(index["parameters/routes.sim.seed"].asstr())),
                             ["9007199254740993", "9007199254740995"])
            self.assertEqual(sorted(index["routes"]), ["ode", "sim-d100", "sim-d50"])
            self.assertTrue(np.isfinite(index["routes/sim-d50/generalization_error"][()]).all())
            np.testing.assert_array_equal(np.isfinite(index["routes/sim-d100/generalization_error"][()]),
                                          [False, True, False, True])

    def test_shards_start_at_the_same_moment(self):
        self.sweep(out="whole")
        for attempt in range(5):
            out = f"together-{attempt}"
            started = [subprocess.Popen([PROGRAM, "sweep", "sweep.toml", "-o", out, "--shard", f"{part}/4", "--quiet"],
                                        cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                       for part in range(1, 5)]
            for process in started:
                _, said = process.communicate(timeout=HANGS)
                self.assertEqual(process.returncode, 0, said)
            self.assertEqual(points(self.path(out)), points(self.path("whole")))

    def test_an_axis_on_the_command_line_replaces_that_of_the_file(self):
        self.sweep("--sweep", "algorithm.learning_rate={from=0.25,to=0.75,points=3}")
        with self.index() as index:
            np.testing.assert_array_equal(index["parameters/algorithm.learning_rate"][::2], [0.25, 0.5, 0.75])
        self.refused("sweep", "sweep.toml", "-o", "other", "--sweep", "algorithm.learning_rate={from=1,to=2}",
                     says=["points"])

    def test_figures(self):
        self.sweep()
        self.assertEqual(self.hidyn("plot", "batch/index.h5", "-o", "map.png").returncode, 0)
        self.sweep("--set", "problem.teachers=1", "--sweep", "problem.label_noise=[0]", out="line",
                   code=2)  # the start does not fit one teacher
        self.write("sweep.toml", EXPERIMENT + "[sweep]\nalgorithm.learning_rate = [0.1, 0.2]\n")
        self.sweep(out="line")
        self.assertEqual(self.hidyn("plot", "line/index.h5", "-o", "line.pdf").returncode, 0)
        self.assertEqual(self.hidyn("plot", "line").returncode, 0)
        self.assertTrue(os.path.exists(self.path("line/index.png")))
        self.refused("compare", "line/index.h5", says=["line/index.h5", "index of a batch"])
        self.refused("compare", "line", says=["line/index.h5", "index of a batch"])
        self.refused("plot", "line/points", says=["line/points", "folder without index.h5", "merge"])
        done = self.hidyn("plot", "line/index.h5", "--observables", "speed", "-o", "line.png")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no scalar observable 'speed'", done.stderr)
        self.assertIn("map.png", self.files())

    def test_divergence_is_a_result_and_the_others_go_on(self):
        self.write("sweep.toml", EXPERIMENT.replace('activation = "erf"', 'activation = { expression = "z^3" }')
                   + "[sweep]\nalgorithm.learning_rate = [0.01, 5.0]\n")
        self.sweep()
        with self.index() as index:
            self.assertEqual(list(index["status"].asstr()), ["complete", "diverged"])

    def test_mistakes_are_found_before_anything_runs(self):
        cases = {
            "[sweep]\nalgorithm.learning_rte = [1.0]\n": "learning_rate",
            "[sweep]\nalgorithm.learning_rate = []\n": "list of values",
            "[sweep]\nalgorithm.learning_rate = 0.1\n": "list of values",
            "[sweep]\nalgorithm.learning_rate = [0.1, 0.1]\n": "twice",
            "[sweep]\nalgorithm.learning_rate = [0.1, -1.0]\n": "-1.0",
            "[sweep]\nalgorithm.learning_rate = { from = 0.1, to = 1 }\n": "points",
            "[sweep]\nalgorithm.learning_rate = { from = 0, to = 1, points = 3, spacing = \"log\" }\n": "above 0",
            "[sweep]\nalgorithm.learning_rate = { from = 1, to = 2, points = 3, step = 1 }\n": "step",
            "[sweep]\nlearning.rate = [1]\n": "learning",
            "[sweep]\nproblem = [1]\n": "name a key",
            "[sweep]\nalgorithm.learning_rate = [0.1]\nzip = [[\"algorithm.learning_rate\", \"a.b\"]]\n": "a.b",
            "[sweep]\nalgorithm.learning_rate = [0.1, 0.2]\nproblem.label_noise = [0.0]\n"
            "zip = [[\"algorithm.learning_rate\", \"problem.label_noise\"]]\n": "as many values",
            "[sweep]\nroutes.sim.seed = { from = 1, to = 1000000, points = 1000000 }\n"
            "routes.sim.replicas = [2, 3]\n": "at most",
            "[sweep]\nalgorithm.learning_rate = [0.1]\n[variants.a]\nalgorithm.learning_rate = 1.0\n": "variant",
            "": "nothing to sweep",
        }
        for section, word in cases.items():
            with self.subTest(section=section):
                self.write("sweep.toml", EXPERIMENT + section)
                self.assertIn(word, self.refused("sweep", "sweep.toml", "-o", "batch"))
                self.assertFalse(os.path.exists(self.path("batch")))
        self.write("sweep.toml", SWEEP)
        self.refused("sweep", "sweep.toml", "--set", "algorithm.learning_rate=1", says=["[sweep] varies it"])
        for shard in ("0/2", "3/2", "1", "a/b", "1/2/3"):
            self.refused("sweep", "sweep.toml", "--shard", shard, says=["I/N"])
        self.write("taken", "not a folder")
        self.refused("sweep", "sweep.toml", "-o", "taken", says=["not a folder"])
        self.refused("merge", "nowhere", says=["holds no batch"])
        self.sweep()
        self.assertEqual(self.hidyn("sweep", "sweep.toml", "-o", "batch").returncode, 2)

    def test_points_side_by_side_must_fit_together(self):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        self.write("sweep.toml", EXPERIMENT)
        self.sweep("--sweep", "routes.sim.d=[50, 60]", out="small")
        with h5py.File(glob.glob(self.path("small/points/*.h5"))[0]) as file:
            name = next(name for name in file["routes"] if name.startswith("sim"))
            group = file["routes"][name]
            numbers = sum(item.size for item in group.values() if "replica" in str(item.attrs.get("dimensions", "")))
            per_replica_and_time = numbers / group.attrs["replicas"] / len(file["time"])
        # One point takes two thirds of the memory.
        replicas = 1_000_000
        times = int(memory * 2 / 3 / 8 / per_replica_and_time / replicas)
        self.refused("sweep", "sweep.toml", "--sweep", "routes.sim.d=[50, 60]", "--set",
                     f"routes.sim.replicas={replicas}", "--set", f"time.points={times}", "--set", f"time.end={times}",
                     "--threads", "2", says=["2 points side by side", "--threads 1"])

    def test_a_run_says_that_it_leaves_the_sweep_out(self):
        done = self.run_experiment(name="sweep.toml")
        self.assertIn("hidyn sweep", done.stderr)


class NothingIsLost(Batch):
    """Only here the points take long enough to be stopped among them."""

    def setUp(self):
        super().setUp()
        slow = SWEEP.replace('method = "reduced"', 'method = "direct"').replace("d = [50, 100]", "d = [300, 600]")
        self.write("sweep.toml", slow.replace("end = 2.0", "end = 30.0"))

    def test_killed_again_and_again(self):
        chance = random.Random(5)
        kills = 0
        for attempt in range(20):  # on a machine that is busy now and free later a batch is through before it is killed
            kills += self.kills(f"undisturbed-{attempt}", f"batch-{attempt}", chance)
            if kills >= 12:
                return
        self.fail(f"the batches were killed {kills} times only")

    def kills(self, undisturbed, batch, chance):
        """Kills one batch at random moments until it is done; returns how often."""
        begin = time.monotonic()
        self.sweep(out=undisturbed)
        length = time.monotonic() - begin
        whole = points(self.path(undisturbed))
        self.assertEqual(len(whole), 10)
        kills = 0
        while True:
            process = subprocess.Popen([PROGRAM, "sweep", "sweep.toml", "-o", batch, "--resume", "--quiet"],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=length * chance.uniform(0.05, 0.4))
            except subprocess.TimeoutExpired:
                process.send_signal(chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)))
                process.wait()
                kills += 1
            # What is there is whole, at every moment.
            there = points(self.path(batch))
            self.assertEqual(there, {name: whole[name] for name in there})
            if process.returncode == 0:
                break
            self.assertLess(kills, 500)
        self.assertEqual(points(self.path(batch)), whole)
        self.assertEqual(others(self.path(batch), ".h5"), [])
        return kills

    def test_started_twice_at_once(self):
        self.sweep(out="alone")
        command = [PROGRAM, "sweep", "sweep.toml", "-o", "batch", "--resume", "--quiet"]
        for attempt in range(3):
            shutil.rmtree(self.path("batch"), ignore_errors=True)
            started = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True) for _ in range(2)]
            for process in started:
                _, said = process.communicate(timeout=HANGS)
                self.assertEqual(process.returncode, 0, said)
            self.assertEqual(points(self.path("batch")), points(self.path("alone")))

    def test_damaged_and_foreign_files(self):
        self.sweep()
        whole = points(self.path("batch"))
        names = sorted(whole)
        folder = self.path("batch/points")
        with open(os.path.join(folder, names[0]), "r+b") as file:  # a disk that lost the end of a file
            file.truncate(3000)
        with open(os.path.join(folder, names[1]), "w") as file:  # somebody's notes under a point's name
            file.write("my notes\n")
        open(os.path.join(folder, names[2]), "w").close()
        shutil.copy(os.path.join(folder, names[4]), os.path.join(folder, names[3]))  # another point's results
        with open(os.path.join(folder, "notes.txt"), "w") as file:
            file.write("more notes\n")
        killed = subprocess.Popen(["true"])
        killed.wait()
        part = os.path.join(folder, f"{names[5]}.part-{killed.pid}")
        with open(part, "w") as file:
            file.write("what a killed process left")
        remarks = os.path.join(folder, names[6] + ".part-time-remarks")  # named like it, but not
        shutil.copy(os.path.join(folder, "notes.txt"), remarks)
        os.remove(os.path.join(folder, names[5]))
        for name, dataset in ((names[6], "time"), (names[7], "routes/sim-d300/Q"), (names[8], "comparisons/sim-d300~ode/Q/z")):
            with h5py.File(os.path.join(folder, name)) as file:
                place = file[dataset].id.get_chunk_info(0).byte_offset + 9
            with open(os.path.join(folder, name), "r+b") as file:  # one bit of one number
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 1]))
        with open(os.path.join(folder, names[9][:-3] + ".failed"), "w") as file:  # of an earlier start
            file.write("no memory")
        os.remove(self.path("batch/index.h5"))
        said = self.sweep("--resume").stderr
        self.assertIn("2 of 10 points are there already", said)
        self.assertFalse(os.path.exists(os.path.join(folder, names[9][:-3] + ".failed")))
        self.assertEqual(points(self.path("batch")), whole)
        with open(os.path.join(folder, names[1] + ".aside")) as file:
            self.assertEqual(file.read(), "my notes\n")
        self.assertTrue(os.path.exists(os.path.join(folder, "notes.txt")))
        # Whole results of something else are nobody's to throw away either.
        self.assertEqual(datasets(os.path.join(folder, names[3] + ".aside")), whole[names[4]])
        self.assertFalse(os.path.exists(part))
        self.assertTrue(os.path.exists(remarks))
        self.assertTrue(os.path.exists(self.path("batch/index.h5")))

    def test_a_full_disk(self):
        self.sweep(out="undisturbed")
        whole = points(self.path("undisturbed"))
        with tempfile.TemporaryDirectory() as disk:
            size = 4 * os.path.getsize(glob.glob(self.path("undisturbed/points/*"))[0])
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk],
                              stderr=subprocess.DEVNULL).returncode != 0:
                self.skipTest("no small file system can be mounted here")
            try:
                batch = os.path.join(disk, "batch")
                done = self.sweep(out=batch, code=3)
                self.assertIn("--resume goes on", done.stderr)
                there = points(batch)
                self.assertGreater(len(there), 0)
                self.assertLess(len(there), 10)
                self.assertEqual(there, {name: whole[name] for name in there})
                # Points that took longer than five seconds keep what they had; those that are there need not.
                self.assertEqual(others(batch, ".h5", ".h5.checkpoint"), [])
                self.assertEqual([name for name in others(batch, ".h5") if name.removesuffix(".checkpoint") in there], [])
                subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
                self.sweep("--resume", out=batch)
                self.assertEqual(points(batch), whole)
                self.assertEqual(others(batch, ".h5"), [])
            finally:
                subprocess.run(["umount", disk], check=True)

    def test_a_file_that_may_not_grow(self):
        """As under a quota: the write fails, whether or not the signal is heeded; no point is half there."""
        if "TSAN_OPTIONS" in os.environ:
            self.skipTest("the thread sanitizer begins with a file of its own that is larger")
        self.sweep(out="undisturbed")
        whole = points(self.path("undisturbed"))
        command = f"ulimit -f 8; exec '{PROGRAM}' sweep sweep.toml -o batch --quiet"
        for trap in ("", "trap '' XFSZ; "):
            done = subprocess.run(["bash", "-c", trap + command], cwd=self.folder, capture_output=True, timeout=HANGS)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(points(self.path("batch")), {})
        self.sweep("--resume")
        self.assertEqual(points(self.path("batch")), whole)

    def test_interrupted_it_says_how_to_go_on(self):
        process = subprocess.Popen([PROGRAM, "sweep", "sweep.toml", "-o", "batch", "--threads", "1"],
                                   cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while not glob.glob(self.path("batch/points/*.h5")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("--resume goes on", said)
        with self.index() as index:
            self.assertEqual(set(index["status"].asstr()), {"complete", "missing"})


if __name__ == "__main__":
    unittest.main()
