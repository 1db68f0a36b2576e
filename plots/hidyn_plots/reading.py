# SPDX-License-Identifier: MIT
"""The results file as plain objects. What is missing and can be guessed, is guessed; only the time grid and the
routes are required."""

import os
import re
import tomllib
from dataclasses import dataclass, field

import h5py
import numpy as np

from .problem import Problem


FEW_SOURCES = 3  # source times that are drawn as curves


@dataclass(frozen=True)
class Observable:
    name: str
    long_name: str
    symbol: str  # LaTeX without dollars; "" if the file gives none
    dimensions: tuple  # names of the axes after [replica,] time
    shape: tuple  # their sizes
    coordinates: tuple = ()  # along each axis, or None for one that only counts its entries
    symmetric: bool = False
    own: bool = False  # reported by one route alone
    minus: str = ""  # the route whose values are subtracted
    roles: tuple = ()  # of the axes: "index", "time" or "profile"

    @property
    def scalar(self):
        return not self.shape

    @property
    def two_time(self):
        """True for C(t, s) and responses: the first axis after time is a time again."""
        return self.roles[:1] == ("time",)

    @property
    def is_profile(self):
        """Quantiles along their levels, or a density along its variable."""
        return self.roles[-1:] == ("profile",)

    @property
    def is_picture(self):
        """A function of two times, unless it is asked for at so few source times that it is a set of curves."""
        return self.two_time and (self.dimensions[0] == "time_2" or self.shape[0] > FEW_SOURCES)


@dataclass
class Series:
    """One observable of one route. `values` always has a replica axis, of length one for a single theory curve."""

    values: np.ndarray  # [replica, time, ...]; NaN where not reached
    variance: np.ndarray | None = None  # [time, ...]: the theory's d * Var over replicas
    error: np.ndarray | None = None  # [time, ...]: the theory's own numerical error


@dataclass
class Route:
    name: str
    variant: str
    family: str  # the user's name for the route, shared by all its sizes and variants
    kind: str
    is_theory: bool
    d: int | None
    status: str
    diverged_at: float | None
    series: dict = field(default_factory=dict)

    @property
    def diverged(self):
        return self.status == "diverged"


@dataclass
class Results:
    path: str
    title: str
    experiment: dict
    time: np.ndarray
    time_units: str
    routes: list
    observables: dict  # name -> Observable, in the file's order

    @property
    def simulations(self):
        return [route for route in self.routes if not route.is_theory]

    @property
    def theories(self):
        return [route for route in self.routes if route.is_theory]

    @property
    def variants(self):
        """Names in the order of the experiment, then any others as met; [""] without variants."""
        met = list(dict.fromkeys(route.variant for route in self.routes))
        declared = [name for name in self.experiment.get("variants", {}) if name in met]
        return declared + [name for name in met if name not in declared]


def read(path):
    if not os.path.exists(path):
        raise Problem(f"there is no file '{path}'.")
    if os.path.isdir(path) or not os.access(path, os.R_OK):
        raise Problem(f"'{path}' cannot be read as a file.")
    try:
        file = h5py.File(path, "r")
    except OSError:
        raise Problem(f"'{path}' is not an HDF5 file, or is damaged.") from None
    with file:
        return _read(path, file)


def _read(path, file):
    if not (isinstance(file.get("time"), h5py.Dataset) and isinstance(file.get("routes"), h5py.Group)):
        raise Problem(f"'{path}' is an HDF5 file but not a hidyn results file: it lacks /time or /routes.")
    grid = file["time"]
    if grid.dtype.kind not in "fiu" or grid.ndim != 1 or grid.size == 0:
        raise Problem(f"'{path}' is not a hidyn results file: /time is not a list of times.")
    time = np.asarray(grid[()], dtype=float)
    observables, routes = {}, []
    for name, group in file["routes"].items():
        if isinstance(group, h5py.Group):
            routes.append(_route(name, group, time.size, observables))
    if not observables:
        raise Problem(f"'{path}' holds no observable: none of its routes has recorded anything.")
    experiment = _experiment(file.attrs.get("experiment"))
    return Results(
        path=str(path),
        title=_text(file.attrs.get("title")),
        experiment=experiment,
        time=time,
        time_units=_text(grid.attrs.get("units")),
        routes=_in_order(routes, experiment),
        observables=observables,
    )


def _in_order(routes, experiment):
    """As the experiment declares them (HDF5 lists names alphabetically), sizes ascending."""
    declared = list(experiment.get("routes", {}))
    def place(route):
        known = declared.index(route.family) if route.family in declared else len(declared)
        return known, route.family, route.d or 0, route.name
    return sorted(routes, key=place)


def _text(value, default=""):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, str) else default


def _number(value):
    try:
        number = float(np.asarray(value).reshape(-1)[0])
    except (TypeError, ValueError, IndexError):
        return None
    return number if np.isfinite(number) else None


def _experiment(text):
    try:
        return tomllib.loads(_text(text))
    except tomllib.TOMLDecodeError:
        return {}  # the curves are still worth drawing


def _route(name, group, times, observables):
    attrs = group.attrs
    kind = _text(attrs.get("kind"), "unknown")
    nature = _text(attrs.get("side"), "simulation" if kind == "simulation" else "theory")
    d = _number(attrs.get("d"))
    route = Route(
        name=name,
        variant=_text(attrs.get("variant"), name.rpartition(".")[0]),
        family=_text(attrs.get("route")) or re.sub(r"-d\d+$", "", name.rpartition(".")[2]),
        kind=kind,
        is_theory=nature == "theory",
        d=int(d) if d else None,
        status=_text(attrs.get("status"), "complete"),
        diverged_at=_number(attrs.get("diverged_at")),
    )
    replicas = _number(attrs.get("replicas")) or 0
    for key, dataset in group.items():
        if not isinstance(dataset, h5py.Dataset) or h5py.h5ds.is_scale(dataset.id) or dataset.dtype.kind not in "fiu":
            continue
        stem, _, suffix = key.rpartition("_")
        if suffix in ("variance", "error") and stem in group:
            continue  # belongs to its observable
        lead = _leading_axes(dataset, times, replicas, route.is_theory)
        if lead is None:
            continue  # not a trajectory
        values = np.asarray(dataset[()], dtype=float)
        values[~np.isfinite(values)] = np.nan
        route.series[key] = Series(
            values=values if lead == 2 else values[np.newaxis],
            variance=_companion(group.get(f"{key}_variance"), values.shape, lead),
            error=_companion(group.get(f"{key}_error"), values.shape, lead),
        )
        observables.setdefault(key, Observable(
            name=key,
            long_name=_text(dataset.attrs.get("long_name"), key.replace("_", " ")),
            symbol=_text(dataset.attrs.get("symbol")),
            dimensions=tuple(_dimension(dataset, axis) for axis in range(lead, dataset.ndim)),
            shape=dataset.shape[lead:],
            coordinates=tuple(_coordinates(dataset, axis) for axis in range(lead, dataset.ndim)),
            symmetric=bool(_number(dataset.attrs.get("symmetric"))),
            own=bool(_number(dataset.attrs.get("own"))),
            roles=tuple(_role(dataset, axis) for axis in range(lead, dataset.ndim)),
        ))
    return route


def _dimension(dataset, axis):
    dimension = dataset.dims[axis]
    if dimension.label:
        return dimension.label
    return dimension[0].name.rpartition("/")[2] if len(dimension) else ""


def _role(dataset, axis):
    """What the file says the axis is; where it says nothing, the names of times are known."""
    dimension = dataset.dims[axis]
    said = _text(dimension[0].attrs.get("role")) if len(dimension) else ""
    return said or ("time" if _dimension(dataset, axis) in ("time_2", "source_time") else "index")


def _coordinates(dataset, axis):
    """Where the entries lie, if the axis has real coordinates; integers only count them."""
    dimension = dataset.dims[axis]
    if not len(dimension) or dimension[0].dtype.kind != "f" or dimension[0].shape != (dataset.shape[axis],):
        return None
    return np.asarray(dimension[0][()], dtype=float)


def _leading_axes(dataset, times, replicas, is_theory):
    """1 if the data begin with [time], 2 if with [replica, time], None if they are no trajectory."""
    shape = dataset.shape
    with_replicas = len(shape) > 1 and shape[1] == times
    without = len(shape) > 0 and shape[0] == times
    if with_replicas and without:  # the sizes alone do not tell: ask the names, then the route
        name = _dimension(dataset, 0)
        return 2 if name == "replica" or (not name and (not is_theory or replicas == times)) else 1
    return 2 if with_replicas else 1 if without else None


def _companion(dataset, shape, lead):
    """A variance or error beside its observable, [time, ...]."""
    if not isinstance(dataset, h5py.Dataset) or dataset.shape not in (shape, shape[lead - 1:]):
        return None
    values = np.asarray(dataset[()], dtype=float)
    return values.mean(axis=0) if lead == 2 and dataset.shape == shape else values
