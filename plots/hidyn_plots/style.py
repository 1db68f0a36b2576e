# SPDX-License-Identifier: MIT
"""The look of a page in a two-column journal: serif mathematics, thin frames, colours for every eye."""

from matplotlib.colors import to_hex, to_rgb
from matplotlib.mathtext import MathTextParser

# Okabe and Ito's colours, without the yellow that vanishes on paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C3E")
INK = "#222222"
NEUTRAL = "#5A5A5A"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
DASHES = ("-", (0, (4.5, 1.6)), (0, (1.2, 1.3)), (0, (5, 1.4, 1.2, 1.4)), (0, (7, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
COLUMN, PAGE = 3.4, 7.05  # inches: one column, the whole page

RULES = {
    "font.family": "serif",
    "font.serif": ["STIXGeneral", "STIX Two Text", "DejaVu Serif"],
    "mathtext.fontset": "stix",
    "font.size": 8.5,
    "axes.labelsize": 9,
    "axes.titlesize": 9.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 1.6,
    "ytick.minor.size": 1.6,
    "legend.frameon": False,
    "legend.handlelength": 1.7,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.3,
    "legend.labelspacing": 0.3,
    "legend.borderaxespad": 0.4,
    "savefig.dpi": 200,
    "figure.dpi": 200,
    "pdf.fonttype": 42,  # text stays text in the journal's production
    "svg.fonttype": "path",
    "svg.hashsalt": "hidyn",  # the same figure gives the same bytes
}

_parser = MathTextParser("path")


def is_mathtext(text):
    """True if the text, dollars included, can be set: there is no LaTeX here, only matplotlib's own subset."""
    try:
        _parser.parse(text)
    except ValueError:
        return False
    return True


def mathematics(symbol):
    """The symbol set as a formula, or "" if it cannot be."""
    return f"${symbol}$" if symbol and is_mathtext(f"${symbol}$") else ""


def plain(text):
    """Text of the user's: formulas in dollars if they can be set, else the dollars as they stand."""
    return text if text.count("$") % 2 == 0 and is_mathtext(text) else text.replace("$", r"\$")


def lighter(colour, amount):
    """The colour mixed with white."""
    return to_hex([c + (1 - c) * amount for c in to_rgb(colour)])


def darker(colour, amount):
    return to_hex([c * (1 - amount) for c in to_rgb(colour)])
