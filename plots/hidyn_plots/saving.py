# SPDX-License-Identifier: MIT
"""A figure file is complete or absent: written aside, then renamed."""

import json
import os
import tempfile

import matplotlib

from . import scene
from .page import alone
from .problem import Problem
from .style import RULES

SUFFIXES = (".png", ".pdf", ".svg", ".html", ".json")
# No dates inside: the same results give the same bytes.
METADATA = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}


def suffix(path):
    return os.path.splitext(path)[1].lower()


def check_output(path):
    if suffix(path) not in SUFFIXES:
        raise Problem(f"'{path}' does not end in .png, .pdf, .svg, .html or .json.")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Problem(f"'{path}' cannot be written: there is no folder '{folder}'.")
    if os.path.isdir(path) or not os.access(folder, os.W_OK | os.X_OK):
        raise Problem(f"'{path}' cannot be written.")


def save(figure, path):
    try:
        handle, aside = tempfile.mkstemp(suffix=suffix(path), prefix=".hidyn-plot-",
                                         dir=os.path.dirname(os.path.abspath(path)))
        os.close(handle)
    except OSError as refused:
        raise Problem(f"'{path}' cannot be written: {refused.strerror}.") from None
    try:
        with matplotlib.rc_context(RULES):
            _write(figure, aside)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(aside, 0o666 & ~mask)  # mkstemp gives a private file
        os.replace(aside, path)
    except OSError as refused:
        raise Problem(f"'{path}' cannot be written: {refused.strerror}.") from None
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


def _write(figure, path):
    if suffix(path) in METADATA:
        figure.savefig(path, metadata=METADATA[suffix(path)])
        return
    figure.draw_without_rendering()  # limits and ticks are settled by drawing
    found = json.dumps(scene.of(figure, getattr(figure, "legend_entries", [])), separators=(",", ":"), allow_nan=False)
    with open(path, "w", encoding="utf-8") as file:
        file.write(found if suffix(path) == ".json" else alone(found))
