# SPDX-License-Identifier: MIT
"""Two-time observables as others see them: their second times are coordinates, and every command takes them."""

import json
import os
import subprocess
import unittest

import h5py
import numpy as np
import xarray

from program import HANGS, InFolder


class TwoTime(InFolder):
    def setUp(self):
        super().setUp()
        subprocess.run([os.environ["HIDYN_TWO_TIME_FILE"], self.path("two-time.h5")], check=True, timeout=HANGS)

    def test_xarray_finds_values_by_both_times(self):
        with xarray.open_dataset(self.path("two-time.h5"), group="routes/exact", engine="h5netcdf") as data:
            self.assertEqual(data["C"].dims, ("time", "time_2", "student", "student_2"))
            self.assertEqual(data["response"].dims, ("time", "source_time"))
            np.testing.assert_array_equal(data["time_2"], data["time"])
            np.testing.assert_array_equal(data["source_time"], [0.5, 1.0])
            one = data["C"].sel(time=1.5, time_2=0.3, method="nearest").sel(student=1, student_2=1)
            self.assertAlmostEqual(float(one), np.exp(-1.2), 12)
            self.assertEqual(float(data["response"].sel(time=0.3, source_time=0.5, method="nearest")), 0.0)
        for group, dims in (("routes/modes-d200", ("replica", "time", "time_2", "student", "student_2")),
                            ("comparisons/modes-d50~exact/C", None), ("scaling/modes~exact/C", None)):
            with xarray.open_dataset(self.path("two-time.h5"), group=group, engine="h5netcdf") as data:
                np.testing.assert_array_equal(data["time_2"], data["time"])
                if dims:
                    self.assertEqual(data["C"].dims, dims)

    def test_every_dimension_has_one_scale(self):
        with h5py.File(self.path("two-time.h5")) as file:
            route = file["routes/exact"]
            self.assertEqual(route["C"].dims[1][0], route["C_error"].dims[1][0])
            self.assertEqual(route["C"].dims[1][0].dtype, np.float64)
            self.assertEqual(route["response"].attrs["own"], 1)
            self.assertNotIn("own", route["C"].attrs)

    def test_compare_and_plot_take_them(self):
        report = json.loads(self.hidyn("compare", "two-time.h5", "--json").stdout)
        verdict, = report["verdicts"]
        self.assertEqual(verdict["outcome"], "agrees")
        self.assertEqual({one["observable"] for one in verdict["comparisons"]}, {"C"})
        self.assertRegex(verdict["sentence"], r"for C\[s = [0-9.]+\] at t = ")
        done = self.hidyn("plot", "two-time.h5", "-o", "figure.png", "--observables", "C,response")
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
