# SPDX-License-Identifier: MIT
"""What to show: the experiment's optional [figure] table, or else a default that suits most papers' figures: of what
theory and simulation both report, the usual order parameters and errors."""

from dataclasses import dataclass

import numpy as np

from .problem import Problem

USUAL = ("generalization_error", "R", "Q", "second_layer")
INSTEAD = ("test_loss", "train_loss", "classification_error", "overlap")
LARGEST = 400  # components; beyond this an observable is a picture, not a set of curves


@dataclass
class Plan:
    order: list  # names of the panels
    observables: list  # those drawn as curves
    pictures: list  # those drawn as heat maps
    profiles: list  # those drawn against an axis of their own
    title: str
    x_scale: str | None = None  # None: judged from the data
    y_scale: str | None = None
    against: str | None = None  # dotted key of the experiment, instead of time
    positions: dict | None = None  # its value in each variant
    window: tuple | None = None
    minus: str | None = None  # a route's label: draw the distance from it
    convergence: bool = False


def choose(results, asked=None):
    table = results.experiment.get("figure", {})
    if not isinstance(table, dict):
        table = {}
    order = _observables(results, asked if asked is not None else table.get("observables"))
    plan = Plan(
        order=order,
        observables=[name for name in order
                     if not (results.observables[name].is_picture or results.observables[name].is_profile)],
        pictures=[name for name in order if results.observables[name].is_picture],
        profiles=[name for name in order if results.observables[name].is_profile],
        title=str(table.get("title", results.title)),
        x_scale=_scale(table, "x_scale"),
        y_scale=_scale(table, "y_scale"),
        against=table.get("against"),
        window=_window(table, results.time),
        minus=_minus(results, table.get("minus")),
        convergence=table.get("convergence") is True,
    )
    if plan.minus is not None and plan.pictures:
        raise Problem(f"'{plan.pictures[0]}' is a function of two times; [figure] minus draws curves only.")
    if plan.against is not None:
        plan.positions = _positions(results, plan.against)
    return plan


def _observables(results, asked):
    pictures = [name for name, what in results.observables.items() if what.is_picture]
    there = [name for name, what in results.observables.items()
             if _components(what) <= LARGEST and name not in pictures]
    if asked is None:
        common = [name for name in there if _is_compared(results, name)]
        for names in (common, there):
            chosen = [name for name in USUAL if name in names] or [name for name in INSTEAD if name in names] or names[:4]
            if chosen:
                return chosen
        return pictures[:1] or _none(results)
    there += pictures
    if not asked or not isinstance(asked, list):
        raise Problem(f"no observable was named; this file has {_listed(there)}.")
    for name in asked:
        if name not in results.observables:
            raise Problem(f"this file has no observable '{name}'; it has {_listed(there)}.")
        if name not in there:
            raise Problem(f"'{name}' has {_components(results.observables[name])} components, too many for curves; "
                          f"this file also has {_listed(there)}.")
    return list(dict.fromkeys(asked))


def _is_compared(results, name):
    """Whether a theory and a simulation know something of it."""
    return all(any(name in route.series and np.isfinite(route.series[name].values).any() for route in side)
               for side in (results.theories, results.simulations))


def _minus(results, label):
    labels = list(dict.fromkeys(route.family for route in results.routes))
    if label is not None and label not in labels:
        raise Problem(f"[figure] minus = {label!r} is not a route of this file; it has {_listed(labels)}.")
    if label is not None and len(labels) < 2:
        raise Problem(f"[figure] minus = {label!r} leaves no other route to draw.")
    return label


def _none(results):
    raise Problem(f"'{results.path}' has no observable that can be drawn as curves.")


def _components(observable):
    product = 1
    for size in observable.shape:
        product *= size
    return product


def _listed(names):
    return ", ".join(names) if names else "none"


def _scale(table, key):
    value = table.get(key)
    if value not in (None, "linear", "log"):
        raise Problem(f'[figure] {key} = "{value}" is not known; allowed are "linear" and "log".')
    return value


def _window(table, time):
    window = table.get("window")
    if window is None:
        return None
    numbers = isinstance(window, list) and all(isinstance(t, (int, float)) for t in window)
    if not (numbers and len(window) == 2 and window[0] <= window[1]):
        raise Problem(f"[figure] window = {window} must be two times [from, to] in increasing order.")
    if not ((time >= window[0]) & (time <= window[1])).any():
        raise Problem(f"[figure] window = {window} contains no time of the grid, which runs "
                      f"from {time[0]:g} to {time[-1]:g}.")
    return tuple(window)


def look_up(table, key):
    """The value at a dotted key, or None."""
    for part in str(key).split("."):
        if not isinstance(table, dict) or part not in table:
            return None
        table = table[part]
    return table


def _positions(results, key):
    variants = results.experiment.get("variants")
    if not isinstance(variants, dict) or not variants:
        raise Problem(f'[figure] against = "{key}" needs [variants] that give this key several values.')
    keys = str(key).split(" / ")
    if len(keys) == 2:
        above, below = (_positions(results, one) for one in keys)
        return {name: above[name] / below[name] for name in above if below[name]}
    positions = {}
    for name in results.variants:
        value = look_up(variants.get(name, {}), key)
        if value is None:
            value = look_up(results.experiment, key)  # a variant that leaves the key as it is
        while isinstance(value, list) and len(value) == 1:
            value = value[0]  # [[1.0]] is a number too
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            given = "has no value" if value is None else f"is {value!r}, not a number,"
            raise Problem(f'[figure] against = "{key}": the key {given} in variant \'{name}\'.')
        positions[name] = float(value)
    return positions
