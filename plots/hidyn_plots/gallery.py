# SPDX-License-Identifier: MIT
"""One page of many results: for each figure its picture, the verdicts, the claims and the experiment."""

import base64
import html
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import hidyn_look as look

from . import page as interactive

STYLE = """
body { margin: 0 auto; max-width: 1100px; padding: 2rem 1rem 4rem; }
h1 { margin: 0 0 .2rem; } h2 { margin: 2.5rem 0 .1rem; }
.summary { margin: .3rem 0 1rem; }
article { padding: 1rem; margin: 1rem 0; }
table { width: 100%; }
th, td { text-align: right; padding: .15rem .5rem; }
th:first-child, td:first-child { text-align: left; }
.verdicts { padding-left: 1.1rem; margin: .4rem 0; font-size: .9rem; }
nav a { margin-right: .8rem; }
"""


@dataclass
class Claim:
    name: str
    predicted: float
    measured: float
    error: float
    allowed: float
    passed: bool
    quantity: str = ""

    @property
    def prediction(self):
        """An order predicts no number: what is measured is the smallest gap between neighbours."""
        return "increasing" if self.quantity == "order" else f"{self.predicted:.6g}"


@dataclass
class Figure:
    paper: str
    name: str
    title: str
    experiment: str
    picture: bytes | None
    scene: str | None  # JSON
    seconds: float
    claims: list = field(default_factory=list)
    verdicts: list = field(default_factory=list)  # (outcome, sentence)

    @property
    def passed(self):
        return sum(claim.passed for claim in self.claims)


def write(folder, output, paper_folders):
    figures = [read(path) for path in sorted(Path(folder).glob("*/*.h5"))]
    papers = {Path(one).name: _paper(one) for one in paper_folders}
    aside = Path(f"{output}.part")
    aside.write_text(page(figures, papers), encoding="utf-8")
    os.replace(aside, output)


def read(path):
    with h5py.File(path) as file:
        picture, scene = path.with_suffix(".png"), path.with_suffix(".json")
        figure = Figure(
            paper=path.parent.name,
            name=path.stem,
            title=_text(file.attrs.get("title", path.stem)),
            experiment=_text(file.attrs.get("experiment", "")),
            picture=picture.read_bytes() if picture.exists() else None,
            scene=scene.read_text(encoding="utf-8") if scene.exists() else None,
            seconds=sum(float(route.attrs.get("wall_seconds", 0.0)) for route in file["routes"].values()),
        )
        for name, claim in file.get("claims", {}).items():
            at = claim.attrs
            figure.claims.append(Claim(name, *(float(at[key]) for key in ("predicted", "measured", "error", "allowed")),
                                       bool(at["passed"]), _text(at.get("quantity", ""))))
        for group in file.get("scaling", {}).values():
            if "sentence" in group.attrs:
                figure.verdicts.append((_text(group.attrs["outcome"]), _text(group.attrs["sentence"])))
    return figure


def page(figures, papers):
    claims = sum(len(figure.claims) for figure in figures)
    passed = sum(figure.passed for figure in figures)
    seconds = sum(figure.seconds for figure in figures)
    groups = {}
    for figure in figures:
        groups.setdefault(figure.paper, []).append(figure)
    links = " ".join(f'<a href="#{_quote(paper)}">{_quote(paper)}</a>' for paper in groups)
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1"><title>hidyn: papers reproduced</title>',
        f"<style>{look.style()}{STYLE}{interactive.style()}</style></head><body><h1>Papers reproduced</h1>",
        f'<p class=summary>{len(figures)} figures, <span class="{"good" if passed == claims else "bad"}">{passed} of '
        f"{claims} claims hold</span>, {_duration(seconds)} of computing.</p><nav class=quiet>{links}</nav>",
    ]
    for paper, group in groups.items():
        title, citation, shows = papers.get(paper, (paper, "", {}))
        parts.append(f'<h2 id="{_quote(paper)}">{_quote(title)}</h2><p class=quiet>{_quote(citation)}</p>')
        parts += [card(figure, shows.get(figure.name, "")) for figure in group]
    return "\n".join(parts) + interactive.scripts() + "</body></html>\n"


def card(figure, shows):
    anchor = _quote(f"{figure.paper}/{figure.name}")
    parts = [f'<article id="{anchor}"><h3>{_quote(figure.title)}</h3>',
             f"<div class=quiet>{anchor}: {_quote(shows)} ({_duration(figure.seconds)})</div>"]
    if figure.picture is not None:
        data = base64.b64encode(figure.picture).decode()
        printed = (f'<img class=picture loading=lazy alt="{_quote(figure.title)}" src="data:image/png;base64,{data}">')
        parts.append(printed if figure.scene is None else '<div class=plot><button type=button class=switch>as printed'
                     f'</button>{interactive.holder(figure.scene)}{printed}</div>')
    if figure.claims:
        rows = "".join(
            f"<tr><td>{_quote(claim.name)}</td><td>{claim.prediction}</td><td>{claim.measured:.6g}</td>"
            f"<td>{claim.error:.2g}</td><td>{claim.allowed:.2g}</td>"
            f'<td class="{"good" if claim.passed else "bad"}">{"holds" if claim.passed else "fails"}</td></tr>'
            for claim in figure.claims)
        parts.append("<table><tr><th>claim</th><th>predicted</th><th>measured</th><th>error</th><th>allowed</th><th></th>"
                     f"</tr>{rows}</table>")
    if figure.verdicts:
        kinds = {"agrees": "good", "disagrees": "bad"}
        lines = "".join(f'<li class="{kinds.get(outcome, "open")}">{_quote(sentence)}</li>'
                        for outcome, sentence in figure.verdicts)
        parts.append(f"<details><summary>{_tally(figure.verdicts)}</summary><ul class=verdicts>{lines}</ul></details>")
    parts.append(f"<details><summary>experiment</summary><pre>{_quote(figure.experiment)}</pre></details></article>")
    return "\n".join(parts)


def _tally(verdicts):
    counts = {}
    for outcome, _ in verdicts:
        counts[outcome] = counts.get(outcome, 0) + 1
    return "verdicts: " + ", ".join(f"{count} {_quote(outcome)}" for outcome, count in sorted(counts.items()))


def _paper(folder):
    with open(Path(folder) / "paper.toml", "rb") as file:
        table = tomllib.load(file)
    shows = {Path(figure["file"]).stem: figure.get("shows", "") for figure in table.get("figures", [])}
    return table.get("title", Path(folder).name), table.get("citation", ""), shows


def _duration(seconds):
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _quote(text):
    return html.escape(str(text))
