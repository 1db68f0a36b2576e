# SPDX-License-Identifier: MIT
"""The results file as others see it: h5py, xarray, and the program's own reader and reports."""

import json
import math
import os
import shutil
import tempfile
import unittest

import h5netcdf
import h5py
import numpy as np
import xarray

from program import DATA, EXPERIMENT, InFolder, VARIANTS

CLAIM = """
[[claims]]
name = "the error stays small"
observable = "generalization_error"
variant = "slow"
predicted = 0.0
tolerance = 10.0
"""


def groups(file):
    """Every group that holds datasets."""
    found = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Group) and
                    any(isinstance(child, h5py.Dataset) for child in item.values()) else None)
    return found


def without_times(report):
    for route in report["routes"]:
        del route["wall_seconds"]
    return report


class Structure(InFolder):
    """Reads five files made once."""

    made = None

    def setUp(self):
        if Structure.made is None:
            Structure.made = tempfile.TemporaryDirectory()
            self.addClassCleanup(Structure.made.cleanup)
            self.folder = Structure.made.name
            self.make_files()
        self.folder = Structure.made.name

    all = ("plain", "variants", "own-starts", "quadrature", "trained")

    def make_files(self):
        noise = '\n[routes.noise]\nkind = "linear-noise"\n'
        self.write("plain.toml", EXPERIMENT + noise)
        self.write("variants.toml", EXPERIMENT + noise + VARIANTS + CLAIM)
        own_start = EXPERIMENT.replace("Q = [[0.5, 0.0], [0.0, 0.5]]\nR = [[0.1, 0.0], [0.0, 0.1]]",
                                       'kind = "random"\nper_replica = true')
        self.write("own-starts.toml", own_start)
        self.write("quadrature.toml", EXPERIMENT.replace('"erf"', '{ expression = "sin(z)" }'))
        self.write("trained.toml", EXPERIMENT.replace("= 0.5\n", "= 0.5\nsecond_layer_learning_rate = 0.1\n"))
        for name in self.all:
            self.run_experiment("--quiet", name=f"{name}.toml", out=f"{name}.h5")

    def test_every_dimension_of_every_dataset_has_a_scale_in_its_own_group(self):
        for name in self.all:
            with h5py.File(self.path(f"{name}.h5")) as file:
                for path in groups(file):
                    group = file[path]
                    for key, data in group.items():
                        if not isinstance(data, h5py.Dataset) or h5py.h5ds.is_scale(data.id):
                            continue
                        for axis in range(data.ndim):
                            with self.subTest(file=name, dataset=f"{path}/{key}", axis=axis):
                                self.assertEqual(len(data.dims[axis]), 1)
                                scale = data.dims[axis][0]
                                word = data.attrs["dimensions"].split()[axis]
                                self.assertEqual(scale, group[word])
                                self.assertEqual(scale.shape, data.shape[axis:axis + 1])

    def test_time_is_one_dataset(self):
        for name in self.all:
            with h5py.File(self.path(f"{name}.h5")) as file:
                for path in groups(file):
                    if "time" in file[path]:
                        self.assertEqual(file[path]["time"], file["time"])
                self.assertEqual(file["time"].attrs["units"], "steps / d")

    def check_names(self, group, data):
        for key, variable in data.variables.items():
            for word in variable.dims:
                self.assertFalse(word.startswith("phony_dim"), (key, word))
                self.assertIn(word, data.coords)
        if group.startswith("routes/"):
            self.assertIn(data["generalization_error"].dims, (("time",), ("replica", "time")))
            self.assertEqual(data["Q"].dims[-2:], ("student", "student_2"))
            self.assertEqual(data["R"].dims[-2:], ("student", "teacher"))
            self.assertTrue(data["R"].attrs["long_name"])

    def test_every_group_opens_in_xarray_with_named_dimensions_and_coordinates(self):
        for name in self.all:
            with h5py.File(self.path(f"{name}.h5")) as file:
                paths = groups(file)
            # open_dataset reads the whole tree anew for each group; here it is read once for all of them.
            with h5netcdf.File(self.path(f"{name}.h5"), "r") as file:
                for group in paths:
                    with self.subTest(file=name, group=group):
                        self.check_names(group, xarray.open_dataset(xarray.backends.H5NetCDFStore(file[group])))

    def test_xarray_opens_a_group_by_the_name_of_the_file(self):
        for group in ("/", "initial", "routes/sim-d100", "routes/noise", "comparisons/sim-d50~ode/Q",
                      "scaling/sim~ode/generalization_error"):
            with self.subTest(group), xarray.open_dataset(self.path("plain.h5"), group=group,
                                                          engine="h5netcdf") as data:
                self.check_names(group, data)
        with xarray.open_dataset(self.path("plain.h5"), group="routes/ode", engine="h5netcdf") as data:
            np.testing.assert_array_equal(data["time"], [0.0, 0.5, 1.0, 1.5, 2.0])
            self.assertEqual(data["time"].attrs["units"], "steps / d")
            self.assertAlmostEqual(float(data["R"].sel(time=0.0, student=1, teacher=1)), 0.1, 12)

    def test_what_each_kind_of_route_holds(self):
        with h5py.File(self.path("plain.h5")) as file:
            routes = file["routes"]
            self.assertEqual(list(routes), ["sim-d50", "sim-d100", "ode", "noise"])
            self.assertEqual(routes["sim-d50/Q"].shape, (4, 5, 2, 2))
            self.assertEqual(routes["ode/Q"].shape, (5, 2, 2))
            self.assertEqual(routes["noise/Q_variance"].shape, (5, 2, 2))
            self.assertEqual(dict(routes["sim-d50"].attrs) | {"threads": 0, "wall_seconds": 0.0, "diverged_at": 0.0},
                             {"kind": "simulation", "method": "reduced", "route": "sim", "variant": "", "d": 50,
                              "side": "simulation", "replicas": 4, "seed": 3, "status": "complete", "detail": "",
                              "diverged_replicas": 0, "threads": 0, "wall_seconds": 0.0, "diverged_at": 0.0})
            self.assertEqual(routes["ode"].attrs["side"], "theory")
            np.testing.assert_array_equal(file["initial/Q"], [[0.5, 0.0], [0.0, 0.5]])
        with h5py.File(self.path("quadrature.h5")) as file:
            self.assertEqual(file["routes/ode/Q_error"].shape, (5, 2, 2))
            self.assertLess(np.max(file["routes/ode/Q_error"]), 1e-5)
        with h5py.File(self.path("own-starts.h5")) as file:
            self.assertEqual(file["initial/Q"].shape, (4, 2, 2))
            self.assertEqual(file["routes/ode/Q"].shape, (4, 5, 2, 2))
        with h5py.File(self.path("trained.h5")) as file:
            self.assertEqual(file["routes/sim-d100/second_layer"].shape, (4, 5, 2))
        with h5py.File(self.path("variants.h5")) as file:
            self.assertEqual(file["initial/wide/Q"].shape, (3, 3))
            self.assertEqual(file["routes/wide.sim-d50/R"].shape, (4, 5, 3, 2))
            claim = file["claims/the error stays small (ode)"]
            self.assertEqual(claim.attrs["passed"], 1)
            self.assertEqual(claim.attrs["measured"], file["routes/slow.ode/generalization_error"][-1])

    def test_every_route_begins_at_the_stored_start(self):
        for name in self.all:
            with h5py.File(self.path(f"{name}.h5")) as file:
                for route in file["routes"].values():
                    start = file["initial/" + route.attrs["variant"]]
                    for word in ("Q", "R"):
                        stored = start[word][()]
                        got = route[word][:, 0] if route.attrs["replicas"] else route[word][0]
                        np.testing.assert_allclose(got, np.broadcast_to(stored, got.shape), atol=1e-12)

    def test_comparisons_and_scaling_are_those_of_the_trajectories(self):
        with h5py.File(self.path("plain.h5")) as file:
            for d in (50, 100):
                replicas = file[f"routes/sim-d{d}/R"][()]
                theory = file["routes/ode/R"][()]
                group = file[f"comparisons/sim-d{d}~ode/R"]
                np.testing.assert_allclose(group["mean"], replicas.mean(0), rtol=1e-12)
                np.testing.assert_allclose(group["standard_error"][1:],
                                           replicas.std(0, ddof=1)[1:] / math.sqrt(len(replicas)), rtol=1e-6)
                np.testing.assert_allclose(group["deviation"], replicas.mean(0) - theory, atol=1e-14)
                self.assertAlmostEqual(group.attrs["max_abs_deviation"], np.abs(group["deviation"]).max(), 12)
            self.assertEqual(sorted(file["scaling/sim~ode/R"]), ["limit", "limit_error", "slope", "student",
                                                                 "teacher", "time", "z"])


class Reports(InFolder):
    def test_the_file_holds_the_numbers_that_run_prints_and_compare_finds_them_again(self):
        self.write("variants.toml", EXPERIMENT + VARIANTS + CLAIM)
        printed = json.loads(self.run_experiment("--json", name="variants.toml").stdout)
        again = json.loads(self.hidyn("compare", "results.h5", "--json").stdout)
        self.assertEqual([route["name"] for route in printed["routes"]],
                         ["slow.sim-d50", "slow.sim-d100", "slow.ode", "wide.sim-d50", "wide.sim-d100", "wide.ode"])
        claims = printed.pop("claims")
        again.pop("claims")
        self.assertEqual(without_times(printed), without_times(again))
        with h5py.File(self.path("results.h5")) as file:
            for verdict in printed["verdicts"]:
                prefix = verdict["variant"] + "."
                names = f"{prefix}{verdict['simulation']}~{prefix}{verdict['theory']}"
                stored = file["scaling/" + names].attrs
                self.assertEqual(stored["outcome"], verdict["outcome"])
                self.assertEqual(stored["p_value"], verdict["p_value"])
                self.assertEqual(stored["sentence"], verdict["sentence"])
                for one in verdict["comparisons"]:
                    group = file[f"comparisons/{prefix}{verdict['simulation']}-d{one['d']:.0f}~{prefix}"
                                 f"{verdict['theory']}/{one['observable']}"]
                    for word in ("max_abs_deviation", "max_abs_z"):
                        self.assertEqual(group.attrs[word], one[word])
            for claim in claims:
                stored = file["claims/" + claim["name"]].attrs
                for word in ("predicted", "measured", "error", "route", "source"):
                    self.assertEqual(stored[word], claim[word])

    def test_the_stored_experiment_runs_again_to_the_same_numbers(self):
        self.write("variants.toml", EXPERIMENT + VARIANTS)
        self.run_experiment("--set", "algorithm.learning_rate=0.3", name="variants.toml")
        with h5py.File(self.path("results.h5")) as file:
            self.write("again.toml", file.attrs["experiment"])
        self.run_experiment(name="again.toml", out="again.h5")
        with h5py.File(self.path("results.h5")) as first, h5py.File(self.path("again.h5")) as second:
            for name in first["routes"]:
                np.testing.assert_array_equal(first[f"routes/{name}/Q"], second[f"routes/{name}/Q"])

    def test_the_frozen_file_of_schema_1_compares_as_it_did(self):
        shutil.copy(os.path.join(DATA, "results-schema-1.h5"), self.path("frozen.h5"))
        before = self.digest("frozen.h5")
        report = json.loads(self.hidyn("compare", "frozen.h5", "--json").stdout)
        self.assertEqual(self.digest("frozen.h5"), before)
        self.assertEqual([route["status"] for route in report["routes"]], ["complete"] * 4 + ["diverged"] * 4)
        with h5py.File(self.path("frozen.h5")) as file:
            for verdict in report["verdicts"]:
                if verdict["variant"] == "slow":
                    stored = file[f"scaling/slow.{verdict['simulation']}~slow.{verdict['theory']}"].attrs
                    self.assertEqual(stored["outcome"], verdict["outcome"])
                for one in verdict["comparisons"]:
                    group = file[f"comparisons/{verdict['variant']}.sgd-d{one['d']:.0f}~{verdict['variant']}."
                                 f"{verdict['theory']}/{one['observable']}"]
                    self.assertAlmostEqual(group.attrs["max_abs_deviation"], one["max_abs_deviation"], 14)
        self.assertIn("slow.sgd-d100", self.hidyn("compare", "frozen.h5").stdout)


if __name__ == "__main__":
    unittest.main()
