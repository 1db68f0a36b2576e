# SPDX-License-Identifier: MIT
"""Sections written from what the program declares: kinds of routes, observables, commands."""

import json
import re

from .section import Section, formula, quote, sentence, table


def routes(known, link):
    """A section for each kind of route."""
    kinds = {}
    for route in known["listed"]["routes"]:
        kinds.setdefault(route["name"], []).append(route)
    described = {one["name"]: one for one in known["described"]}
    return [_route(name, offers, described[name], link) for name, offers in kinds.items()]


def _route(name, offers, described, link):
    section = Section(f"route-{name}", name, "Theories")
    theory = any(offer["theory"] for offer in offers)
    section.words.append((name, "theory" if theory else "simulation", section.id))
    parts = [f"<h2><code>{quote(name)}</code></h2>"]
    alike = {}  # problems whose route is the same
    for offer in offers:
        alike.setdefault((offer["summary"], offer["source"]), []).append(offer["problem"])
    parts.append(table(("problem", "what", "source"),
                       [(", ".join(map(link, problems)), quote(summary), quote(source))
                        for (summary, source), problems in alike.items()]))
    shared = {}  # keys -> title -> problems
    for title, keys in described.get("sections", {}).items():
        bare, problem = re.fullmatch(r"(.*?)  \(problem ([\w-]+)\).*", title).groups()
        shared.setdefault(json.dumps(keys), {}).setdefault(bare, []).append(problem)
    for keys, titles in shared.items():
        for title, problems in titles.items():
            problems = ", ".join(map(link, dict.fromkeys(problems)))
            parts.append(f"<p><strong><code>{quote(title)}</code></strong> of {problems}</p>")
        parts.append(_keys(json.loads(keys)))
    section.html = "\n".join(parts)
    return section


def _keys(keys):
    rows = []
    for key in keys:
        standard = "required" if key["required"] else f"<code>{quote(key['standard'])}</code>" if key["standard"] else ""
        rows.append((f"<code>{quote(key['key'])}</code>", quote(key["meaning"]), formula(key["symbol"]),
                     quote(key["allowed"]), standard))
    return table(("key", "meaning", "symbol", "allowed", "standard"), rows)


def observables(known, link):
    """All of them in one table: a name means one thing, whatever the problem."""
    problems = {one["name"] for one in known["listed"]["problems"]}
    names = {}  # name -> {declaration: problems}
    for described in known["described"]:
        if described["name"] not in problems:
            continue
        for one in described.get("observables", []):
            declaration = json.dumps({key: one[key] for key in ("symbol", "long_name", "normalization")})
            names.setdefault(one["name"], {}).setdefault(declaration, []).append(described["name"])
    section = Section("observables", "Observables", "Problems")
    rows, ids = [], []
    for name in sorted(names, key=str.lower):
        for number, (declaration, where) in enumerate(names[name].items()):
            one = json.loads(declaration)
            ids.append(f"observable-{name}" + (f"-{number + 1}" if number else ""))
            rows.append((f"<code>{quote(name)}</code>", formula(one["symbol"]),
                         f"{quote(one['long_name'])}<div class=quiet>{quote(one['normalization'])}</div>",
                         ", ".join(link(problem) for problem in where)))
            section.words.append((name, f"observable: {one['long_name']}", ids[-1]))
    section.html = ("<h2>Observables</h2><p>What routes report, by name: datasets of a results file, panels of a figure, "
                    "subjects of claims.</p>" + table(("name", "symbol", "meaning and normalization", "problems"), rows, ids))
    return section


def commands(known):
    section = Section("commands", "The command line", "Commands")
    parts = ["<h2>The command line</h2>", "<p>Results and tables go to standard output, messages and progress to standard "
             "error. Exit codes: 0 done and all claims hold, 1 a claim failed, 2 bad input, 3 a failure while running, 130 "
             "interrupted.</p>"]
    for command in known["program"]["commands"]:
        id = f"command-{command['name']}"
        section.children.append((id, f"hidyn {command['name']}"))
        section.words.append((f"hidyn {command['name']}", "command", id))
        parts += [f'<h3 id="{id}"><code>hidyn {quote(command["name"])}</code></h3>', f"<p>{sentence(command['summary'])}</p>",
                  f"<pre>{quote(command['usage'])}</pre>"]
        rows, ids = [], []
        for option in command["options"]:
            names = " ".join(f"<code>{quote(name)}</code>" for name in option["names"])
            ids.append(f"{id}-{option['names'][-1].strip('-')}")
            rows.append((names, quote(option["argument"]), quote(option["meaning"]), quote(option["standard"])))
            if not option["positional"]:
                section.words.append((option["names"][-1], f"option of hidyn {command['name']}", ids[-1]))
        if rows:
            parts.append(table(("", "value", "meaning", "standard"), rows, ids))
    section.html = "\n".join(parts)
    return section
