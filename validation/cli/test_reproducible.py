# SPDX-License-Identifier: MIT
"""The same numbers whatever the number of threads, and for a replica run alone."""

import unittest

import h5py
import numpy as np

from program import EXPERIMENT, InFolder, VARIANTS

# What may differ between two runs of the same experiment.
CIRCUMSTANCES = {"wall_seconds", "created", "threads", "command"}

BOTH_METHODS = EXPERIMENT + """
[routes.real]
kind = "simulation"
method = "direct"
d = [20, 50]
replicas = 5
[routes.noise]
kind = "linear-noise"
""" + VARIANTS


class Reproducible(InFolder):
    def assert_same_attributes(self, name, first, second):
        self.assertEqual(set(first), set(second), name)
        for key in set(first) - CIRCUMSTANCES - {"DIMENSION_LIST", "REFERENCE_LIST"}:
            with self.subTest(object=name, attribute=key):
                np.testing.assert_array_equal(first[key], second[key])

    def assert_same_file(self, first, second):
        with h5py.File(self.path(first)) as a, h5py.File(self.path(second)) as b:
            names = []
            a.visit(names.append)
            others = []
            b.visit(others.append)
            self.assertEqual(names, others)
            self.assertEqual(a["time"][()].tobytes(), b["time"][()].tobytes())
            self.assert_same_attributes("/", a.attrs, b.attrs)
            for name in names:
                self.assert_same_attributes(name, a[name].attrs, b[name].attrs)
                if isinstance(a[name], h5py.Dataset):
                    self.assertEqual(a[name][()].tobytes(), b[name][()].tobytes(), name)

    def test_one_and_two_threads(self):
        own_starts = BOTH_METHODS.replace('\n[routes.noise]\nkind = "linear-noise"', "").replace(
            "Q = [[0.5, 0.0], [0.0, 0.5]]\nR = [[0.1, 0.0], [0.0, 0.1]]", 'kind = "random"\nper_replica = true')
        self.write("own-starts.toml", own_starts.replace("initial.Q", "#").replace("initial.R", "#"))
        self.write("both.toml", BOTH_METHODS.replace("replicas = 4", "replicas = 19"))
        for name in ("both", "own-starts"):
            for threads in ("1", "2", "3"):
                self.run_experiment("--threads", threads, name=f"{name}.toml", out=f"{threads}.h5")
            self.assert_same_file("1.h5", "2.h5")
            self.assert_same_file("1.h5", "3.h5")

    def test_a_replica_does_not_depend_on_how_many_there_are(self):
        self.write("both.toml", BOTH_METHODS)
        for replicas in ("16", "8", "1"):
            self.run_experiment("--set", f"routes.sim.replicas={replicas}", "--set", f"routes.real.replicas={replicas}",
                                name="both.toml", out=f"{replicas}.h5")
        with h5py.File(self.path("16.h5")) as whole:
            for part in (8, 1):
                with h5py.File(self.path(f"{part}.h5")) as alone:
                    for name, route in alone["routes"].items():
                        for word in ("Q", "R", "generalization_error"):
                            many, few = whole[f"routes/{name}/{word}"][()], route[word][()]
                            if route.attrs["side"] == "simulation":
                                self.assertEqual(len(few), part)
                                many = many[:part]
                            self.assertEqual(many.tobytes(), few.tobytes(), f"{name}/{word}")

    def test_seed_route_size_and_replica_each_give_other_numbers(self):
        for seed in ("3", "4"):
            self.run_experiment("--set", f"routes.sim.seed={seed}", "--set",
                                'routes.twin={ kind = "simulation", d = 50, replicas = 4, seed = 3 }', out=f"{seed}.h5")
        with h5py.File(self.path("3.h5")) as three, h5py.File(self.path("4.h5")) as four:
            last = {name: three[f"routes/{name}/Q"][:, -1, 0, 0] for name in ("sim-d50", "sim-d100", "twin-d50")}
            last["another seed"] = four["routes/sim-d50/Q"][:, -1, 0, 0]
        values = np.concatenate(list(last.values()))
        self.assertEqual(len(np.unique(values)), len(values))


if __name__ == "__main__":
    unittest.main()
