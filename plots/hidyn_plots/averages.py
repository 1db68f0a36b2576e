# SPDX-License-Identifier: MIT
"""From replicas to a mean with its standard error. A replica that has diverged (NaN) is left out from then on."""

import numpy as np


def mean_and_error(values):
    """Mean over the first axis and its standard error; the error is NaN where fewer than two replicas remain."""
    alive = np.isfinite(values)
    count = alive.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = np.where(alive, values, 0.0).sum(axis=0) / count
        spread = np.where(alive, values - mean, 0.0)
        error = np.sqrt((spread**2).sum(axis=0) / (count - 1) / count)
    mean = np.where(np.isfinite(mean), mean, np.nan)
    return mean, np.where((count > 1) & np.isfinite(error), error, np.nan)


def distance_and_error(values, observable):
    """The mean and its error; of differences from another route, the mean's absolute value."""
    mean, error = mean_and_error(values)
    return (np.abs(mean) if observable.minus else mean), error


def are_shares(samples):
    """Whether all these values (NaN aside) say yes or no, 1 or 0, and not all the same: their mean is a share of runs."""
    values = np.concatenate([np.ravel(sample) for sample in samples])
    return set(np.unique(values[np.isfinite(values)])) == {0.0, 1.0}


def share_interval(values):
    """How far Wilson's interval of one standard error reaches below and above the mean over the first axis of values 0
    and 1. Unlike the standard error it says something where all runs, or none, are 1."""
    share, _ = mean_and_error(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = 1.0 / np.isfinite(values).sum(axis=0)
        center = (share + unit / 2) / (1 + unit)
        half = np.sqrt(share * (1 - share) * unit + unit**2 / 4) / (1 + unit)
    # At 0 and at 1 one side vanishes, up to rounding.
    return np.maximum(share - center + half, 0.0), np.maximum(center + half - share, 0.0)


def mean(values):
    return mean_and_error(values)[0]


def deviation_in_errors(simulation, theory, theory_error=None):
    """(simulation - theory) / standard error at each time, from values [replica, time]; the theory's own error [time]
    is added in quadrature.

    When the theory was started from each replica's own initial condition the difference is taken replica by
    replica, which removes the spread of the starts. Where the simulation has no spread (an exact start) there is
    no scale to measure by: NaN.
    """
    paired = len(theory) == len(simulation) and len(theory) > 1
    center, error = mean_and_error(simulation - (theory if paired else mean(theory)))
    if theory_error is not None:
        error = np.hypot(error, np.nan_to_num(theory_error))
    size = np.abs(mean(theory)) + np.abs(mean(simulation))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 1e-12 * size, center / error, np.nan)


def over_window(values, time, window):
    """One number per replica: the last value, or the time average over `window`; NaN if not all of it was reached."""
    if window is None:
        return values[:, -1]
    inside = (time >= window[0]) & (time <= window[1])
    return values[:, inside].mean(axis=1)
