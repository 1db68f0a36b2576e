# SPDX-License-Identifier: MIT
"""Drives the program as a user does: a folder of its own, an experiment file, a command, an exit code, two streams."""

import hashlib
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["HIDYN_PROGRAM"]
# Seconds that end what hangs: how long a command takes is the machine's affair.
HANGS = 600
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")

EXPERIMENT = """\
title = "A small committee"

[problem]
kind = "committee"
students = 2
teachers = 2
activation = "erf"

[algorithm]
kind = "online-sgd"
learning_rate = 0.5

[initial]
Q = [[0.5, 0.0], [0.0, 0.5]]
R = [[0.1, 0.0], [0.0, 0.1]]
T = [[1.0, 0.0], [0.0, 1.0]]

[time]
end = 2.0
points = 5

[routes.sim]
kind = "simulation"
method = "reduced"
d = [50, 100]
replicas = 4
seed = 3

[routes.ode]
kind = "ode"
"""

VARIANTS = """
[variants.slow]
algorithm.learning_rate = 0.1
[variants.wide]
problem.students = 3
initial.Q = [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
initial.R = [[0.1, 0], [0, 0.1], [0, 0]]
"""


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("experiment.toml", EXPERIMENT)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb" if isinstance(content, bytes) else "w") as file:
            file.write(content)

    def digest(self, name):
        with open(self.path(name), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def files(self):
        return sorted(os.listdir(self.folder))

    def hidyn(self, *arguments, seconds=HANGS, **options):
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=seconds, **options)

    def run_experiment(self, *arguments, name="experiment.toml", out="results.h5", code=0):
        done = self.hidyn("run", name, "-o", out, *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def refused(self, *arguments, says=(), sentences=1, code=2):
        """The command ends with `code`, prints only its sentences, and neither makes nor changes any file."""
        before = {name: self.digest(name) for name in self.files() if os.path.isfile(self.path(name))}
        done = self.hidyn(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), sentences, done.stderr)
        for line in lines:
            self.assertTrue(line.startswith("hidyn: error: "), line)
        for part in says:
            self.assertIn(part, done.stderr)
        after = {name: self.digest(name) for name in self.files() if os.path.isfile(self.path(name))}
        self.assertEqual(after, before)
        return done.stderr
