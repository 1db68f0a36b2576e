# SPDX-License-Identifier: MIT
"""One bad apple: a replica, a route or a point of a batch that fails is recorded as failed, and the others go on."""

import json
import unittest

import h5py
import numpy as np

from program import InFolder

# At d = 20 some replicas have no sample whose label is large enough for the preprocessing.
SPECTRAL = """\
[problem]
kind = "generalized-linear"
label_channel = "magnitude"

[data]
sample_ratio = 2.0

[algorithm]
kind = "spectral-estimator"

[initial]
kind = "spectral"
preprocessing = "subset"
preprocessing_bound = 2.0

[time]
at = [0]

[routes.sim]
kind = "simulation"
d = [20, 100]
replicas = 200
seed = 1

[routes.limit]
kind = "random-matrix"
"""


class Failures(InFolder):
    def setUp(self):
        super().setUp()
        self.write("spectral.toml", SPECTRAL)

    def test_replicas_that_fail_are_left_out(self):
        done = self.run_experiment("--json", name="spectral.toml")
        routes = {route["name"]: route for route in json.loads(done.stdout)["routes"]}
        small = routes["sim-d20"]
        self.assertEqual(small["status"], "failed")
        self.assertIn("gives no sample any weight", small["detail"])
        self.assertEqual(routes["sim-d100"]["status"], "complete")
        with h5py.File(self.path("results.h5")) as file:
            group = file["routes/sim-d20"]
            failed = group.attrs["failed_replicas"]
            overlap = group["squared_overlap"][()].reshape(200, -1)
            self.assertEqual(failed, small["failed_replicas"])
            self.assertTrue(0 < failed < 100, failed)
            self.assertEqual(np.isnan(overlap).all(axis=1).sum(), failed)
            self.assertEqual(np.isnan(overlap).sum(), failed)
            self.assertFalse(np.isnan(file["routes/sim-d100/squared_overlap"][()]).any())
        table = self.hidyn("compare", "results.h5").stdout
        self.assertIn(f"failed ({failed} of 200 replicas): replica ", table)

    def test_the_same_replicas_for_any_number_of_threads(self):
        for threads in "1", "2":
            self.run_experiment("--threads", threads, name="spectral.toml", out=f"{threads}.h5")
        with h5py.File(self.path("1.h5")) as one, h5py.File(self.path("2.h5")) as two:
            path = "routes/sim-d20/squared_overlap"
            np.testing.assert_array_equal(one[path][()], two[path][()])

    def test_a_route_that_fails_as_a_whole(self):
        # No label is beyond this bound.
        done = self.hidyn("run", "spectral.toml", "-o", "results.h5", "--set", "routes.sim.d=[20]", "--set",
                          "initial.preprocessing_bound=100", "--set", "routes.sim.replicas=3")
        self.assertIn(done.returncode, (2, 3), done.stderr)
        if done.returncode == 3:
            with h5py.File(self.path("results.h5")) as file:
                self.assertEqual(file["routes/sim-d20"].attrs["status"], "failed")
                self.assertIn("limit", file["routes"])

    def test_a_point_that_fails_does_not_end_its_batch(self):
        axis = ["--sweep", "initial.preprocessing_bound=[1.5,2.0,100.0]", "--set", "routes.sim.d=[40]", "--set",
                "routes.sim.replicas=3"]
        done = self.hidyn("sweep", "spectral.toml", "-o", "batch", *axis)
        self.assertIn(done.returncode, (2, 3), done.stdout + done.stderr)
        if done.returncode == 3:
            self.assertIn("1 failed", done.stdout)
            again = self.hidyn("sweep", "spectral.toml", "-o", "batch", "--resume", *axis)
            self.assertEqual(again.returncode, 3, again.stdout + again.stderr)
            self.assertIn("2 of 3 points are there already", again.stderr)


if __name__ == "__main__":
    unittest.main()
