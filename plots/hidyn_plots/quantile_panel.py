"""Quantiles, early and late, against those of the normal law (on the diagonal if and only if the law is normal) or
against their levels."""

from dataclasses import dataclass

import numpy as np

from . import words
from .averages import mean_and_error
from .style import INK, MARKERS, PALETTE, lighter


@dataclass(frozen=True)
class Quantiles:
    name: str
    variant: str
    title: str


def panels(name, variant_labels):
    """One for each variant."""
    return [Quantiles(name, variant, label if len(variant_labels) > 1 else "")
            for variant, label in variant_labels.items()]


def draw(axes, results, panel):
    observable = results.observables[panel.name]
    x = observable.coordinates[0]
    routes = [route for route in results.routes if route.variant == panel.variant and panel.name in route.series]
    largest = max((route for route in routes if not route.is_theory), key=lambda route: route.d or 0, default=None)
    for route in routes:
        if route.is_theory:
            for place in _shown(route, panel):
                axes.plot(x, mean_and_error(route.series[panel.name].values)[0][place], color=INK, linewidth=1,
                          zorder=2)
            break
    if largest is not None:
        for count, place in enumerate(_shown(largest, panel)):
            mean, error = mean_and_error(largest.series[panel.name].values)
            axes.errorbar(x, mean[place], yerr=np.nan_to_num(error[place]), linestyle="none", marker=MARKERS[count],
                          markersize=3.5, color=PALETTE[count], markerfacecolor=lighter(PALETTE[count], 0.5),
                          elinewidth=0.8, zorder=4 - count, label=f"$t = {results.time[place]:g}$")
        axes.legend(loc="upper left")
    if panel.title:
        axes.set_title(panel.title, fontsize=8.5, pad=3)
    axes.set_xlabel(observable.dimensions[0].replace("_", " "))
    axes.set_ylabel(words.value_axis(observable, None))


def _shown(route, panel):
    """The first and the last time at which they are known."""
    values = route.series[panel.name].values
    known = np.flatnonzero(np.isfinite(values).any(axis=0).all(axis=-1))
    return known[[0, -1]] if len(known) > 1 else known
