# SPDX-License-Identifier: MIT
"""`hidyn infer` on files as users write them, and on files that cannot be meant."""

import json
import os
import unittest

import h5py
import numpy as np
import xarray

from program import InFolder


def regression(n=300, d=60, seed=1):
    rng = np.random.default_rng(seed)
    inputs = 2.0 + rng.standard_normal((n, d)) * np.linspace(0.5, 3.0, d)
    beta = rng.standard_normal(d) / np.sqrt(d)
    return inputs, beta, inputs @ beta + 0.5 * rng.standard_normal(n)


class Infer(InFolder):
    def write_data(self, **datasets):
        with h5py.File(self.path("data.h5"), "w") as file:
            for key, values in datasets.items():
                file[key] = values

    def complains(self, sentence, *arguments):
        self.refused("infer", "data.h5", *arguments, says=[sentence])

    def test_intervals_in_the_users_units(self):
        inputs, beta, labels = regression()
        self.write_data(X=inputs.astype("f4"), y=labels[:, None])
        run = self.hidyn("infer", "data.h5", "--inputs", "X", "--labels", "y", "--iterations", "30")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("stop after", run.stdout)
        with h5py.File(self.path("data-inference.h5")) as file:
            group = file["routes/inference"]
            last = int(group.attrs["numerics_recommended_iteration"])
            inside = (group["lower"][last] <= beta) & (beta <= group["upper"][last])
            self.assertGreater(inside.mean(), 0.8)
            self.assertGreater(np.corrcoef(group["coefficient"][last], beta)[0, 1], 0.95)
        with xarray.open_dataset(
            self.path("data-inference.h5"), engine="h5netcdf", group="routes/inference"
        ) as opened:
            self.assertEqual(opened.sizes["column"], 60)

    def test_json_and_hold_out(self):
        inputs, _, labels = regression()
        self.write_data(inputs=inputs, labels=np.where(labels > labels.mean(), 1, 0))
        run = self.hidyn("infer", "data.h5", "--loss", "logistic", "--hold-out", "0.2", "--json", "-o", "out.h5")
        self.assertEqual(run.returncode, 0, run.stderr)
        found = json.loads(run.stdout)
        self.assertEqual(found["samples"], 240)
        self.assertEqual(len(found["held_out_loss"]), 51)
        self.assertIn("labels 0 are taken as -1", found["remarks"])

    def test_unbalanced_labels_are_warned_of(self):
        inputs, _, labels = regression()
        for quantile, warned in ((0.5, False), (0.8, True)):
            self.write_data(inputs=inputs, labels=np.where(labels > np.quantile(labels, quantile), 1, -1))
            run = self.hidyn("infer", "data.h5", "--loss", "logistic", "-o", "out.h5", "--quiet")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual("20 % of the labels are 1" in run.stderr, warned, run.stderr)

    def test_mistakes(self):
        self.refused("infer", "absent.h5", says=["absent.h5: no such data file"])
        self.write("data.h5", "not HDF5")
        self.complains("is not a readable HDF5 file")
        inputs, _, labels = regression()
        self.write_data(X=inputs, labels=labels)
        self.complains('there is no dataset "inputs"; at its top there are X, labels')
        self.write_data(inputs=inputs, labels=labels[:-1])
        self.complains('"inputs" has 300 rows, but "labels" has 299')
        self.write_data(inputs=inputs[None], labels=labels)
        self.complains("has 3 dimensions")
        self.write_data(inputs=inputs, labels=np.stack([labels, labels], axis=1))
        self.complains("must be a vector of labels")
        broken = inputs.copy()
        broken[7, 5] = np.nan
        self.write_data(inputs=broken, labels=labels)
        self.complains("is nan in row 7, column 5")
        broken[:, 5] = 4.0
        self.write_data(inputs=broken, labels=labels)
        self.complains("column 5 of the inputs (counted from 0) is constant")
        self.write_data(inputs=inputs, labels=labels)
        self.complains("the logistic loss needs labels 1 and -1", "--loss", "logistic")
        self.complains("is for the methods heavy-ball and nesterov", "--momentum", "0.5")
        self.complains("is for the methods ista and fista", "--l1", "0.5")
        self.complains("--iterations", "--iterations", "0")
        self.write_data(inputs=np.array([["a"]], dtype="S1"), labels=labels)
        self.complains("does not hold numbers")

    def test_options_are_numbers_within_bounds(self):
        inputs, _, labels = regression()
        self.write_data(inputs=inputs, labels=labels)
        for option, values in {"--hold-out": ["nan", "-0.1", "1"], "--learning-rate": ["nan", "0", "inf"],
                               "--ridge": ["nan", "-1", "1e300"], "--l1": ["nan", "inf"], "--momentum": ["nan", "1"],
                               "--loss-scale": ["nan", "0", "-1"], "--iterations": ["nan", "0", "2001"],
                               "--seed": ["-1", "100000000000000000000", "nan"]}.items():
            for value in values:
                with self.subTest(f"{option} {value}"):
                    self.complains(option, f"{option}={value}")
        self.refused("run", "experiment.toml", "--checkpoint", "nan", says=["--checkpoint"])
        self.write_data(inputs=inputs * 1e200, labels=labels)
        self.complains("is beyond 1e+50")
        self.write_data(inputs=inputs, labels=labels * 1e200)
        self.complains("is beyond 1e+50")

    def test_data_that_stand_elsewhere_or_nowhere(self):
        inputs, _, labels = regression()
        self.write_data(inputs=inputs, labels=labels)
        os.rename(self.path("data.h5"), self.path("other.h5"))
        with h5py.File(self.path("data.h5"), "w") as file:
            file["inputs"] = h5py.ExternalLink("other.h5", "inputs")
            file["labels"] = labels
        self.complains('"inputs" is a link to another file; give that file')
        with h5py.File(self.path("data.h5"), "w") as file:
            file.create_dataset("inputs", inputs.shape, "f8", external=[("numbers.bin", 0, inputs.nbytes)])
            file["labels"] = labels
        self.complains('the numbers of "inputs" stand in another file')
        with h5py.File(self.path("data.h5"), "w") as file:
            file.create_dataset("inputs", (1 << 40, 1 << 20), "f8", chunks=(1, 1 << 10))
            file["labels"] = labels
        self.complains('"inputs" claims 1099511627776 x 1048576 numbers')


if __name__ == "__main__":
    unittest.main()
