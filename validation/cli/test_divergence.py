# SPDX-License-Identifier: MIT
"""A route that diverges is a result: it is recorded with its time, the others go on, the report and the
figure say so."""

import json
import os
import unittest

import h5py
import numpy as np

from program import EXPERIMENT, InFolder

# He2 feels its own square: at this rate some replicas run away, and at a much larger one all of them and the ODE do.
QUADRATIC = EXPERIMENT.replace('"erf"', '"he2"') + '''
[routes.real]
kind = "simulation"
method = "direct"
d = 40
replicas = 4
'''


class Divergence(InFolder):
    def setUp(self):
        super().setUp()
        self.write("quadratic.toml", QUADRATIC + "\n[variants.calm]\nalgorithm.learning_rate = 0.01\n"
                   "[variants.wild]\nalgorithm.learning_rate = 50.0\n")
        self.report = json.loads(self.run_experiment("--json", name="quadratic.toml").stdout)

    def test_status_and_time_are_recorded_and_the_other_routes_finish(self):
        self.assertEqual([route["name"] for route in self.report["routes"]],
                         [f"{variant}.{name}" for variant in ("calm", "wild")
                          for name in ("sim-d50", "sim-d100", "ode", "real-d40")])
        with h5py.File(self.path("results.h5")) as file:
            time = file["time"][()]
            for printed in self.report["routes"]:
                route = file["routes"][printed["name"]]
                wild = printed["variant"] == "wild"
                with self.subTest(printed["name"]):
                    self.assertEqual(route.attrs["status"], "diverged" if wild else "complete")
                    self.assertEqual(printed["status"], route.attrs["status"])
                    if not wild:
                        self.assertNotIn("diverged_at", printed)
                        self.assertTrue(np.isnan(route.attrs["diverged_at"]))
                        self.assertTrue(np.all(np.isfinite(route["Q"])))
                        continue
                    self.assertEqual(printed["diverged_at"], route.attrs["diverged_at"])
                    self.assertGreater(printed["diverged_at"], 0.0)
                    self.assertLess(printed["diverged_at"], 2.0)
                    for word in ("Q", "R", "generalization_error"):
                        values = route[word][()]
                        replicas = max(1, route.attrs["replicas"])
                        per_time = values.reshape((replicas, len(time), values.size // replicas // len(time)))
                        lost = np.isnan(per_time)
                        # All components at once, from some time on, and nothing before the recorded one.
                        self.assertTrue(np.all(lost.all(-1) == lost.any(-1)))
                        self.assertTrue(np.all(np.diff(lost[..., 0].astype(int), axis=1) >= 0))
                        self.assertTrue(np.all(lost[:, -1]))
                        self.assertFalse(np.any(lost[:, time < printed["diverged_at"] - 1.0 / 40]))
                        self.assertFalse(np.any(np.isinf(values)))

    def test_the_report_says_so(self):
        table = self.hidyn("compare", "results.h5")
        self.assertEqual(table.returncode, 0, table.stderr)
        for name in ("wild.sim-d50", "wild.real-d40", "wild.ode"):
            line = next(line for line in table.stdout.splitlines() if line.startswith(name + " "))
            self.assertIn("diverged at t = ", line)
        self.assertIn("(4 of 4 replicas)", table.stdout)
        self.assertNotIn("nan", table.stdout.lower())

    def test_only_the_replicas_that_diverge_are_lost(self):
        self.write("some.toml", QUADRATIC)
        self.run_experiment("--set", "algorithm.learning_rate=0.2", "--set", "routes.sim.replicas=64",
                            name="some.toml", out="some.h5")
        with h5py.File(self.path("some.h5")) as file:
            route = file["routes/sim-d50"]
            lost = np.isnan(route["R"][:, -1, 0, 0])
            self.assertTrue(lost.any() and not lost.all())
            self.assertEqual(lost.sum(), route.attrs["diverged_replicas"])
            self.assertEqual(route.attrs["status"], "diverged")
            self.assertTrue(np.all(np.isfinite(route["Q"][~lost])))
        self.assertIn(f"({lost.sum()} of 64 replicas)", self.hidyn("compare", "some.h5").stdout)

    def test_the_figure_is_drawn(self):
        done = self.hidyn("plot", "results.h5", "-o", "figure.png")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(os.path.getsize(self.path("figure.png")), 10000)


if __name__ == "__main__":
    unittest.main()
