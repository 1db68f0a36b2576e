# SPDX-License-Identifier: MIT
"""A section per reproduced paper: its figures, what each shows, what to look for."""

import base64
import tomllib
from pathlib import Path

from .section import Section, quote, sentence


def papers(known, link, gallery):
    return [_paper(paper, link, gallery) for paper in known["listed"]["papers"]]


def _paper(paper, link, gallery):
    section = Section(f"paper-{paper['id']}", paper["id"], "Papers")
    section.words.append((paper["id"], f"paper: {paper['title']}", section.id))
    parts = [f"<h2>{quote(paper['title'])}</h2>", f"<p class=quiet>{quote(paper['citation'])}</p>",
             f"<pre>hidyn reproduce {quote(paper['id'])}</pre>"]
    for figure in paper.get("figures", []):
        path = Path(figure["file"])
        id = f"{section.id}--{path.stem}"
        section.words.append((f"{paper['id']}/{path.stem}", f"figure: {figure['shows']}", id))
        parts.append(_figure(id, paper["id"], path, figure["shows"], link, gallery))
    section.html = "\n".join(parts)
    return section


def _figure(id, paper, path, shows, link, gallery):
    text = path.read_text(encoding="utf-8")
    experiment = tomllib.loads(text)
    kinds = dict.fromkeys(route["kind"] for route in experiment["routes"].values())
    parts = [f'<article id="{quote(id)}"><h3>{quote(experiment.get("title", path.stem))}</h3>',
             f"<div class=quiet><code>{quote(paper)}/{quote(path.name)}</code>: {link(experiment['problem']['kind'])}, by "
             + ", ".join(f'<a href="#route-{quote(kind)}"><code>{quote(kind)}</code></a>' for kind in kinds) + "</div>",
             f"<p>{sentence(shows)}</p>"]
    picture = Path(gallery or "", paper, f"{path.stem}.png")
    if gallery and picture.exists():
        data = base64.b64encode(picture.read_bytes()).decode()
        parts.append(f'<img class=picture loading=lazy alt="{quote(shows)}" src="data:image/png;base64,{data}">')
    parts.append(f"<p>{quote(_begin(text))}</p>")
    if experiment.get("claims"):
        lines = "".join(f"<li>{quote(claim['name'])}{_prediction(claim)}</li>" for claim in experiment["claims"])
        parts.append(f"<div class=quiet>What to look for</div><ul>{lines}</ul>")
    parts.append(f"<details><summary>experiment</summary><pre>{quote(text)}</pre></details></article>")
    return "\n".join(parts)


def _begin(text):
    """The comment that an experiment begins with: its setting."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


def _prediction(claim):
    if "predicted" not in claim or claim.get("quantity") == "order":
        return ""
    quantity = claim.get("quantity", "value")
    what = "" if quantity == "value" else f"{quote(quantity)} "
    return f' <span class=quiet>(predicted {what}{claim["predicted"]:.6g})</span>'
