# SPDX-License-Identifier: MIT
"""A section of the manual, and what the search finds in it."""

import html
from dataclasses import dataclass, field


@dataclass
class Section:
    id: str
    title: str
    group: str  # its heading in the contents
    html: str = ""
    children: list = field(default_factory=list)  # (id, title), below it in the contents
    words: list = field(default_factory=list)  # (word, what it is, id)


def quote(text):
    return html.escape(str(text))


def sentence(text):
    return quote(f"{text[:1].upper()}{text[1:]}.")


def formula(symbol):
    return f'<span class=math>{quote(symbol)}</span>' if symbol else ""


def table(head, rows, ids=None):
    """Cells are HTML."""
    lines = ["<div class=wide><table><thead><tr>", *(f"<th>{quote(cell)}</th>" for cell in head), "</tr></thead><tbody>"]
    for number, row in enumerate(rows):
        lines.append(f'<tr id="{quote(ids[number])}">' if ids else "<tr>")
        lines += [f"<td>{cell}</td>" for cell in row] + ["</tr>"]
    return "".join(lines) + "</tbody></table></div>"
