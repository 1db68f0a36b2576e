# SPDX-License-Identifier: MIT
"""A batch as a figure. Along one axis: curves, theory as lines through simulation points. Over two: heat maps, a phase
diagram of each route and of the distance between simulation and theory in standard errors."""

import matplotlib
import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from . import scales, words
from .choosing import USUAL
from .index import Axis
from .problem import Problem
from .style import COLUMN, DASHES, INK, MARKERS, PAGE, PALETTE, RULES, darker, lighter, mathematics, plain

MOST_ROWS = 6
MOST_PICKED, UNEVEN = 12, 3  # values of a hand-picked list, and the ratio of its steps
FAR = 5  # standard errors: where the colours of a deviation end
EVEN, AROUND_ZERO, UNKNOWN = "viridis", "RdBu_r", "0.85"


def compose(index, asked=None):
    long = [place for place, axis in enumerate(index.axes) if axis.values.size > 1]
    if len(long) > 3:
        raise Problem(f"The batch varies {len(long)} keys; a figure shows up to three: sweep fewer, or draw the "
                      "index.h5 yourself.")
    names = _observables(index, asked)
    with matplotlib.rc_context(RULES):
        if len(long) <= 1:
            return _curves(index, names, long[0] if long else 0)
        return _maps(index, names, long)


def _observables(index, asked):
    if asked:
        for name in asked:
            if name not in index.words:
                raise Problem(f"There is no scalar observable '{name}' in this batch; there are "
                              f"{', '.join(index.words)}.")
        return asked
    wanted = index.experiment.get("figure", {}).get("observables", USUAL)
    return [name for name in wanted if name in index.words] or list(index.words)[:1]


# -- one axis ----------------------------------------------------------------------------------------------------------

def _curves(index, names, place):
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = _page(COLUMN if columns == 1 else PAGE, 2.6 * rows)
    axis = index.axes[place]
    for number, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, number + 1)
        _draw_curves(axes, index, name, axis)
        axes.set_ylabel(_value(index, name))
    figure.suptitle(plain(index.title), fontsize=9.5)
    figure.axes[0].legend(loc="best")
    return figure


def _draw_curves(axes, index, name, axis):
    x = axis.values.astype(float) if axis.numeric else np.arange(float(axis.values.size))
    everything, simulations, theories = [], 0, 0
    for route in index.routes:
        if name not in route.columns:
            continue
        y, error = (np.squeeze(part) for part in (route.columns[name].values, route.columns[name].errors))
        everything.append(y)
        if route.is_theory:
            axes.plot(x, y, color=darker(PALETTE[0], 0.3) if theories == 0 else INK, linewidth=1.2,
                      linestyle=DASHES[theories % len(DASHES)], label=_route(index, route), zorder=2)
            theories += 1
        else:
            hue = PALETTE[simulations % len(PALETTE)]
            axes.errorbar(x, y, np.nan_to_num(error), linestyle="none", marker=MARKERS[simulations % len(MARKERS)],
                          markersize=3.4, color=hue, markerfacecolor=lighter(hue, 0.25), markeredgewidth=0.55,
                          elinewidth=0.8, label=_route(index, route), zorder=3)
            simulations += 1
    if axis.numeric:
        if _logarithmic(axis):
            axes.set_xscale("log")
            scales.label_ticks(axes.xaxis, x[0], x[-1])
    else:
        axes.set_xticks(x, [plain(str(value)) for value in axis.values])
    if everything and scales.spans_decades(np.concatenate([np.ravel(part) for part in everything]), 1.5):
        axes.set_yscale("log")
    axes.set_xlabel(words.key_axis(axis.key))


# -- two axes ----------------------------------------------------------------------------------------------------------

def _maps(index, names, long):
    """A row per observable, or per value of a third axis; a column per route and one for the distance."""
    across, up = long[-1], long[-2]
    third = index.axes[long[0]] if len(long) == 3 else None
    if third is not None:
        names = names[:1]
        if third.values.size > MOST_ROWS:
            raise Problem(f"The batch has {third.values.size} values of {third.key}; a figure has room for {MOST_ROWS} "
                          "rows: let the key with the fewest values come first in [sweep].")
    cases = [(name, value) for name in names for value in (range(third.values.size) if third is not None else (None,))]
    pairs = [_pair(index, name) for name in names]
    columns = max(len(_panels(index, name, pair)) for name, pair in zip(names, pairs))
    figure = _page(COLUMN if columns == 1 else PAGE, (2.75 if columns == 1 else 2.5) * len(cases) + 0.3)
    for row, (name, value) in enumerate(cases):
        pair = _pair(index, name)
        shared = _norm(index, name)
        for column, (title, values, deviation) in enumerate(_panels(index, name, pair)):
            axes = figure.add_subplot(len(cases), columns, row * columns + column + 1)
            if value is not None:
                title = f"{title}, {words.key_axis(third.key)} = {_tick(third.values[value])}"
            _draw_map(axes, index, _slice(values, long, value), across, up, deviation, shared)
            axes.set_title(title, fontsize=8.5, pad=4)
            label = r"$(\mathrm{simulation} - \mathrm{theory})\,/\,\mathrm{s.e.}$" if deviation else _symbol(index, name)
            _colour_bar(figure, axes, label)
            if deviation:
                _mark(axes, index, _slice(index.verdict, long, value) == "disagrees", across, up)
    figure.suptitle(plain(index.title), fontsize=9.5)
    return figure


def _panels(index, name, pair):
    """(title, values, whether it is a deviation)"""
    panels = [(_route(index, route, short=True), route.columns[name].values, False)
              for route in index.routes if name in route.columns][:3]
    if pair is not None:
        simulation, theory = (route.columns[name] for route in pair)
        error = np.hypot(simulation.errors, np.nan_to_num(theory.errors))
        with np.errstate(invalid="ignore", divide="ignore"):
            distance = (simulation.values - theory.values) / error
        size = f", $d = {pair[0].d}$" if pair[0].d and sum(not route.is_theory for route in index.routes) > 1 else ""
        panels.append((f"distance{size}", np.where(np.isfinite(distance), distance, np.nan), True))
    return panels


def _pair(index, name):
    """The simulation and theory whose distance is shown: the last of each, the largest size."""
    simulations = [route for route in index.routes if not route.is_theory and name in route.columns]
    theories = [route for route in index.routes if route.is_theory and name in route.columns]
    return (simulations[-1], theories[0]) if simulations and theories else None


def _slice(grid, long, value):
    """The grid over the last two long axes, [up, across]."""
    taken = tuple(slice(None) if place in long[-2:] else (value or 0) if place in long else 0
                  for place in range(grid.ndim))
    return grid[taken]


def _norm(index, name):
    """One scale of colours for all routes of an observable."""
    every = np.concatenate([np.ravel(route.columns[name].values) for route in index.routes if name in route.columns])
    every = every[np.isfinite(every)]
    if every.size == 0:
        return Normalize(0, 1), EVEN
    low, high = every.min(), every.max()
    if low > 0 and high > 30 * low:
        return LogNorm(low, high), EVEN
    if low < 0 < high and min(-low, high) > 0.02 * max(-low, high):
        return Normalize(-max(-low, high), max(-low, high)), AROUND_ZERO
    return Normalize(0.0 if 0 < low < 0.3 * high else low, high if high > low else low + (abs(low) or 1.0)), EVEN


def _draw_map(axes, index, values, across, up, deviation, shared):
    norm, colours = (Normalize(-FAR, FAR), AROUND_ZERO) if deviation else shared
    x, y = (_evenly(index.axes[place]) for place in (across, up))
    axes.pcolormesh(_edges(x), _edges(y), values.astype(float), norm=norm,
                    cmap=colormaps[colours].with_extremes(bad=UNKNOWN), rasterized=True)
    for axis, scale, ticks, side in ((x, axes.set_xscale, axes.set_xticks, axes.xaxis),
                                     (y, axes.set_yscale, axes.set_yticks, axes.yaxis)):
        if not axis.numeric:
            ticks(np.arange(axis.values.size), list(axis.values) if axis.is_list else [plain(str(v)) for v in axis.values])
        elif _logarithmic(axis):
            scale("log")
            scales.label_ticks(side, axis.values[0], axis.values[-1])
    axes.tick_params(which="both", direction="out", top=False, right=False)
    axes.set_xlabel(words.key_axis(x.key))
    axes.set_ylabel(words.key_axis(y.key))


def _mark(axes, index, disagrees, across, up):
    """A cross where the verdict, which looks at all times, disagrees."""
    rows, columns = np.nonzero(disagrees)
    x, y = (_places(_evenly(index.axes[place])) for place in (across, up))
    axes.plot(x[columns], y[rows], linestyle="none", marker="X",
              markersize=4.5, color=INK, markeredgecolor="white", markeredgewidth=0.5)


def _colour_bar(figure, axes, label):
    bar = figure.colorbar(axes.collections[0], ax=axes, pad=0.02, fraction=0.07,
                          extend="both" if "theory" in label else "neither")
    bar.outline.set_linewidth(0.5)
    bar.ax.tick_params(which="both", direction="out", left=False, labelsize=7)
    bar.set_label(label, fontsize=8)


# -- both --------------------------------------------------------------------------------------------------------------

def _page(width, height):
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _logarithmic(axis):
    return axis.numeric and axis.values.size > 2 and axis.values[0] > 0 and scales.spans_decades(axis.values, 0.8) \
        and (np.std(np.diff(np.log(axis.values))) / np.mean(np.diff(np.log(axis.values)))
             < np.std(np.diff(axis.values)) / np.mean(np.diff(axis.values)))


def _evenly(axis):
    """Of a hand-picked list such as 0, 0.01, 0.1 every value gets a cell of the same width."""
    if not axis.numeric or _logarithmic(axis) or not 2 < axis.values.size <= MOST_PICKED:
        return axis
    steps = np.diff(axis.values)
    if steps.max() < UNEVEN * steps.min():
        return axis
    return Axis(axis.key, np.array([_tick(float(value)) for value in axis.values], dtype=object), is_list=True)


def _places(axis):
    return axis.values if axis.numeric else np.arange(float(axis.values.size))


def _edges(axis):
    """Cells around the values, as far out as in."""
    place = _places(axis).astype(float)
    logarithmic = _logarithmic(axis)
    place = np.log(place) if logarithmic else place
    middle = (place[:-1] + place[1:]) / 2
    edges = np.concatenate([[2 * place[0] - middle[0]], middle, [2 * place[-1] - middle[-1]]])
    return np.exp(edges) if logarithmic else edges


def _tick(value):
    return f"${words.number(value, 4)}$" if isinstance(value, float) else plain(str(value))


def _symbol(index, name):
    long_name, symbol = index.words[name]
    return mathematics(symbol) or plain(long_name)


def _value(index, name):
    long_name, symbol = index.words[name]
    return f"{plain(long_name)} {mathematics(symbol)}".strip()


def _route(index, route, short=False):
    alike = [other for other in index.routes if other.kind == route.kind]
    if route.is_theory:
        return plain(route.name) if len(alike) > 1 else f"theory ({words.kind(route.kind)})"
    if len(alike) == 1:
        return "simulation"
    if route.d and len({(other.family, other.d) for other in alike}) == len({other.d for other in alike}):
        return f"$d = {route.d}$" if short and alike[0] is not route else f"simulation, $d = {route.d}$"
    return plain(route.name)
