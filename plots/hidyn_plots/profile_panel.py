# SPDX-License-Identifier: MIT
"""Profiles along an axis that has coordinates, early and late: quantiles against those of the normal law (on the diagonal
if and only if the law is normal) or against their levels, densities against the variable."""

from dataclasses import dataclass

import numpy as np

from . import words
from .averages import mean_and_error
from .style import INK, DASHES, MARKERS, PALETTE, lighter


@dataclass(frozen=True)
class Profile:
    name: str
    variant: str
    title: str


def panels(name, variant_labels):
    """One for each variant."""
    return [Profile(name, variant, label if len(variant_labels) > 1 else "")
            for variant, label in variant_labels.items()]


def draw(axes, results, panel):
    observable = results.observables[panel.name]
    x = observable.coordinates[-1]
    routes = [route for route in results.routes if route.variant == panel.variant and panel.name in route.series]
    largest = max((route for route in routes if not route.is_theory), key=lambda route: route.d or 0, default=None)
    theories = [route for route in routes if route.is_theory and _curves(route, panel)]
    for count, route in enumerate(theories):
        for first, (_, mean, _) in enumerate(_curves(route, panel)):
            axes.plot(x, mean, color=INK, linewidth=1, linestyle=DASHES[count % len(DASHES)], zorder=2,
                      label=route.family if len(theories) > 1 and first == 0 else None)
    if largest is not None:
        for count, (place, mean, error) in enumerate(_curves(largest, panel)):
            axes.errorbar(x, mean, yerr=np.nan_to_num(error), linestyle="none", marker=MARKERS[count % len(MARKERS)],
                          markersize=3.5, color=PALETTE[count % len(PALETTE)],
                          markerfacecolor=lighter(PALETTE[count % len(PALETTE)], 0.5),
                          elinewidth=0.8, zorder=4 - count, label=f"$t = {results.time[place]:g}$")
    axes.legend(loc="best")
    if panel.title:
        axes.set_title(panel.title, fontsize=8.5, pad=3)
    axes.set_xlabel(observable.dimensions[-1].replace("_", " "))
    axes.set_ylabel(words.value_axis(observable, None))


def _curves(route, panel):
    """(time, mean, error) of each profile, at the first and at the last time at which they are known."""
    values = route.series[panel.name].values
    values = values.reshape(*values.shape[:2], -1, values.shape[-1])
    mean, error = mean_and_error(values)
    known = np.flatnonzero(np.isfinite(values).any(axis=0).all(axis=(-2, -1)))
    shown = known[[0, -1]] if len(known) > 1 else known
    return [(place, mean[place, row], error[place, row]) for place in shown for row in range(values.shape[2])]
