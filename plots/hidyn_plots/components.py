# SPDX-License-Identifier: MIT
"""The curves inside one observable: the entries of a matrix or vector, and how they are grouped in the legend."""

import itertools
import re
from dataclasses import dataclass

import numpy as np

from .style import mathematics
from .words import number

MOST_OWN_COLOURS = 6  # beyond this nobody can match a colour to its entry


@dataclass(frozen=True)
class Component:
    index: tuple
    group: int  # entries of one group share colour and label
    groups: int  # how many there are
    label: str
    ordered: bool = False  # the groups are a sequence (a long vector), not a set


def components(observable, samples, by_family=False):
    """All curves of the observable; for a symmetric matrix only those with i <= j. `samples` are its values, as
    arrays [..., *shape], from which the symmetry is checked."""
    if observable.scalar:
        return [Component((), 0, 1, "")]
    if observable.two_time:
        return _by_source_time(observable)
    indices = list(itertools.product(*map(range, observable.shape)))
    if _symmetric(observable, samples):
        indices = [index for index in indices if index[0] <= index[1]]
    by_family = by_family and len(observable.shape) == 2 and len(indices) > 3
    if len(indices) <= MOST_OWN_COLOURS and not by_family:
        return [Component(index, place, len(indices), _label(observable, index))
                for place, index in enumerate(indices)]
    if len(observable.shape) == 2:
        names = [_family_label(observable, relation) for relation in ("=", r"\neq")]
        return [Component(index, int(index[0] != index[1]), 2, names[index[0] != index[1]]) for index in indices]
    return [Component(index, place, len(indices), _label(observable, index), ordered=True)
            for place, index in enumerate(indices)]


def _by_source_time(observable):
    """A response at a few source times: a colour for each of them, and for each entry if that is few enough."""
    indices = list(itertools.product(*map(range, observable.shape)))
    several = np.prod(observable.shape[1:]) > 1
    if len(indices) > MOST_OWN_COLOURS or not several:
        return [Component(index, index[0], observable.shape[0], mathematics(_source(observable, index[0])))
                for index in indices]
    return [Component(index, place, len(indices),
                      mathematics(two_time_symbol(observable, index[1:], _source(observable, index[0]))))
            for place, index in enumerate(indices)]


def _source(observable, place):
    times = observable.coordinates[0] if observable.coordinates else None
    return f"s = {number(place + 1 if times is None else times[place], 4)}"


def two_time_symbol(observable, inner=None, second="s"):
    """ "C_{12}(t, s)" for an entry of a function of two times, whose own symbol may be C, C_{ij} or C(t,s); with
    one entry, or for none in particular, "C(t, s)"."""
    stem = re.sub(r"\([^()]*\)$", "", observable.symbol.strip())
    axes = len(observable.shape) - 1
    stem = re.sub(rf"_\{{[A-Za-z]{{{axes}}}\}}$" if axes > 0 else "^$", "", stem)  # the indices, not other subscripts
    if not mathematics(stem):
        stem = r"\mathrm{" + re.sub(r"\W|_", r"\\ ", observable.name) + "}"
    if inner is not None and np.prod(observable.shape[1:]) > 1:
        joined = ("," if max(observable.shape[1:]) > 9 else "").join(str(i + 1) for i in inner)
        name, found, subscript = stem.partition("_")
        stem = f"{name}_{{{subscript.strip('{}')},{joined}}}" if found else f"{stem}_{{{joined}}}"
    return f"{stem}(t, {second})"


def _symmetric(observable, samples):
    if len(observable.shape) != 2 or observable.shape[0] != observable.shape[1]:
        return False
    first, second = observable.dimensions
    if first and second != f"{first}_2":  # two different things, such as student and teacher
        return False
    return all(np.allclose(values, np.swapaxes(values, -1, -2), equal_nan=True) for values in samples)


def _stem(observable):
    """The symbol without its indices: R from R_{im}."""
    stem = re.sub(r"_(\{[^{}]*\}|[A-Za-z0-9])$", "", observable.symbol.strip())
    return stem if mathematics(stem) else r"\mathrm{" + re.sub(r"\W|_", r"\\ ", observable.name) + "}"


def _label(observable, index):
    numbers = [str(i + 1) for i in index]
    joined = ("," if max(observable.shape) > 9 else "").join(numbers)
    return mathematics(f"{_stem(observable)}_{{{joined}}}")


def _family_label(observable, relation):
    indices = re.search(r"_\{([A-Za-z])\s*,?\s*([A-Za-z])\}$", observable.symbol.strip())
    i, j = indices.groups() if indices else ("i", "j")
    stem = _stem(observable)
    if relation == "=":
        return mathematics(f"{stem}_{{{i}{i}}}")
    return mathematics(rf"{stem}_{{{i}{j}}},\ {i}{relation} {j}")
