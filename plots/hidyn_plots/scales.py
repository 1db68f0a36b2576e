# SPDX-License-Identifier: MIT
"""Log or linear, limits that a diverging curve cannot spoil, and which points to draw."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .words import number


def is_logarithmic_grid(time):
    """True when the positive times are spread evenly in the logarithm rather than evenly."""
    positive = time[time > 0]
    if positive.size < 4 or positive[-1] < 20 * positive[0]:
        return False
    def unevenness(steps):
        return np.std(steps) / np.mean(steps)
    return unevenness(np.diff(np.log(positive))) < 0.5 * unevenness(np.diff(positive))


def spans_decades(values, decades):
    """True when all values are positive and reach over more than so many decades."""
    finite = values[np.isfinite(values)]
    return finite.size > 1 and finite.min() > 0 and np.log10(finite.max() / finite.min()) > decades


def label_ticks(axis, low, high):
    """A logarithmic axis of less than two decades needs more numbers than the powers of ten."""
    if high / low < 100:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low > 8 else (1, 2, 3, 5, 7)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value)}$"))
        axis.set_minor_formatter(NullFormatter())


def limits(calm, diverging, log):
    """Axis limits that show all `calm` values, and a diverging curve only until it leaves the others behind."""
    def usable(values):
        values = np.concatenate([np.ravel(v) for v in values]) if values else np.empty(0)
        return values[np.isfinite(values) & ((values > 0) | (not log))]
    calm, diverging = usable(calm), usable(diverging)
    if calm.size == 0 and diverging.size == 0:
        return None
    if calm.size == 0:  # everything diverges: begin from where it stays longest
        middle = np.median(diverging)
        calm = diverging[np.abs(diverging) <= 10 * np.abs(middle)]
    if log:
        low, high = np.log10(calm.min()), np.log10(calm.max())
        low = max(low, high - 16)  # below that lies rounding
        if diverging.size:
            high = max(high, min(np.log10(diverging.max()), high + 1))
            low = min(low, max(np.log10(diverging.min()), low - 1))
        margin = 0.05 * max(high - low, 0.5)
        return 10 ** (low - margin), 10 ** (high + margin)
    low, high = calm.min(), calm.max()
    reach = 0.5 * (high - low) or abs(high) or 1.0
    if diverging.size:
        low, high = min(low, max(diverging.min(), low - reach)), max(high, min(diverging.max(), high + reach))
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin


def above_rounding(distances):
    """Distances between two curves that are worth the room on a logarithmic axis: not those that vanish up to rounding,
    as at a common start, nor the few where the curves happen to cross."""
    positive = distances[np.isfinite(distances) & (distances > 0)]
    if positive.size == 0:
        return distances
    positive = positive[positive > 1e-12 * positive.max()]
    return positive[positive >= 0.1 * np.quantile(positive, 0.05)]


def reach(mean, error, log):
    """How far error bars go below and above. One that includes zero would cross a logarithmic panel to its foot: it has
    no lower end there."""
    error = np.nan_to_num(error)
    return np.stack([np.where(log & (error >= mean), 0.0, error), error])


def thin(x, count, log, turn=0, turns=1):
    """Indices of at most `count` points spread evenly along the axis. Of several curves (`turns`) each takes points
    shifted by a part of the spacing, so that they lie beside each other instead of on top of each other."""
    usable = np.flatnonzero(np.isfinite(x) & ((x > 0) | (not log)))
    if usable.size <= count:
        return usable
    place = np.log(x[usable]) if log else x[usable]
    spacing = (place[-1] - place[0]) / (count - 1 + (turns - 1) / turns)  # the last curve's last point is the end
    targets = place[0] + (np.arange(count) + turn / turns) * spacing
    nearest = np.abs(place[:, np.newaxis] - targets).argmin(axis=0)
    return usable[np.unique(nearest)]
