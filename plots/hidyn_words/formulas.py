# SPDX-License-Identifier: MIT
"""KaTeX, whole in the page: its script, and its style with the fonts as data."""

import base64
import re
from pathlib import Path

_HERE = Path(__file__).parent / "katex"


def style():
    """Faces of fonts that did not come along are left out."""
    return re.sub(r"@font-face\{[^}]*\}", lambda face: _face(face[0]), _text("katex.min.css"))


def script():
    return _text("katex.min.js")


def _face(face):
    name = re.search(r"fonts/([\w-]+\.woff2)", face)[1]
    if not (_HERE / name).exists():
        return ""
    data = base64.b64encode((_HERE / name).read_bytes()).decode()
    return re.sub(r"src:[^}]*", f'src:url(data:font/woff2;base64,{data}) format("woff2")', face)


def _text(name):
    return (_HERE / name).read_text(encoding="utf-8")
