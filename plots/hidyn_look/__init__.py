# SPDX-License-Identifier: MIT
"""The look that hidyn's pages share: fonts, and colours for light and dark."""

from pathlib import Path


def style():
    return (Path(__file__).parent / "look.css").read_text(encoding="utf-8")
