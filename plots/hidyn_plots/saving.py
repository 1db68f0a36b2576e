"""A figure file is complete or absent: written aside, then renamed."""

import os
import tempfile

import matplotlib

from .problem import Problem
from .style import RULES

SUFFIXES = (".png", ".pdf", ".svg")
# No dates inside: the same results give the same bytes.
METADATA = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}


def suffix(path):
    return os.path.splitext(path)[1].lower()


def check_output(path):
    if suffix(path) not in SUFFIXES:
        raise Problem(f"'{path}' does not end in .png, .pdf or .svg.")
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
            figure.savefig(aside, metadata=METADATA[suffix(path)])
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(aside, 0o666 & ~mask)  # mkstemp gives a private file
        os.replace(aside, path)
    except OSError as refused:
        raise Problem(f"'{path}' cannot be written: {refused.strerror}.") from None
    finally:
        if os.path.exists(aside):
            os.unlink(aside)
