# SPDX-License-Identifier: MIT
"""Every model's every route at absurd learning rates: it is refused, it finishes, or it diverges at a time that is said."""

import glob
import json
import os
import tomllib
import unittest

import h5py
import numpy as np

from program import InFolder

PAPERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "papers")


def spelled(value):
    """As TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {spelled(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(spelled, value)) + "]"
    return json.dumps(value) if isinstance(value, str | bool) else repr(value)


def merge(base, over):
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def small_and_absurd(node, factor):
    for key, value in node.items():
        if isinstance(value, dict):
            small_and_absurd(value, factor)
        elif key in ("learning_rate", "second_layer_learning_rate"):
            node[key] = value * factor
        elif key == "replicas":
            node[key] = 2
        elif key == "d":
            sizes = value if isinstance(value, list) else [value]
            node[key] = sorted({min(size, 60) if size >= 100 else size for size in sizes})


def routes_in(experiment):
    kinds = [experiment] + list(experiment.get("variants", {}).values())
    algorithms = {one["algorithm"]["kind"] for one in kinds if "kind" in one.get("algorithm", {})}
    return {(experiment["problem"]["kind"], algorithm, route["kind"]) for algorithm in algorithms
            for route in experiment["routes"].values()}


def experiments():
    """Papers' experiments that together have every route; none twice."""
    seen = set()
    for path in sorted(glob.glob(os.path.join(PAPERS, "*", "*.toml"))):
        with open(path, "rb") as file:
            experiment = tomllib.load(file)
        if "problem" not in experiment:
            continue
        merge(experiment, experiment.pop("quick", {}))
        for section in ("claims", "figure", "sweep"):
            experiment.pop(section, None)
        if routes_in(experiment) <= seen:
            continue
        seen |= routes_in(experiment)
        yield os.path.relpath(path, PAPERS), experiment


class Explosions(InFolder):
    def check(self, name):
        with h5py.File(self.path(name)) as file:
            end = file["time"][-1]
            for label, route in file["routes"].items():
                status = route.attrs["status"]
                if status == "diverged":
                    # The step that carried it away may be longer than what is recorded.
                    self.assertGreaterEqual(route.attrs["diverged_at"], 0.0, label)
                    self.assertTrue(np.isfinite(route.attrs["diverged_at"]), label)
                for word, data in route.items():
                    if not isinstance(data, h5py.Dataset) or "long_name" not in data.attrs:
                        continue
                    values = data[()]
                    self.assertFalse(np.isinf(values).any(), f"{label}: {word}")
                    missing = np.isnan(values)
                    if status == "complete" and missing.any() and not missing.all() and \
                            not {"time_2", "source_time"} & set(data.attrs["dimensions"].split()):
                        self.assertIn(word, route.attrs.get("numerics_warning", ""), f"{label}: {word}")
            self.assertGreaterEqual(end, 0.0)

    def test_every_route(self):
        outcomes = {0: 0, 2: 0}
        for factor in (30.0, 1e5):
            for name, experiment in experiments():
                small_and_absurd(experiment, factor)
                if any(route["kind"] == "dmft" for route in experiment["routes"].values()):
                    # It follows the rate with its steps, whose number squared is its cost.
                    merge(experiment, {"time": {"end": experiment["time"]["end"] / factor}})
                self.write("absurd.toml", "".join(f"{key} = {spelled(value)}\n" for key, value in experiment.items()))
                with self.subTest(name, factor=factor):
                    done = self.hidyn("run", "absurd.toml", "-o", "absurd.h5", "--quiet", seconds=60)
                    self.assertIn(done.returncode, outcomes, done.stderr)
                    outcomes[done.returncode] += 1
                    if done.returncode == 2:
                        self.assertIn("absurd.toml", done.stderr)
                    else:
                        self.check("absurd.h5")
        # Most can be run, or nothing was tested.
        self.assertGreater(outcomes[0], outcomes[2])


if __name__ == "__main__":
    unittest.main()
