# SPDX-License-Identifier: MIT
"""A drawn figure as plain data: panels with their marks, for a page that draws them again and lets the reader zoom.

Taken from the picture itself, so that page and picture cannot differ. Text becomes SVG paths, set as in the picture. An
artist's gid names the legend entries it belongs to (see Encoding.tag); artists without one are always shown.
"""

import base64
from functools import lru_cache

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import LineCollection, PolyCollection, QuadMesh
from matplotlib.colors import LogNorm, to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Polygon
from matplotlib.textpath import TextPath

from .style import RULES

DIGITS = 6
SHADES = 255  # of a map; 255 itself stands for a value that is not known
MOST_CELLS = 120  # a side of a map on the page


def of(figure, legend=()):
    """The figure's panels and its legend, [(gid, handle, label)], as what JSON can hold."""
    panels = [_panel(axes) for axes in figure.axes if not _is_colour_bar(axes)]
    return {"panels": [panel for panel in panels if panel["marks"]],
            "legend": [{"key": key, "label": drawn_text(label), **_sample(handle)} for key, handle, label in legend]}


@lru_cache(maxsize=4096)
def drawn_text(text, size=10):
    """The text as the d of an SVG path, with its box; formulas in dollars are set as formulas."""
    if not text or not text.strip():
        return None
    path = TextPath((0, 0), text.replace("\n", " "), size=size,
                    prop=FontProperties(family=RULES["font.serif"][0], math_fontfamily="stix"))
    # Of the control points; the curves' own extent would take most of the time, and differs by nothing that shows.
    width = path.vertices[:, 0].max()
    words = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        letter = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}[int(code)]
        if letter != "Z":
            xy = np.reshape(points, (-1, 2)) * (1, -1)
            letter += " ".join(f"{x:.1f} {y:.1f}" for x, y in xy)
        words.append(letter)
    return {"d": "".join(words), "box": [round(float(v), 1) for v in (0, -size, width, 1.35 * size)]}


def _panel(axes):
    marks = []
    in_error_bars = set()
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            line, _, bars = container
            in_error_bars.update(map(id, (line, *bars)))
            marks.append(_points_with_errors(axes, line, bars))
    marks += [_line(axes, line) for line in axes.lines if id(line) not in in_error_bars]
    for collection in axes.collections:
        if id(collection) in in_error_bars:
            continue
        if isinstance(collection, QuadMesh):
            marks.append(_map(axes, collection))
        elif isinstance(collection, PolyCollection):
            marks += [_area(axes, collection, path.vertices) for path in collection.get_paths()]
        elif isinstance(collection, LineCollection):
            marks += [_segment(collection, segment) for segment in collection.get_segments()]
    marks += [_area(axes, patch, patch.get_path().vertices, patch.get_transform()) for patch in axes.patches
              if isinstance(patch, Polygon)]
    marks = [mark for mark in marks if mark]
    marks.sort(key=lambda mark: mark.pop("order"))
    title = axes.get_title() or axes.get_title(loc="left")
    return {"title": drawn_text(title), "x": _axis(axes.xaxis, axes.get_xlim()), "y": _axis(axes.yaxis, axes.get_ylim()),
            "square": bool(axes.get_box_aspect() == 1), "short": bool(_is_short(axes)), "marks": marks,
            "notes": [{"text": drawn_text(text.get_text(), 8), "right": text.get_ha() == "right",
                       "low": text.get_va() == "bottom"} for text in axes.texts
                      if text.get_transform() == axes.transAxes and text.get_text()],
            "legend": _own_legend(axes)}


def _axis(axis, limits):
    low, high = sorted(map(float, limits))
    label = axis.get_label().get_text()
    ticks = [text.get_text() for text in axis.get_ticklabels()]
    named = [[float(place), text] for place, text in zip(axis.get_ticklocs(), ticks)] \
        if ticks and any(text and text[0].isalpha() for text in ticks) else None
    return {"label": drawn_text(label), "scale": axis.get_scale(), "low": low, "high": high, "names": named}


def _is_short(axes):
    """A residual panel hangs below another."""
    figure_height = axes.figure.get_size_inches()[1]
    return axes.get_position().height * figure_height < 0.9


def _is_colour_bar(axes):
    return hasattr(axes, "_colorbar")


def _own_legend(axes):
    legend = axes.get_legend()
    if legend is None:
        return []
    return [{"label": drawn_text(text.get_text(), 9), **_sample(handle)}
            for handle, text in zip(legend.legend_handles if hasattr(legend, "legend_handles") else legend.legendHandles,
                                    legend.get_texts())]


def _sample(handle):
    """How a legend shows its entry: a line, a point or a patch."""
    if hasattr(handle, "get_marker"):
        marker = str(handle.get_marker())
        return {"line": None if handle.get_linestyle() in ("None", "none", "") else _stroke(handle),
                "point": None if marker in ("None", "none", "") else _point(handle)}
    colour = handle.get_facecolor() if hasattr(handle, "get_facecolor") else "k"
    if np.ndim(colour) == 2:
        colour = colour[0] if len(colour) else handle.get_edgecolor()[0]
    return {"patch": {"colour": to_hex(colour), "opacity": float(handle.get_alpha() or 1)}}


def _line(axes, line):
    x, y = (np.asarray(part, dtype=float) for part in line.get_data(orig=False))
    across, up = line.get_transform() == axes.get_yaxis_transform(), line.get_transform() == axes.get_xaxis_transform()
    if across:
        x = np.array(axes.get_xlim())
    if up:
        y = np.array(axes.get_ylim())
    drawn = line.get_linestyle() not in ("None", "none", "")
    dotted = str(line.get_marker()) not in ("None", "none", "")
    return {"kind": "curve", "key": line.get_gid(), "x": _numbers(x), "y": _numbers(y), "name": _name(line),
            "line": _stroke(line) if drawn else None, "point": _point(line) if dotted else None,
            "guide": bool(across or up), "order": line.get_zorder()}


def _points_with_errors(axes, line, bars):
    mark = _line(axes, line)
    # matplotlib leaves out no point, so segments and points pair up.
    segments = [np.asarray(segment) for segment in (bars[0].get_segments() if bars else [])]
    if len(segments) == len(mark["x"]):
        mark["low"] = _numbers(np.array([segment[0, 1] for segment in segments]))
        mark["high"] = _numbers(np.array([segment[-1, 1] for segment in segments]))
    return mark


def _segment(collection, segment):
    x, y = np.asarray(segment, dtype=float).T
    return {"kind": "curve", "key": collection.get_gid(), "x": _numbers(x), "y": _numbers(y), "name": "", "point": None,
            "line": {"colour": to_hex(collection.get_colors()[0]), "width": float(collection.get_linewidths()[0]),
                     "dash": []}, "guide": True, "order": collection.get_zorder()}


def _area(axes, artist, vertices, transform=None):
    if transform is not None:
        vertices = axes.transData.inverted().transform(transform.transform(vertices))
    colour = np.atleast_2d(artist.get_facecolor())[0]
    return {"kind": "area", "key": artist.get_gid(), "x": _numbers(vertices[:, 0]), "y": _numbers(vertices[:, 1]),
            "colour": to_hex(colour), "opacity": round(float(colour[3]), 3), "order": artist.get_zorder()}


def _map(axes, mesh):
    corners = mesh.get_coordinates()
    x, y = corners[0, :, 0], corners[:, 0, 1]
    values = np.ma.filled(np.ma.masked_invalid(mesh.get_array()).astype(float), np.nan).reshape(len(y) - 1, len(x) - 1)
    rows, columns = (np.unique(np.linspace(0, size - 1, min(size, MOST_CELLS)).astype(int)) for size in values.shape)
    values = values[np.ix_(rows, columns)]
    norm = mesh.norm
    with np.errstate(invalid="ignore", divide="ignore"):
        place = np.asarray(norm(values), dtype=float)
    shade = np.where(np.isfinite(place), np.clip(np.round(place * (SHADES - 1)), 0, SHADES - 1), SHADES).astype(np.uint8)
    colours = colormaps[mesh.cmap.name](np.linspace(0, 1, SHADES), bytes=True)[:, :3]
    triangle = mesh.get_clip_path()
    half = None
    if triangle is not None and mesh.get_gid() in ("upper", "lower"):
        half = mesh.get_gid()
    return {"kind": "map", "key": None, "x": _numbers(np.append(x[columns], x[-1])),
            "y": _numbers(np.append(y[rows], y[-1])), "shades": _packed(shade), "colours": _packed(colours),
            "low": float(norm.vmin), "high": float(norm.vmax), "log": isinstance(norm, LogNorm), "half": half,
            "bar": _bar(mesh), "order": mesh.get_zorder()}


def _bar(mesh):
    """The words at a map's colour bar, if it has one."""
    if mesh.colorbar is None:
        return None
    axes = mesh.colorbar.ax
    return {"label": drawn_text(axes.get_title() or axes.get_ylabel(), 9)}


def _packed(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype=np.uint8).tobytes()).decode()


def _stroke(line):
    _, dash = line._unscaled_dash_pattern if hasattr(line, "_unscaled_dash_pattern") else (0, None)
    return {"colour": to_hex(line.get_color()), "width": float(line.get_linewidth()),
            "dash": [round(float(part) * float(line.get_linewidth()), 2) for part in dash or []]}


def _point(line):
    fill = line.get_markerfacecolor()
    return {"marker": str(line.get_marker()), "size": float(line.get_markersize()),
            "fill": None if isinstance(fill, str) and fill == "none" else to_hex(fill),
            "edge": to_hex(line.get_markeredgecolor())}


def _name(artist):
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _numbers(values):
    """As many digits as the page can show; what is not finite is null."""
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in np.ravel(values)]
