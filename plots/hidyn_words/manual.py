# SPDX-License-Identifier: MIT
"""The page: contents and search at the left, everything else at the right."""

import json
import os
from pathlib import Path

import hidyn_look as look

from . import formulas, known, papers
from .readme import Readmes
from .section import quote

_HERE = Path(__file__).parent
GROUPS = ("Begin", "Problems", "Theories", "Experiments and results", "Papers", "Commands", "Behind it")


def write(root, output, told, gallery=None):
    aside = Path(f"{output}.part")
    aside.write_text(page(sections(Path(root), told, gallery), told), encoding="utf-8")
    os.replace(aside, output)


def sections(root, told, gallery):
    readmes = Readmes(root)
    names = [one["name"] for one in told["listed"]["problems"]]

    def link(problem):
        path = readmes.home(problem)
        return f'<a href="#{"problem-" + problem if path else "observables"}"><code>{quote(problem)}</code></a>'

    begin, models, solvers = "README.md", "models/README.md", "solvers/README.md"
    found = [readmes.section(begin, "Begin"), readmes.section(models, "Problems")]
    rooms = dict.fromkeys(path for path in map(readmes.home, names) if path)
    for path in rooms:
        section = readmes.section(path, "Problems")
        if len(readmes.problems[path]) == 1:
            section.words.insert(0, (readmes.problems[path][0], "problem", section.id))
            section.children.append((section.id, readmes.problems[path][0]))
        found.append(section)
    found += [known.observables(told, link), readmes.section(solvers, "Theories"), *known.routes(told, link)]
    placed = {begin, models, solvers, *rooms}
    for path in ("src/experiment/README.md", "plots/README.md"):
        if path in readmes.texts:
            found.append(readmes.section(path, "Experiments and results"))
    placed |= {"src/experiment/README.md", "plots/README.md"}
    found += [*papers.papers(told, link, gallery), known.commands(told)]
    found += [readmes.section(path, "Behind it") for path in readmes.texts if path not in placed]
    for section in found:
        if section.id.startswith("readme-"):
            section.words.append((section.title, section.group.lower(), section.id))
    for problem in told["listed"]["problems"]:  # an algorithm is found where its problem stands
        found[1].words += [(algorithm, f"algorithm of {problem['name']}", f"problem-{problem['name']}")
                           for algorithm in problem["algorithms"]]
    return found


def page(found, told):
    words = json.dumps([word for section in found for word in section.words], separators=(",", ":")).replace("<", "\\u003c")
    body = "\n".join(f'<section id="{quote(section.id)}">{section.html}</section>' for section in found)
    return "\n".join((
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1"><title>hidyn: the manual</title>',
        f"<style>{look.style()}{formulas.style()}{_text('manual.css')}</style></head><body>",
        "<aside><div class=top><a class=name href=#readme-front>hidyn</a>"
        '<input id=find type=search placeholder="search: press /" autocomplete=off spellcheck=false '
        "aria-label=search aria-controls=found><button id=menu type=button aria-expanded=false>contents</button></div>",
        f"<ol id=found hidden></ol><nav>{contents(found)}<p class=quiet>{quote(told['program']['version'])}</p></nav></aside>",
        f"<main>{body}</main>",
        f"<script type=application/json id=words>{words}</script>",
        f"<script>{formulas.script()}</script><script>{_text('manual.js')}</script></body></html>\n"))


def contents(found):
    parts = []
    for group in GROUPS:
        members = [section for section in found if section.group == group]
        parts.append(f"<h4>{quote(group)}</h4><ul>")
        for section in members:
            below = "".join(f'<li><a href="#{quote(id)}">{quote(title)}</a></li>' for id, title in section.children)
            parts.append(f'<li><a href="#{quote(section.id)}">{quote(section.title)}</a>'
                         f"{f'<ul>{below}</ul>' if below else ''}</li>")
        parts.append("</ul>")
    return "".join(parts)


def _text(name):
    return (_HERE / name).read_text(encoding="utf-8")
