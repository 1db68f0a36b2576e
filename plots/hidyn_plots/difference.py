# SPDX-License-Identifier: MIT
"""Every route minus one of them: the results in which a figure of distances is drawn."""

import dataclasses

import numpy as np

from .averages import mean


def subtract(results, label):
    """The results without the route of that label, and with its values subtracted from all others in its variant."""
    routes = []
    for route in results.routes:
        reference = _reference(results, route, label)
        if route.family != label and reference is not None:
            series = {name: _difference(own, reference.series[name])
                      for name, own in route.series.items() if name in reference.series}
            routes.append(dataclasses.replace(route, series=series))
    observables = {name: dataclasses.replace(what, minus=label) for name, what in results.observables.items()}
    return dataclasses.replace(results, routes=routes, observables=observables)


def _reference(results, route, label):
    """Of several sizes the same as the route's, or else the largest."""
    there = [other for other in results.routes if other.family == label and other.variant == route.variant]
    same = [other for other in there if other.d == route.d]
    return max(same or there, key=lambda other: other.d or 0, default=None)


def _difference(one, other):
    """Replica by replica where both have some: the spread of the differences then gives the error of their mean."""
    count = min(len(one.values), len(other.values))
    values = one.values[:count] - other.values[:count] if count > 1 else one.values - mean(other.values)
    errors = [error for error in (one.error, other.error) if error is not None]
    return dataclasses.replace(one, values=values, variance=None,
                               error=np.sqrt(sum(error**2 for error in errors)) if errors else None)
