# SPDX-License-Identifier: MIT
"""Ctrl-C: exit code 130, a checkpoint and nothing else new in the folder, an older results file byte for byte the same."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from program import InFolder, PROGRAM

ROUTES = {
    "reduced": ["--set", "routes.sim.d=1e15"],
    "direct": ["--set", "routes.sim.method=direct", "--set", "routes.sim.d=1000000"],
    "quadrature": ["--set", "routes.sim.d=1e15", "--set", 'problem.activation={ expression = "sin(z)" }'],
}


class Interrupt(InFolder):
    def begin(self, *arguments):
        """A run that would take years, once it has begun to simulate."""
        process = subprocess.Popen([PROGRAM, "run", "experiment.toml", "-o", "results.h5", "--set", "time.end=1000",
                                    *arguments], cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.kill)
        # The signal is caught from the moment the routes begin; the kernel knows which signals are.
        while not self.catches_interrupt(process.pid):
            self.assertIsNone(process.poll(), process.stderr)
            time.sleep(0.01)
        return process

    @staticmethod
    def catches_interrupt(pid):
        with open(f"/proc/{pid}/status") as file:
            caught = next(int(line.split()[1], 16) for line in file if line.startswith("SigCgt"))
        return bool(caught >> (signal.SIGINT - 1) & 1)

    def test_a_run_of_years_begins_and_ends_when_asked(self):
        for name, arguments in ROUTES.items():
            for sign in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(route=name, signal=sign.name):
                    process = self.begin(*arguments)
                    process.send_signal(sign)
                    out, said = process.communicate(timeout=20)
                    self.assertEqual(process.returncode, 130, said)
                    self.assertEqual(out, "")
                    self.assertEqual(said.count("\n"), 1, said)
                    self.assertIn("interrupted", said)
                    shutil.rmtree(self.path("results.h5.checkpoint"), ignore_errors=True)
                    self.assertEqual(self.files(), ["experiment.toml"])

    def test_an_older_results_file_is_untouched(self):
        self.run_experiment()
        before = self.digest("results.h5")
        process = self.begin(*ROUTES["reduced"])
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        shutil.rmtree(self.path("results.h5.checkpoint"), ignore_errors=True)
        self.assertEqual(self.files(), ["experiment.toml", "results.h5"])
        self.assertEqual(self.digest("results.h5"), before)

    def test_a_second_one_kills(self):
        # One step of this size takes longer than the program takes to see two signals.
        process = self.begin(*ROUTES["direct"], "--set", "routes.sim.d=20000000")
        process.send_signal(signal.SIGINT)
        while self.catches_interrupt(process.pid) and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertIn(process.returncode, (-signal.SIGINT, 130))
        shutil.rmtree(self.path("results.h5.checkpoint"), ignore_errors=True)
        self.assertEqual(self.files(), ["experiment.toml"])


if __name__ == "__main__":
    unittest.main()
