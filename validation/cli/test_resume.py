# SPDX-License-Identifier: MIT
"""Long runs: stopped or killed at any moment, --resume ends with the bytes of an undisturbed run."""

import os
import random
import shutil
import signal
import subprocess
import time
import unittest

import h5py

import test_deep_linear
import test_edge
import test_escape
import test_quadratic_network
from program import EXPERIMENT, InFolder, PROGRAM

MULTI_INDEX = """\
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
learning_rate = 0.5
batch_size = 20

[initial]
Q = [[1.0]]
R = [[0.2]]
T = [[1.0]]

[time]
end = 40.0
points = 11
two_time = true
response_at = [0.5, 10.0]

[routes.sim]
kind = "simulation"
d = 400
replicas = 6
"""

LEARNS = test_deep_linear.NETWORK.replace('"gradient-flow"', '"online-sgd"\nlearning_rate = 0.002\nbatch_size = 4')
LEARNS = LEARNS[:LEARNS.index("[routes.modes]")]

ESCAPE = test_escape.PASSAGE[:test_escape.PASSAGE.index("[routes.ode]")].replace("end = 2\n", "end = 60\n")

# One for every simulator that steps; the sizes take about a second together.
RUNS = {
    "committee, real weights": (EXPERIMENT, ["routes.sim.method=direct", "routes.sim.d=[300, 600]", "time.end=30"]),
    "committee, real weights and a second layer": (
        EXPERIMENT, ["routes.sim.method=direct", "routes.sim.d=400", "time.end=30", "algorithm.batch_size=3",
                     "algorithm.second_layer_learning_rate=0.1", "problem.label_noise=0.1"]),
    "committee, reduced": (EXPERIMENT, ["routes.sim.d=[3000, 6000]", "time.end=40", "routes.sim.replicas=16"]),
    "multi-index, batches": (MULTI_INDEX, []),
    "multi-index, Poisson jumps": (MULTI_INDEX.replace("batch_size = 20", 'time_step = 0.02\njump = "poisson"'), []),
    "multi-index, modified equation": (
        MULTI_INDEX.replace('"sgd"', '"stochastic-modified-equation"').replace("batch_size = 20", "time_step = 0.02"),
        ["time.end=20"]),
    "quadratic network": (test_quadratic_network.NETWORK, ["time.end=40", "algorithm.learning_rate=0.002"]),
    "deep linear, descent": (test_deep_linear.NETWORK,
                             ["algorithm.kind=gradient-descent", "algorithm.learning_rate=1e-4", "time.end=20"]),
    "deep linear, batches": (LEARNS, ["time.end=40", "routes.weights.members=3", "routes.weights.replicas=3"]),
    "deep linear, Wishart batches": (LEARNS, ["time.end=60", "algorithm.batch_size=20",
                                              "routes.weights.method=reduced", "problem.label_noise=0.1"]),
    "deep linear, data": (LEARNS.replace("online-sgd", "sgd"), ["time.end=40", "data.sample_ratio=3.0"]),
    "deep linear, modes": (LEARNS, ["time.end=3000", "routes.weights.method=mode", "routes.weights.members=6",
                                    "routes.weights.replicas=8"]),
    "edge model": (test_edge.EDGE, ["time.end=60000", "routes.theory.kind=mean-square"]),
    "edge model, reduced": (test_edge.EDGE, ["time.end=300000", "routes.sim.method=reduced"]),
    "linear stability": (test_edge.STABILITY, ["time.end=100000", "routes.theory.kind=mean-square"]),
    "two layers": (test_edge.NETWORK, ["time.end=20000"]),
    "sparse regression": (test_edge.SPARSE, ["time.end=400"]),
    "ghost": (test_edge.GHOST, ["time.at=[0, 3000]"]),
    "committee, escape": (ESCAPE, ["routes.sim.method=reduced", "routes.sim.d=4000"]),
    "committee, escape of real weights": (ESCAPE, ["routes.sim.method=direct", "routes.sim.d=300"]),
}


def content(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.setdefault(name, item[()].tobytes())
                        if isinstance(item, h5py.Dataset) else None)
    return found


class Resume(InFolder):
    def run_with(self, text, settings, *arguments, out, **options):
        self.write("long.toml", text)
        words = [word for setting in settings for word in ("--set", setting)]
        return ["run", "long.toml", "-o", out, "--quiet", *words, *arguments]

    def test_killed_and_resumed(self):
        """States are kept a hundred times a second, so that what is resumed is in the middle of a block."""
        chance = random.Random(11)
        kills = resumed = 0
        for name, (text, settings) in RUNS.items():
            with self.subTest(run=name):
                shutil.rmtree(self.path("killed.h5.checkpoint"), ignore_errors=True)  # of a subtest that failed
                begin = time.monotonic()
                whole = self.hidyn(*self.run_with(text, settings, out="whole.h5"))
                self.assertEqual(whole.returncode, 0, whole.stderr)
                length = time.monotonic() - begin
                command = self.run_with(text, settings, "--resume", "--checkpoint", "0.01", out="killed.h5")
                for attempt in range(60):
                    process = subprocess.Popen([PROGRAM, *command], cwd=self.folder, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.PIPE, text=True)
                    try:
                        # Sooner or later long enough, also where keeping states takes most of the time.
                        _, said = process.communicate(timeout=length * chance.uniform(0.1, 0.8 + 0.3 * attempt))
                    except subprocess.TimeoutExpired:
                        process.send_signal(chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT)))
                        _, said = process.communicate()
                        kills += 1
                        resumed += any(entry.startswith("state-") for entry in self.kept())
                    if process.returncode == 0:
                        break
                    self.assertIn(process.returncode, (-signal.SIGKILL, -signal.SIGINT, 130), name + said)
                self.assertEqual(process.returncode, 0)
                self.assertEqual(content(self.path("killed.h5")), content(self.path("whole.h5")), name)
                self.assertEqual(self.kept(), [])
                os.remove(self.path("killed.h5"))
        self.assertGreater(kills, len(RUNS))
        self.assertGreater(resumed, len(RUNS) // 2)

    def leave_a_state(self, settings, out):
        """A run killed in the middle of a block."""
        command = self.run_with(EXPERIMENT, settings, "--checkpoint", "0.01", out=out)
        process = subprocess.Popen([PROGRAM, *command], cwd=self.folder, stderr=subprocess.DEVNULL)
        while not any(name.startswith("state-") for name in self.kept(out)):
            self.assertIsNone(process.poll(), "too short to be killed")
            time.sleep(0.005)
        return process

    def test_records_of_another_experiment_are_not_resumed(self):
        """Two runs alike in all but the seed have states of the same names and shapes."""
        settings = ["routes.sim.method=direct", "routes.sim.d=600", "time.end=30"]
        other = [*settings, "routes.sim.seed=12345"]
        for some, out in ((settings, "one.h5"), (other, "other.h5")):
            process = self.leave_a_state(some, out)
            process.kill()
            process.wait()
        for name in self.kept("other.h5"):
            if name != "run":
                shutil.copy(self.path(f"other.h5.checkpoint/{name}"), self.path("one.h5.checkpoint"))
        self.assertEqual(self.hidyn(*self.run_with(EXPERIMENT, settings, out="whole.h5")).returncode, 0)
        resumed = self.hidyn(*self.run_with(EXPERIMENT, settings, "--resume", out="one.h5"))
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(content(self.path("one.h5")), content(self.path("whole.h5")))

    def test_two_runs_with_one_output(self):
        long = ["routes.sim.method=direct", "routes.sim.d=600", "time.end=30000"]
        process = self.leave_a_state(long, "one.h5")
        for arguments in ([], ["--resume"]):
            for settings in (long, ["routes.sim.d=600"]):
                refused = self.hidyn(*self.run_with(EXPERIMENT, settings, *arguments, out="one.h5"))
                self.assertEqual(refused.returncode, 2, refused.stderr)
                self.assertIn("another run with this output is at work", refused.stderr)
        self.assertIsNone(process.poll())
        process.kill()
        process.wait()
        self.assertIn("run", self.kept("one.h5"))
        # Who holds it no longer locks nobody out.
        anew = self.hidyn(*self.run_with(EXPERIMENT, ["routes.sim.d=600"], out="one.h5"))
        self.assertEqual(anew.returncode, 0, anew.stderr)
        self.assertIn("run", os.listdir(self.path("one.h5.checkpoint.aside")))

    def kept(self, out="killed.h5"):
        folder = self.path(out + ".checkpoint")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def interrupted(self):
        """What a run says that was stopped in the middle of its first block."""
        command = self.run_with(EXPERIMENT, ["routes.sim.d=[1000, 1000000]", "time.end=1000"], out="a.h5")
        for patience in (1.0, 5.0, 25.0, 125.0):  # on a slow machine it has not begun yet
            process = subprocess.Popen([PROGRAM, *command], cwd=self.folder, stderr=subprocess.PIPE, text=True)
            time.sleep(patience)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
            if process.returncode == 130 and "before anything was worth keeping" not in said:
                return said
            self.assertIn(process.returncode, (130, -signal.SIGINT), said)
        self.fail(said)

    def test_what_was_interrupted_is_not_lost_by_mistake(self):
        self.assertIn("--resume goes on from here", self.interrupted())
        left = set(self.kept("a.h5"))
        self.assertTrue({"run", "finished"} <= left or any(name.startswith("state-") for name in left), left)
        settings = ["routes.sim.d=[1000, 1000000]", "time.end=1000"]
        again = self.hidyn(*self.run_with(EXPERIMENT, settings, out="a.h5"))
        self.assertEqual(again.returncode, 2)
        self.assertIn("--resume goes on with it", again.stderr)
        self.assertEqual(set(self.kept("a.h5")), left)
        other = self.hidyn(*self.run_with(EXPERIMENT, ["time.end=1"], "--resume", out="a.h5"))
        self.assertEqual(other.returncode, 2)
        self.assertIn("another experiment", other.stderr)
        anew = self.hidyn(*self.run_with(EXPERIMENT, ["time.end=1"], out="a.h5"))
        self.assertEqual(anew.returncode, 0, anew.stderr)
        self.assertEqual(self.kept("a.h5"), [])
        self.assertEqual(set(os.listdir(self.path("a.h5.checkpoint.aside"))), left)

    def test_what_is_no_checkpoint_is_not_thrown_away(self):
        os.mkdir(self.path("a.h5.checkpoint"))
        self.write("a.h5.checkpoint/thesis.txt", "years of work")
        self.assertEqual(self.hidyn(*self.run_with(EXPERIMENT, ["time.end=1"], out="a.h5")).returncode, 0)
        self.assertTrue(os.path.exists(self.path("a.h5.checkpoint.aside/thesis.txt")))

    def test_a_damaged_checkpoint_costs_only_time(self):
        settings = ["routes.sim.method=direct", "routes.sim.d=[200, 3000]", "time.end=30"]
        self.assertEqual(self.hidyn(*self.run_with(EXPERIMENT, settings, out="whole.h5")).returncode, 0)
        command = self.run_with(EXPERIMENT, settings, "--resume", "--checkpoint", "0.01", out="killed.h5")
        process = subprocess.Popen([PROGRAM, *command], cwd=self.folder, stderr=subprocess.DEVNULL)
        while not any(name.startswith("state-") for name in self.kept()) or "finished" not in self.kept():
            self.assertIsNone(process.poll())
            time.sleep(0.005)
        process.kill()
        process.wait()
        folder = self.path("killed.h5.checkpoint")
        for name in os.listdir(folder):
            if name != "run":
                path = os.path.join(folder, name)
                with open(path, "r+b") as file:
                    size = os.path.getsize(path)
                    file.seek(size // 2)
                    file.write(b"\xff" * 16)
                    file.truncate(max(0, size - 5))
        done = self.hidyn(*self.run_with(EXPERIMENT, settings, "--resume", out="killed.h5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(content(self.path("killed.h5")), content(self.path("whole.h5")))


if __name__ == "__main__":
    unittest.main()
