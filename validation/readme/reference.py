#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The generated parts of all README files, written from the program's own declarations.

    reference.py PROGRAM            rewrites them
    reference.py PROGRAM --check    exit code 1 if one is out of date or missing

A part stands between <!-- reference: WHAT, written by ./dev reference --> and <!-- end of reference -->; WHAT is a problem's
name, or "problems", "routes", "papers" or "sections".
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import readmes

PART = re.compile(r"(<!-- reference: (\S+), written by \./dev reference -->\n)(.*?)(<!-- end of reference -->)", re.DOTALL)
SECTIONS = ("time", "figure", "claims", "sweep")


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def formula(symbol):
    """In a table a bar would begin a new cell; GitHub takes a backslash before a comma for Markdown's own."""
    bare = symbol.replace("\\|", "\\Vert ").replace("|", "\\vert ").replace("\\,", "\\thinspace ").strip()
    return f"${bare}$" if symbol else ""


def key_table(title, keys):
    lines = [f"**`{title}`**", "", "| key | meaning | symbol | allowed | standard |", "|---|---|---|---|---|"]
    for key in keys:
        standard = "required" if key["required"] else f"`{key['standard']}`" if key["standard"] else ""
        lines.append(f"| `{key['key']}` | {cell(key['meaning'])} | {formula(key['symbol'])} | {cell(key['allowed'])} | "
                     f"{standard} |")
    return lines + [""]


def observable_table(observables):
    lines = ["**observables**", "", "| name | symbol | meaning | normalization | axes after [replica,] time |",
             "|---|---|---|---|---|"]
    for one in observables:
        lines.append(f"| `{one['name']}` | {formula(one['symbol'])} | {cell(one['long_name'])} | "
                     f"`{cell(one['normalization'])}` | {one['axes']} |")
    return lines + [""]


class Reference:
    """What the program says about itself, as Markdown for one README after the other."""

    def __init__(self, program, texts):
        self.program = program
        self.known = self.ask("list")
        self.papers = [dict(paper, figures=[Path(figure["file"]).stem for figure in paper.get("figures", [])])
                       for paper in self.known["papers"]]
        self.home = {what: path for path, text in texts.items() for _, what, _, _ in PART.findall(text)}

    def ask(self, *words):
        done = subprocess.run([self.program, *words, "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def missing(self):
        wanted = [one["name"] for one in self.known["problems"]] + ["problems", "routes", "papers", "sections"]
        return [what for what in wanted if what not in self.home]

    def link(self, problem, here):
        """To the problem's part, from the README at `here`."""
        there = self.home[problem]
        path = "" if there == here else os.path.relpath(there, here.parent)
        return f"[`{problem}`]({path}#{readmes.slug(problem)})"

    def rewritten(self, path, text):
        told = {}  # problems of one README share sections and paragraphs: each is written out once
        return PART.sub(lambda found: f"{found[1]}\n{self.part(found[2], path, told)}\n{found[4]}", text)

    def part(self, what, here, told):
        lines = getattr(self, f"all_{what}")(here) if what in ("problems", "routes", "papers", "sections") \
            else self.problem(what, here, told)
        return "\n".join(lines).rstrip("\n") + "\n"

    def problem(self, name, here, told):
        described = self.ask("describe", name)
        summary, *paragraphs = described["text"].split("\n\nRoutes\n")[0].split("\n\n")
        lines = [f"### `{name}`", "", f"{summary[0].upper()}{summary[1:]}.", ""]
        own = [one for one in paragraphs if told.setdefault(one, name) == name]
        lines += ["```text", "\n\n".join(own).strip("\n"), "```", ""]
        others = {told[one]: None for one in paragraphs if one not in own}
        if others:
            lines += ["The rest is as for " + ", ".join(self.link(other, here) for other in others) + ".", ""]
        lines += ["| route | | what |", "|---|---|---|"]
        lines += [f"| `{route['name']}` | {'theory' if route['theory'] else 'simulation'} | {cell(route['summary'])} |"
                  for route in self.known["routes"] if route["problem"] == name] + [""]
        for title, keys in described["sections"].items():
            before = told.setdefault((title, json.dumps(keys)), name)
            lines += key_table(title, keys) if before == name else [f"**`{title}`**: as for {self.link(before, here)}", ""]
        return lines + observable_table(described["observables"])

    def all_problems(self, here):
        lines = ["| problem | what is learned | algorithms | routes |", "|---|---|---|---|"]
        for problem in self.known["problems"]:
            routes = dict.fromkeys(one["name"] for one in self.known["routes"] if one["problem"] == problem["name"])
            lines.append(f"| {self.link(problem['name'], here)} | {cell(problem['summary'])} | "
                         f"{', '.join(f'`{one}`' for one in problem['algorithms'])} | "
                         f"{', '.join(f'`{one}`' for one in routes)} |")
        return lines

    def all_routes(self, here):
        lines = ["| problem | route | | what | source |", "|---|---|---|---|---|"]
        for route in self.known["routes"]:
            lines.append(f"| {self.link(route['problem'], here)} | `{route['name']}` | "
                         f"{'theory' if route['theory'] else 'simulation'} | {cell(route['summary'])} | "
                         f"{cell(route['source'])} |")
        return lines

    def all_papers(self, here):
        papers = os.path.relpath(readmes.ROOT / "validation" / "papers", here.parent)
        lines = ["| paper | citation | figures |", "|---|---|---|"]
        for paper in self.papers:
            lines.append(f"| [{paper['id']}]({papers}/{paper['id']}) | {cell(paper['citation'])} | "
                         f"{', '.join(f'`{figure}`' for figure in paper['figures'])} |")
        return lines

    def all_sections(self, _):
        lines = []
        for name in SECTIONS:
            for title, keys in self.ask("describe", name)["sections"].items():
                lines += key_table(title, keys)
        return lines


def main():
    texts = {path: path.read_text(encoding="utf-8") for path in readmes.paths()}
    reference = Reference(sys.argv[1], texts)
    wrong = [f"no README has the reference of {what}: <!-- reference: {what}, written by ./dev reference --> and its end"
             for what in reference.missing()]
    if wrong:
        sys.exit("\n".join(wrong))
    for path, text in texts.items():
        wanted = reference.rewritten(path, text)
        if wanted == text:
            continue
        if "--check" in sys.argv:
            wrong.append(f"{readmes.name(path)}: a generated part is out of date: run ./dev reference")
        else:
            path.write_text(wanted, encoding="utf-8")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
