# SPDX-License-Identifier: MIT
"""The page: panels in a row or a grid, one legend above them all, the title on top."""

import textwrap

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from . import convergence_panel, difference, heat_panel, parameter_panel, profile_panel, residual_panel, time_panel, words
from .encoding import Encoding
from .heat_panel import Picture
from .profile_panel import Profile
from .style import COLUMN, DASHES, NEUTRAL, PAGE, RULES, darker, plain

CONVERGENCE = "[figure] convergence"  # the name of no observable


def compose(results, plan):
    """A matplotlib Figure, ready to be saved."""
    with matplotlib.rc_context(RULES):
        curves_of = results if plan.minus is None else difference.subtract(results, plan.minus)
        encoding = Encoding(curves_of, plan.observables)
        labels = _variant_labels(results)
        if plan.against is not None:
            encoding.variants_are_an_axis(plan)
        residual = residual_panel.subject(curves_of, plan, encoding)
        panels = _panels(results, plan, labels)
        count = len(panels)
        columns = count if count <= 3 else 2 if count == 4 else 3
        rows = -(-count // columns)
        width = COLUMN if count == 1 else PAGE
        height = _height(count, columns, residual, any(isinstance(panel, Picture) for panel in panels))
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        FigureCanvasAgg(figure)
        draw = time_panel.draw if plan.against is None else parameter_panel.draw
        label = words.time_axis(results.time_units) if plan.against is None else words.key_axis(plan.against)

        # With a residual panel every row of the page is two rows of the grid, of which the other panels take both.
        grid = figure.add_gridspec(2 * rows, columns, height_ratios=(2.6, 1) * rows)
        for place, panel in enumerate(panels):
            row, column = 2 * (place // columns), place % columns
            if panel == residual and residual is not None:
                axes = figure.add_subplot(grid[row, column])
                below = figure.add_subplot(grid[row + 1, column], sharex=axes)
                residual_panel.draw(below, curves_of, plan, encoding, panel)
                below.set_xlabel(label)
                axes.tick_params(labelbottom=False)
                figure.align_ylabels([axes, below])
                axes_of_residual = axes
            else:
                axes = figure.add_subplot(grid[row:row + 2, column])
                axes.set_xlabel(label)
            if panel is CONVERGENCE:
                convergence_panel.draw(axes, results, labels)
            elif isinstance(panel, Picture):
                heat_panel.draw(axes, results, plan, panel)
            elif isinstance(panel, Profile):
                profile_panel.draw(axes, results, panel)
            else:
                _entries(axes, encoding, draw(axes, curves_of, plan, encoding, panel))
            if count > 1:
                axes.set_title(_letter(place), loc="left", fontsize=8.5, pad=3)
        _header(figure, plan, encoding)
        if residual:
            _close_gap(figure, axes_of_residual, below)
    return figure


def _panels(results, plan, labels):
    """What stands on the page, in order: the name of an observable for its curves, a Picture, Profile, CONVERGENCE."""
    panels = []
    for name in plan.order:
        if name in plan.pictures:
            panels += heat_panel.pictures(results, name, labels)
        else:
            panels += profile_panel.panels(name, labels) if name in plan.profiles else [name]
    return panels + [CONVERGENCE] * plan.convergence


def _variant_labels(results):
    everything = Encoding(results, list(results.observables))
    return dict(zip(everything.variants, everything.variant_labels()))


def _letter(place):
    return f"({chr(ord('a') + place)})" if place < 26 else f"({place + 1})"


def _height(count, columns, residual, pictures):
    if residual:
        return 3.3 if count == 1 else 3.1
    if pictures:  # squares, with labels and a colour bar beside them
        return {1: 2.75, 2: 2.9}.get(columns, 2.15)
    return {1: 2.5, 2: 2.6}.get(count, 2.3)


def _entries(axes, encoding, curves):
    """A compact legend of the matrix entries, above their panel where it can hide no data."""
    groups = {component.group: component for component in curves if component.label}
    if not groups:
        return
    shown = list(groups.values())
    if len(shown) > 7:  # a long vector: its ends and middle tell the order of the colours
        shown = [shown[int(place)] for place in np.linspace(0, len(shown) - 1, 3)]
    handles = []
    for component in shown:
        if encoding.by_variant:
            handles.append(Line2D([], [], color=darker(NEUTRAL, 0.3), linewidth=1.2,
                                  linestyle=DASHES[component.group % len(DASHES)]))
        else:
            handles.append(Line2D([], [], color=encoding.hue(_NO_ROUTE, component), linewidth=2))
    most = 3 if encoding.by_variant or len(shown) > 4 else 4  # beside the panel's letter
    columns = 2 if len(shown) == 4 and most == 3 else min(len(shown), most)
    if axes.get_gridspec().ncols > 2 and any("=" in component.label for component in shown):
        columns = min(columns, 2)  # "s = 0.5" is long for a third of the page
    handles, labels = zip(*_row_by_row(list(zip(handles, [component.label for component in shown])), columns))
    axes.legend(handles, labels, loc="lower right", bbox_to_anchor=(1.02, 1.0), ncol=columns, borderaxespad=0.0,
                borderpad=0.25, handlelength=1.9 if encoding.by_variant else 1.0, handletextpad=0.35,
                columnspacing=0.8)


_NO_ROUTE = None  # an entry's colour depends on no route


def _close_gap(figure, above, below):
    """Lets the residuals hang directly under their panel; the layout keeps room there for labels that are not drawn."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    bottom = below.get_position().y1 + 0.05 / figure.get_size_inches()[1]
    box = above.get_position()
    above.set_position((box.x0, bottom, box.width, box.y1 - bottom))


def _header(figure, plan, encoding):
    """Title and legend above the panels. Their height is measured, and the page grows by it."""
    width, height = figure.get_size_inches()
    title = textwrap.wrap(plain(plan.title), int(17 * width)) if plan.title else []
    title_height = 0.17 * len(title) + 0.06 if title else 0.03
    legend = encoding.legend()
    figure.legend_entries = [(handle.get_gid(), handle, label) for entries in legend for handle, label in entries]
    legends = [_legend(figure, entries) for entries in legend if entries]
    renderer = figure.canvas.get_renderer()
    heights = [legend.get_window_extent(renderer).height / figure.dpi for legend in legends]
    total = height + title_height + sum(heights)
    figure.set_size_inches(width, total)
    if title:
        figure.text(0.5, 1 - 0.05 / total, "\n".join(title), ha="center", va="top", fontsize=9.5, linespacing=1.15)
    top = title_height
    for legend, legend_height in zip(legends, heights):
        legend.set_bbox_to_anchor((0.5, 1 - top / total), transform=figure.transFigure)
        top += legend_height
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - (top + 0.02) / total), w_pad=0.04, h_pad=0.03,
                                   wspace=0.02, hspace=0.02)


def _legend(figure, entries):
    """As few rows as the width allows; columns are filled row by row, as one reads."""
    limit = 0.99 * figure.get_size_inches()[0] * figure.dpi
    for columns in range(len(entries), 0, -1):
        if columns > 1 and -(-len(entries) // columns) == -(-len(entries) // (columns - 1)):
            continue  # the same number of rows can be had with shorter ones
        handles, labels = zip(*_row_by_row(entries, columns))
        legend = figure.legend(handles, labels, loc="upper center", ncol=columns, borderaxespad=0, borderpad=0.1)
        legend.set_in_layout(False)
        if columns == 1 or legend.get_window_extent(figure.canvas.get_renderer()).width <= limit:
            return legend
        legend.remove()


def _row_by_row(entries, columns):
    """matplotlib fills a legend column by column; this order makes it read row by row."""
    return [entry for column in range(columns) for entry in entries[column::columns]]
