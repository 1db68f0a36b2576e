# SPDX-License-Identifier: MIT
"""What a page of interactive figures carries: uPlot (MIT licence, see uPlot.LICENSE), our script and the style. A page
works offline, so all of it is written into the page."""

from pathlib import Path

_HERE = Path(__file__).parent


def style():
    return _text("uPlot.min.css") + _text("figure.css")


def scripts():
    return f"<script>{_text('uPlot.iife.min.js')}</script><script>{_text('figure.js')}</script>"


def holder(scene):
    """The place of a figure; `scene` is the JSON text of scene.of."""
    return f'<div class=scene><script type="application/json">{scene.replace("<", chr(92) + "u003c")}</script></div>'


def alone(scene):
    """A page of one figure."""
    return (f"<!doctype html><html lang=en><head><meta charset=utf-8><title>hidyn</title><style>{style()}</style></head>"
            f'<body style="max-width:1100px;margin:1rem auto">{holder(scene)}{scripts()}</body></html>\n')


def _text(name):
    return (_HERE / name).read_text(encoding="utf-8")
