# SPDX-License-Identifier: MIT
"""A function of two times as a heat map. Where theory and simulation both have it, they share one square: the theory
above the diagonal, the simulation below, so that agreement is seen as symmetry."""

import itertools
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.path import Path

from . import scales, words
from .averages import mean
from .components import two_time_symbol
from .residual_panel import main_theory
from .style import INK, mathematics, plain

MOST_ENTRIES = 9  # of one matrix, a panel each
MOST_TIMES = 400  # beyond this a pixel is smaller than the paper shows
EVEN, AROUND_ZERO, UNKNOWN = "viridis", "RdBu_r", "0.85"


@dataclass(frozen=True)
class Picture:
    name: str
    inner: tuple  # the entry of the matrix, behind the two times
    variant: str
    title: str


def pictures(results, name, variant_labels):
    """The panels of one observable: every entry in every variant, or the diagonal and one more if they are many."""
    observable = results.observables[name]
    inner = list(itertools.product(*map(range, observable.shape[1:])))
    if len(inner) > MOST_ENTRIES:
        inner = [index for index in inner if len(set(index)) == 1][:MOST_ENTRIES - 1] + [(0, 1) + inner[0][2:]]
    words_of_it = plain(observable.long_name) if len(observable.long_name) <= 30 else ""
    return [Picture(name, index, variant, label if len(variant_labels) > 1 else words_of_it)
            for variant, label in variant_labels.items() for index in inner]


def draw(axes, results, plan, picture):
    """One panel with its colour bar."""
    observable = results.observables[picture.name]
    routes = [route for route in results.routes if route.variant == picture.variant and picture.name in route.series]
    theory = main_theory(results, picture.variant, picture.name)
    simulation = max((route for route in routes if not route.is_theory), key=lambda route: route.d or 0, default=None)
    log = plan.x_scale == "log" if plan.x_scale else scales.is_logarithmic_grid(results.time)
    t, s, kept = _times(results, observable)
    rows, columns = scales.thin(t, MOST_TIMES, log), scales.thin(s, MOST_TIMES, log)
    square = len(t) == len(s) and np.allclose(t, s)
    parts = [(route, _values(route, picture)[kept]) for route in (theory, simulation) if route is not None]
    causal = square and all(_is_causal(values) for _, values in parts)
    mirrored = square and len(parts) == 2 and all(
        _is_causal(values) or _is_symmetric(route, picture, kept) for route, values in parts)
    if len(parts) == 2 and not mirrored:
        parts = parts[:1]  # two triangles could not be told from each other's transposes

    shown = [_mirror(values) if mirrored else _lower(values) if causal else values for _, values in parts]
    shown = [values[np.ix_(rows, columns)] for values in shown]
    style = _colours(shown)
    triangles = ("upper", "lower") if mirrored else ("lower",) if causal else ("",)
    for values, triangle in zip(shown, triangles):
        mesh = axes.pcolormesh(_edges(t[rows], log), _edges(s[columns], log), values.T, rasterized=True, **style)
        if triangle:
            mesh.set_gid(triangle)
            _clip(axes, mesh, triangle, t[rows][0], t[rows][-1])
    _frame(axes, t[rows], s[columns], square, log)
    if mirrored or causal:
        axes.plot(t[rows][[0, -1]], t[rows][[0, -1]], color=INK, linewidth=0.7, zorder=3)
    if mirrored:
        _corner(axes, 0.035, 0.965, "theory", "left", "top")
        _corner(axes, 0.965, 0.035, _run(simulation), "right", "bottom")
    elif not observable.own:
        _corner(axes, 0.035, 0.965, "theory" if parts[0][0].is_theory else _run(simulation), "left", "top")
    _colour_bar(axes, mesh, mathematics(two_time_symbol(observable, picture.inner)))
    if picture.title:
        axes.set_title(picture.title, fontsize=8.5, pad=3)


def _times(results, observable):
    """Both times, and which of the first are shown: those of the second too, if it is a coarser grid."""
    second = observable.coordinates[0] if observable.coordinates else None
    if second is None:
        second = results.time if observable.shape[0] == results.time.size else np.arange(1.0, observable.shape[0] + 1)
    if observable.dimensions[0] == "time_2":
        kept = np.abs(results.time[:, np.newaxis] - second).argmin(axis=0)
        if np.allclose(results.time[kept], second):
            return second, second, kept
    return results.time, second, np.arange(results.time.size)


def _values(route, picture):
    """The mean over replicas of one entry, [t, s]."""
    return mean(route.series[picture.name].values[(slice(None), slice(None), slice(None), *picture.inner)])


def _is_causal(values):
    above = np.triu(np.nan_to_num(values), 1)
    return not above.any() and np.tril(np.nan_to_num(values), -1).any()


def _is_symmetric(route, picture, kept):
    """C_kl(t, s) = C_lk(s, t), up to the rounding of a mean."""
    transposed = _values(route, Picture(picture.name, picture.inner[::-1], picture.variant, ""))[kept].T
    values = _values(route, picture)[kept]
    return np.allclose(values, transposed, rtol=1e-6, atol=1e-9 * np.nanmax(np.abs(values), initial=0), equal_nan=True)


def _mirror(values):
    """Both triangles from the later first time: the half that every route knows."""
    return np.tril(values) + np.tril(values, -1).T


def _lower(values):
    """The cells on the diagonal straddle it; those just above it must not be blank there."""
    return _mirror(values)


def _colours(shown):
    finite = np.concatenate([values[np.isfinite(values)] for values in shown])
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if low < 0 < high and min(-low, high) > 0.02 * max(-low, high):
        high = max(-low, high)
        return {"cmap": _map(AROUND_ZERO), "vmin": -high, "vmax": high}
    if 0 < low < 0.3 * high:
        low = 0.0
    return {"cmap": _map(EVEN), "vmin": low, "vmax": high if high > low else low + (abs(low) or 1.0)}


def _map(name):
    return colormaps[name].with_extremes(bad=UNKNOWN)


def _edges(grid, log):
    """Cells around the grid points that end with the grid."""
    if grid.size < 2:
        return np.array([grid[0] - 0.5, grid[0] + 0.5])
    place = np.log(grid) if log else grid
    edges = np.concatenate([place[:1], (place[:-1] + place[1:]) / 2, place[-1:]])
    return np.exp(edges) if log else edges


def _clip(axes, mesh, triangle, first, last):
    corner = (first, last) if triangle == "upper" else (last, first)
    mesh.set_clip_path(Path([(first, first), corner, (last, last), (first, first)]), axes.transData)


def _frame(axes, t, s, square, log):
    for scale, limit, grid in ((axes.set_xscale, axes.set_xlim, t), (axes.set_yscale, axes.set_ylim, s)):
        scale("log" if log else "linear")
        if grid.size > 1:
            limit(grid[0], grid[-1])
    if square:
        axes.set_box_aspect(1)
        if not log:
            axes.set_yticks([tick for tick in axes.get_xticks() if t[0] <= tick <= t[-1]])
    axes.tick_params(which="both", direction="out", top=False, right=False)
    axes.set_xlabel("time $t$")
    axes.set_ylabel("time $s$")


def _run(route):
    return f"simulation, $d = {words.count(route.d)}$" if route.d else "simulation"


def _corner(axes, x, y, text, horizontal, vertical):
    axes.text(x, y, text, transform=axes.transAxes, ha=horizontal, va=vertical, fontsize=7.5, zorder=4,
              bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "boxstyle": "round,pad=0.25"})


def _colour_bar(axes, mesh, label):
    # An inset has the height of the square itself, whatever room the layout leaves around it.
    bar = axes.figure.colorbar(mesh, cax=axes.inset_axes((1.04, 0, 0.05, 1)))
    bar.outline.set_linewidth(0.5)
    bar.ax.tick_params(which="both", direction="out", left=False, labelsize=7)
    bar.ax.set_title(label, fontsize=8.5, pad=4)
