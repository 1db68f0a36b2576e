# SPDX-License-Identifier: MIT
"""One observable against a key of the experiment: its last value, or its mean over a window, in each variant."""

import numpy as np

from . import error_band, scales, words
from .averages import are_shares, distance_and_error, mean_and_error, over_window, share_interval
from .components import components, two_time_symbol
from .encoding import BAND


def draw(axes, results, plan, encoding, name):
    observable = results.observables[name]
    curves = components(observable, [mean_and_error(route.series[name].values)[0] for route in results.routes
                                     if name in route.series], encoding.by_family)
    groups = _groups(results, plan, name)
    x = np.array(sorted(set(plan.positions.values())))
    x_log = plan.x_scale == "log" if plan.x_scale and (x > 0).all() else scales.spans_decades(x, 0.8)
    calm = [part for points in groups for part in (points.mean, points.mean - np.nan_to_num(points.below),
                                                   points.mean + np.nan_to_num(points.above))]
    y_log = _value_is_log(plan, results, name, [points.mean for points in groups])
    window = scales.limits(calm, [], y_log)
    for component in curves:
        for points in groups:
            _draw_group(axes, encoding, component, points, window, y_log)
    axes.set_xscale("log" if x_log else "linear")
    axes.set_yscale("log" if y_log else "linear")
    axes.set_xlim(*_margins(x, x_log))
    if x_log:
        scales.label_ticks(axes.xaxis, *axes.get_xlim())
    if window:
        axes.set_ylim(*window)
        if y_log:
            scales.label_ticks(axes.yaxis, *window)
    if not y_log and len(plan.observables) == 1:  # among several panels the power would meet the panel's letter
        axes.ticklabel_format(axis="y", scilimits=(-2, 4), useMathText=True)
    axes.set_ylabel(words.value_axis(observable, two_time_symbol(observable) if observable.two_time else None))
    return curves


class _Points:
    """One family of routes, at one size, over all variants."""

    def __init__(self, routes, plan, results, name, shares):
        self.routes = sorted(routes, key=lambda route: plan.positions[route.variant])
        self.route = self.routes[0]
        self.x = np.array([plan.positions[route.variant] for route in self.routes])
        values = [over_window(route.series[name].values, results.time, plan.window) for route in self.routes]
        parts = [distance_and_error(value, results.observables[name]) for value in values]
        self.mean = np.array([part[0] for part in parts])
        sides = [share_interval(value) if shares else 2 * part[1:] for value, part in zip(values, parts)]
        self.below, self.above = (np.array([side[place] for side in sides]) for place in (0, 1))
        self.diverged = np.array([route.diverged for route in self.routes])
        # A window's mean has its own, smaller fluctuations, which the variance at one time does not give.
        known = plan.window is None and all(route.series[name].variance is not None for route in self.routes)
        self.variance = np.array([route.series[name].variance[-1] for route in self.routes]) if known else None
        own = [route.series[name].error for route in self.routes]
        # Numerical errors have one sign along a window and do not average out.
        self.own_error = None if any(error is None for error in own) else np.array(
            [over_window(error[np.newaxis], results.time, plan.window)[0] for error in own])


def _groups(results, plan, name):
    found = {}
    measured = [over_window(route.series[name].values, results.time, plan.window)
                for route in results.simulations if name in route.series]
    shares = bool(measured) and are_shares(measured)
    for route in results.routes:
        if name in route.series and route.variant in plan.positions:
            size = None if route.is_theory else route.d  # a theory at the size of its variant is still one line
            found.setdefault((route.family, route.kind, size), []).append(route)
    return [_Points(routes, plan, results, name, shares) for routes in found.values()]


def _value_is_log(plan, results, name, values):
    scalar = np.prod(results.observables[name].shape) == 1
    distance = bool(results.observables[name].minus)
    values = np.concatenate([np.ravel(v) for v in values])
    if plan.y_scale == "log":
        return bool((values > 0).any()) and (scalar or distance)
    if plan.y_scale == "linear":
        return False
    falls = distance or scalar and ("error" in name or "loss" in name)
    return falls and scales.spans_decades(values[values > 0] if distance else values, 1.5)


def _margins(x, log):
    low, high = (np.log(x[0]), np.log(x[-1])) if log else (x[0], x[-1])
    margin = 0.06 * (high - low) or 0.5
    return (np.exp(low - margin), np.exp(high + margin)) if log else (low - margin, high + margin)


def _draw_group(axes, encoding, component, points, window, y_log):
    at = (slice(None), *component.index)
    hue = encoding.hue(points.route, component)
    mean = points.mean[at]
    if points.route.is_theory:
        if encoding.is_doubled(points.route, [r for r in encoding.results.theories]):
            pass
        else:
            few = len(points.x) <= 12
            axes.plot(points.x, mean, zorder=4, marker="." if few else None, markersize=3,
                      **encoding.line(points.route, component, hue))
        own = None if points.own_error is None else points.own_error[at]
        error_band.draw(axes, encoding, points.x, mean, own, window, y_log, hue, tag=encoding.tag(points.route))
        sizes = [d for _, d in encoding.runs if d]
        if points.variance is not None and sizes:
            half = np.sqrt(np.maximum(points.variance[at], 0) / min(sizes))
            axes.fill_between(points.x, mean - half, mean + half, color=hue, alpha=BAND, linewidth=0, zorder=1,
                              gid=encoding.tag(points.route))
    else:
        reach = np.nan_to_num(np.stack([points.below[at], points.above[at]]))
        axes.errorbar(points.x, mean, yerr=reach, ecolor=hue, elinewidth=0.8, capsize=0, zorder=5,
                      **encoding.point(points.route, hue))
        lost = points.diverged & ~np.isfinite(mean)
        if lost.any() and window:
            axes.plot(points.x[lost], np.full(lost.sum(), window[1]), marker="x", markersize=6, markeredgewidth=1.5,
                      color=hue, linestyle="none", clip_on=False, zorder=6)
