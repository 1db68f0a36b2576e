# SPDX-License-Identifier: MIT
"""The project's README files, and their anchors as GitHub makes them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("data", "models", "plots", "solvers", "src", "validation")
sys.path.insert(0, str(ROOT / "plots"))

from hidyn_words.anchors import FENCE, anchors, slug  # noqa: E402, F401


def paths():
    """All of them, the front door first."""
    return [ROOT / "README.md", *sorted(path for room in ROOMS for path in (ROOT / room).rglob("README.md"))]


def name(path):
    return str(path.relative_to(ROOT))
