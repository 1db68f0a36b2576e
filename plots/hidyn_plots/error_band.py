# SPDX-License-Identifier: MIT
"""The numerical error of a theory: a thin band around its line, where it is wider than the line."""

import numpy as np

OPACITY = 0.4


def draw(axes, encoding, x, mean, error, window, log, hue, line_width=1.2, tag=None):
    if error is None or window is None:
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        if log:
            reach = np.log(window[1] / window[0])
            share = np.log1p(error / np.abs(mean)) / reach
        else:
            share = error / (window[1] - window[0])
    height = 72 * axes.get_position().height * axes.figure.get_size_inches()[1]
    visible = np.isfinite(mean) & (2 * share * height > line_width)
    if not visible.any():
        return
    encoding.has_error = True
    axes.fill_between(x, mean - error, mean + error, where=visible, interpolate=True, color=hue, alpha=OPACITY,
                      linewidth=0, zorder=3.5, gid=tag)
