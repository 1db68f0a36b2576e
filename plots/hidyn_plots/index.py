# SPDX-License-Identifier: MIT
"""The index of a batch as plain objects: its axes, and every route's headline observables over its points."""

import tomllib
from dataclasses import dataclass

import h5py
import numpy as np

from .problem import Problem

FORMAT = "hidyn sweep"


@dataclass
class Axis:
    key: str  # dotted; the first of keys that move together
    values: np.ndarray  # numbers, or texts
    is_list: bool = False  # the texts are numbers picked by hand

    @property
    def numeric(self):
        return self.values.dtype.kind == "f"


@dataclass
class Column:
    """One observable of one route: a number and its error at every point of the grid, NaN where there is none."""

    values: np.ndarray
    errors: np.ndarray


@dataclass
class Route:
    name: str
    kind: str
    is_theory: bool
    family: str  # the user's name for the route, shared by all its sizes and variants
    d: int | None
    columns: dict  # name of a scalar observable -> Column


@dataclass
class Index:
    title: str
    experiment: dict
    axes: list
    routes: list
    words: dict  # observable -> (long name, symbol)
    verdict: np.ndarray  # on the grid: "agrees", "disagrees", "inconclusive" or ""
    diverged: np.ndarray


def is_index(path):
    try:
        with h5py.File(path, "r") as file:
            return file.attrs.get("format") == FORMAT
    except OSError:
        return False


def read(path):
    with h5py.File(path, "r") as file:
        axes, places = _axes(file["parameters"])
        shape = tuple(axis.values.size for axis in axes)

        def on_grid(values, empty):
            grid = np.full(shape, empty, dtype=object if isinstance(empty, str) else float)
            grid[places] = values
            return grid

        routes, words = [], {}
        for name, group in file["routes"].items() if "routes" in file else ():
            columns = {}
            for key, dataset in group.items():
                if dataset.ndim != 1 or dataset.shape != file["point"].shape or f"{key}_error" not in group:
                    continue
                columns[key] = Column(on_grid(dataset[()], np.nan), on_grid(group[f"{key}_error"][()], np.nan))
                words[key] = (dataset.attrs["long_name"], group.attrs.get(f"symbol_of_{key}", ""))
            routes.append(Route(name, group.attrs["kind"], group.attrs["side"] == "theory",
                                group.attrs.get("family", name), int(group.attrs.get("d", 0)) or None, columns))
        if not words:
            raise Problem(f"'{path}' holds no number to draw: no point is done, or none reports a scalar observable.")
        return Index(
            title=file.attrs["title"],
            experiment=tomllib.loads(file.attrs["experiment"]),
            axes=axes,
            routes=sorted(routes, key=lambda route: route.is_theory),
            words=words,
            verdict=on_grid(file["verdict"].asstr()[()], ""),
            diverged=on_grid(file["status"].asstr()[()], "") == "diverged",
        )


def _axes(parameters):
    """The axes in the experiment's order, and where on their grid every point is."""
    keys = [key for key in parameters if f"axis_of_{key}" in parameters.attrs]
    axes, places = [], []
    for number in sorted({int(parameters.attrs[f"axis_of_{key}"]) for key in keys}):
        key = next(key for key in keys if parameters.attrs[f"axis_of_{key}"] == number)
        column = parameters[key]
        values = column[()] if column.dtype.kind == "f" else column.asstr()[()]
        # Numbers in increasing order, texts as they come.
        found = np.unique(values) if column.dtype.kind == "f" else np.array(list(dict.fromkeys(values)), dtype=object)
        axes.append(Axis(key, found))
        places.append(np.array([int(np.flatnonzero(found == value)[0]) for value in values]))
    return axes, tuple(places)
