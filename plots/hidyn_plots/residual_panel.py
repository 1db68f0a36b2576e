# SPDX-License-Identifier: MIT
"""How far the simulations lie from the theory, in standard errors: whether what the eye calls agreement is one."""

import numpy as np
from matplotlib.ticker import MultipleLocator

from . import scales, time_panel
from .averages import deviation_in_errors
from .components import Component
from .time_panel import time_is_log, time_limits

MOST_CURVES = 6


def main_theory(results, variant, name):
    """The theory a simulation is measured against: the first declared, a noise expansion only if there is no other."""
    there = [route for route in results.theories if route.variant == variant and name in route.series]
    return next((route for route in there if route.kind != "linear-noise"), there[0] if there else None)


def subject(results, plan, encoding):
    """The observable worth a residual panel, or None: a scalar, several sizes, and few enough curves to read."""
    if plan.against is not None or plan.minus is not None or len({d for _, d in encoding.runs}) < 2:
        return None
    name = next((name for name in plan.observables if results.observables[name].scalar), None)
    pairs = [route for route in encoding.simulations if name in route.series
             and main_theory(results, route.variant, name)]
    return name if 0 < len(pairs) <= MOST_CURVES else None


def draw(axes, results, plan, encoding, name):
    log = time_is_log(results, plan)
    curves, largest = [], 0.0
    for route in (route for route in encoding.simulations if name in route.series):
        theory = main_theory(results, route.variant, name)
        if theory is not None:
            z = deviation_in_errors(route.series[name].values, theory.series[name].values, theory.series[name].error)
            z[results.time <= 0] = np.nan if log else z[results.time <= 0]
            curves.append((route, z))
            largest = max(largest, np.nanmax(np.abs(z), initial=0.0))
    axes.axhspan(-2, 2, color="0.93", linewidth=0, zorder=0)
    axes.axhline(0, color="0.45", linewidth=0.6, zorder=1)
    width = axes.get_position().width * axes.figure.get_size_inches()[0]
    points = int(np.clip(time_panel.PER_INCH * width / encoding.beside(), 7, 25))
    for route, z in curves:
        hue = _hue(encoding, route)
        chosen = scales.thin(results.time, points, log, *encoding.turn(route))
        axes.plot(time_panel.times(results, encoding, route)[chosen], z[chosen], zorder=3, **encoding.point(route, hue))
    if largest > 15:
        axes.set_yscale("symlog", linthresh=3, linscale=0.8)
        axes.set_yticks([tick for tick in (-1000, -100, -10, 0, 10, 100, 1000) if abs(tick) <= 2 * largest])
    else:
        axes.yaxis.set_major_locator(MultipleLocator(2 if largest < 5 else 5))
    reach = max(3.6, 1.15 * largest) if largest <= 15 else 1.8 * largest
    axes.set_ylim(-reach, reach)
    axes.set_xscale("log" if log else "linear")
    axes.set_xlim(*time_limits(results.time, log))
    axes.set_ylabel("deviation / s.e.")


def _hue(encoding, route):
    return encoding.hue(route, Component((), 0, 1, ""))
