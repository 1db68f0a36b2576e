# SPDX-License-Identifier: MIT
"""One observable against time: theory as lines over simulation points with error bars."""

import numpy as np

from . import error_band, scales, words
from .averages import distance_and_error
from .components import components, two_time_symbol
from .encoding import BAND

MOST_POINTS, FEWEST_POINTS = 25, 7  # per curve
PER_INCH, CROWD = 26, 150  # markers along one curve, and in one panel, before it looks like sand


def draw(axes, results, plan, encoding, name):
    observable = results.observables[name]
    routes = [route for route in results.routes if name in route.series]
    averages = {route.name: distance_and_error(route.series[name].values, observable) for route in routes}
    if observable.two_time:
        _begin_at_sources(results.time, observable, averages)
    curves = components(observable, [mean for mean, _ in averages.values()], encoding.by_family)

    x_log = time_is_log(results, plan)
    y_log = value_is_log(plan, results, name, routes, averages)
    window = _limits(results, encoding, routes, averages, name, x_log, y_log)
    points = _points(axes, encoding, curves)
    for component in curves:
        for route in routes:
            _curve(axes, results, encoding, route, component, averages[route.name], name, window,
                   x_log, y_log, points, len(curves) / curves[0].groups)
    axes.set_xscale("log" if x_log else "linear")
    axes.set_yscale("log" if y_log else "linear")
    axes.set_xlim(*time_limits(results.time, x_log))
    if results.time.size == 1:
        axes.set_xticks(results.time)
    if window:
        axes.set_ylim(*window)
        if y_log:
            scales.label_ticks(axes.yaxis, *window)
    axes.set_ylabel(words.value_axis(observable, two_time_symbol(observable) if observable.two_time else None))
    return curves


def _begin_at_sources(time, observable, averages):
    """A response is zero before its source; its curve begins there instead of climbing from the grid time before."""
    for place, source in enumerate(observable.coordinates[0] if observable.coordinates[0] is not None else ()):
        for mean, _ in averages.values():
            mean[time < source * (1 - 1e-9), place] = np.nan


def time_is_log(results, plan):
    if plan.x_scale and (results.time > 0).any():
        return plan.x_scale == "log"
    return scales.is_logarithmic_grid(results.time)


def time_limits(time, log):
    shown = time[time > 0] if log else time
    first, last = (np.log(shown[0]), np.log(shown[-1])) if log else (shown[0], shown[-1])
    margin = 0.02 * (last - first) or 0.5
    low, high = first - margin, last + margin
    return (np.exp(low), np.exp(high)) if log else (low, high)


def times(results, encoding, route):
    """Where the route's values stand. At a single time there are no curves: a theory is a level across the panel,
    simulations stand side by side."""
    if results.time.size > 1:
        return results.time
    low, high = time_limits(results.time, log=False)
    if route.is_theory:
        return np.array([low, high])
    place, number = encoding.turn(route)
    return np.array([low + (high - low) * (place + 1) / (number + 1)])


def value_is_log(plan, results, name, routes, averages):
    """As asked for scalars (and for matrices if the figure has nothing else); unasked, for errors and losses that
    fall over more than a decade and a half."""
    scalar = results.observables[name].scalar
    distance = bool(results.observables[name].minus)
    values = [averages[route.name][0].ravel() for route in routes if not route.diverged] \
        or [averages[route.name][0].ravel() for route in routes]
    values = np.concatenate(values)
    if plan.y_scale == "log":
        only_matrices = not any(results.observables[other].scalar for other in plan.observables)
        return bool((values > 0).any()) and (scalar or only_matrices or distance)
    if plan.y_scale == "linear":
        return False
    falls = distance or scalar and ("error" in name or "loss" in name)
    return falls and scales.spans_decades(values[values > 0] if distance else values, 1.5)


def _limits(results, encoding, routes, averages, name, x_log, y_log):
    calm, diverging = [], []
    shown = results.time > 0 if x_log else np.full(results.time.shape, True)
    for route in routes:
        mean, error = (part[shown] for part in averages[route.name])
        into = diverging if route.diverged else calm
        into.append(mean)
        if not (y_log or route.diverged):
            into += [mean - error, mean + error]
        own = route.series[name].error
        if own is not None and not y_log:
            diverging += [mean - own[shown], mean + own[shown]]
        sizes = _band_sizes(encoding, route, name)
        if sizes and not y_log:  # like a diverging curve, a wide band may widen the panel only so far
            half = np.sqrt(np.maximum(route.series[name].variance[shown], 0.0) / sizes[0])
            diverging += [mean - half, mean + half]
    if y_log and results.observables[name].minus:
        calm = [scales.above_rounding(mean) for mean in calm]
    return scales.limits(calm, diverging, y_log)


def _points(axes, encoding, curves):
    beside = encoding.beside()
    width = axes.get_position().width * axes.figure.get_size_inches()[0]
    return int(np.clip(min(CROWD / (beside * len(curves)), PER_INCH * width / beside), FEWEST_POINTS, MOST_POINTS))


def _curve(axes, results, encoding, route, component, average, name, window, x_log, y_log, points, crowd):
    at = (slice(None), *component.index)
    mean, error = _tame(average[0][at], window, y_log), average[1][at]
    hue = encoding.hue(route, component)
    time = times(results, encoding, route)
    if route.is_theory:
        mean = np.broadcast_to(mean, time.shape)
        if not encoding.is_doubled(route, [r for r in results.theories if name in r.series]):
            axes.plot(time, mean, zorder=4, **encoding.line(route, component, hue))
        _band(axes, time, encoding, route, name, hue, mean, at, BAND / max(1, crowd / 2))
        own = route.series[name].error
        error_band.draw(axes, encoding, time, mean, None if own is None else own[at], window, y_log, hue,
                        tag=encoding.tag(route))
    else:
        chosen = scales.thin(results.time, points, x_log, *encoding.turn(route))
        chosen = chosen[np.isfinite(mean[chosen])]
        if route.diverged and window:  # a guide to the eye on the way out
            axes.plot(time, mean, color=hue, linewidth=0.7, linestyle=":", zorder=2, gid=encoding.tag(route))
            chosen = chosen[(mean[chosen] >= window[0]) & (mean[chosen] <= window[1])
                            & ~(error[chosen] > window[1] - window[0])]
        axes.errorbar(time[chosen], mean[chosen], yerr=scales.reach(mean[chosen], error[chosen], y_log), ecolor=hue,
                      elinewidth=0.7, capsize=0, zorder=3, **encoding.point(route, hue))
    if route.diverged:
        _cross(axes, results.time, mean, route, hue, window, encoding.tag(route))


def _tame(values, window, log):
    """A curve on its way to 1e300 may leave the panel, but must not overflow the renderer."""
    if log or not window:
        return values
    height = window[1] - window[0]
    return np.clip(values, window[0] - 20 * height, window[1] + 20 * height)


def _band_sizes(encoding, route, name):
    """The sizes d for which the theory's own fluctuations are shown: all when there is one curve, else the smallest."""
    if not route.is_theory or route.series[name].variance is None:
        return []
    sizes = sorted({other.d for other in encoding.simulations if other.variant == route.variant and other.d})
    scalar = encoding.results.observables[name].scalar
    return sizes if scalar and not encoding.by_variant else sizes[:1]


def _band(axes, time, encoding, route, name, hue, mean, at, opacity):
    """One standard deviation sqrt(V / d) of a single run around the theory."""
    for d in _band_sizes(encoding, route, name):
        half = np.sqrt(np.maximum(route.series[name].variance[at], 0.0) / d)
        axes.fill_between(time, mean - half, mean + half, color=hue, alpha=opacity, linewidth=0, zorder=1,
                          gid=encoding.tag(route))


def _cross(axes, time, mean, route, hue, window, tag):
    """Where the route was lost; on the frame if it had left the panel before."""
    known = route.diverged_at is not None
    alive = np.flatnonzero(np.isfinite(mean) & ((time <= route.diverged_at) if known else True))
    if alive.size == 0 or not window:
        return
    x = route.diverged_at if known else time[alive[-1]]
    axes.plot([x], [np.clip(mean[alive[-1]], *window)], marker="x", markersize=6, markeredgewidth=1.5, color=hue,
              linestyle="none", zorder=6, clip_on=False, gid=tag)
