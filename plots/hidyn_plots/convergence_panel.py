# SPDX-License-Identifier: MIT
"""How far single runs lie from the theory, against the size: small fluctuations fall as d^-1/2."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from . import scales, words
from .components import two_time_symbol
from .problem import Problem
from .residual_panel import main_theory
from .style import INK, MARKERS, NEUTRAL, PALETTE, darker, mathematics, plain

MOST_CURVES = 6  # observables with a colour of their own


def draw(axes, results, variant_labels):
    ensembles = _ensembles(results)
    if not ensembles:
        raise Problem("[figure] convergence needs a simulation with at least two sizes d and a theory beside it.")
    several = len({variant for variant, _ in ensembles}) > 1
    families = list(dict.fromkeys(family for _, family in ensembles))
    handles, guide = {}, None
    for (variant, family), sizes in ensembles.items():
        marker = MARKERS[families.index(family) % len(MARKERS)]
        squares = _squares(results, variant, sizes)
        curves = [] if several else list(squares.items())[:MOST_CURVES]
        for place, (name, values) in enumerate(curves):
            colour = PALETTE[place % len(PALETTE)]
            handles[_curve(axes, _rms(values), colour, marker, 0.9)] = _symbol(results.observables[name])
        # Every observable in units of its largest value, as the program's report has it.
        together = _rms([(row[0][0], sum(values for _, values in row)) for row in zip(*squares.values())])
        colour = PALETTE[list(variant_labels).index(variant) % len(PALETTE)] if several else INK
        label = variant_labels[variant] if several else "all together"
        handles[_curve(axes, together, colour, marker, 1.5)] = label
        if guide is None or together[0][1] > guide[1]:
            guide = together[0][0], together[0][1]
    d = np.array(sorted({route.d for sizes in ensembles.values() for route in sizes}), dtype=float)
    axes.plot(d, 1.5 * guide[1] * (d / guide[0]) ** -0.5, color=NEUTRAL, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    handles[Line2D([], [], color=NEUTRAL, linewidth=0.9, linestyle=(0, (4, 2)))] = r"$\propto d^{-1/2}$"
    _frame(axes, d)
    axes.legend(handles.keys(), handles.values(), loc="best", fontsize=7.5, handlelength=1.5, borderaxespad=0.3)


def _ensembles(results):
    """(variant, family) -> its simulations, of two sizes at least, that have a theory."""
    found = {}
    for route in results.simulations:
        if route.d and results.theories:
            found.setdefault((route.variant, route.family), []).append(route)
    return {key: sizes for key, sizes in found.items()
            if len({route.d for route in sizes}) > 1 and any(route.variant == key[0] for route in results.theories)}


def _squares(results, variant, sizes):
    """name -> [(d, mean square deviation of each replica)] for what both sides have, in units of the theory's
    largest value."""
    found = {}
    for name, what in results.observables.items():
        theory = main_theory(results, variant, name)
        if what.own or theory is None or any(name not in route.series for route in sizes):
            continue
        predicted = theory.series[name].values
        unit = np.nanmax(np.abs(predicted), initial=0.0) or 1.0
        found[name] = [(route.d, _mean_square((route.series[name].values - _fitting(predicted, route)) / unit, what))
                       for route in sizes]
    return found


def _fitting(predicted, route):
    replicas = len(next(iter(route.series.values())).values)
    return predicted[:replicas] if len(predicted) > 1 else predicted


def _mean_square(difference, observable):
    square = difference**2
    if observable.symmetric and len(observable.shape) == 2:  # every entry once
        square = square[..., *np.tril_indices(observable.shape[0])]
    return square.reshape(len(square), -1).mean(axis=1)


def _rms(values):
    """[(d, root mean square over replicas, its error by leaving out one replica at a time)]"""
    points = []
    for d, squares in values:
        squares = squares[np.isfinite(squares)]
        if squares.size == 0 or squares.sum() <= 0:
            points.append((d, np.nan, 0.0))
            continue
        root, error = np.sqrt(squares.mean()), 0.0
        if squares.size > 1:
            left = 0.5 * np.log(np.maximum(squares.sum() - squares, 1e-300) / (squares.size - 1))
            error = root * np.sqrt((squares.size - 1) * left.var())
        points.append((d, root, error))
    return points


def _curve(axes, points, colour, marker, width):
    d, value, error = np.array(points, dtype=float).T
    return axes.errorbar(d, value, yerr=error, color=colour, marker=marker, markersize=3.6, linewidth=width,
                         elinewidth=0.8, markeredgecolor=darker(colour, 0.2), markeredgewidth=0.5, zorder=3)


def _symbol(observable):
    if observable.two_time:
        return mathematics(two_time_symbol(observable))
    return mathematics(observable.symbol) or plain(observable.long_name)


def _frame(axes, d):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(d[0] / 1.25, d[-1] * 1.25)
    if d.size <= 6 and (d[1:] >= 1.5 * d[:-1]).all():
        axes.set_xticks(d, [f"${words.count(int(size))}$" for size in d])
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        scales.label_ticks(axes.xaxis, *axes.get_xlim())
    scales.label_ticks(axes.yaxis, *axes.get_ylim())
    axes.set_xlabel("$d$")
    axes.set_ylabel("rms deviation / max |theory|")
