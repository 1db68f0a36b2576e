#!/usr/bin/env python3
"""The README's reference section, written from the program's own declarations.

    reference.py PROGRAM README.md            rewrites the section
    reference.py PROGRAM README.md --check    exit code 1 if it is out of date
"""
import json
import subprocess
import sys
from pathlib import Path

BEGIN = "<!-- reference: written by ./dev reference from the program's declarations -->"
END = "<!-- end of reference -->"


def ask(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], check=True, capture_output=True, text=True).stdout)


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def key_table(title, keys):
    lines = [f"**`{title}`**", "", "| key | meaning | symbol | allowed | standard |", "|---|---|---|---|---|"]
    for key in keys:
        symbol = f"${key['symbol']}$" if key["symbol"] else ""
        standard = "required" if key["required"] else f"`{key['standard']}`" if key["standard"] else ""
        lines.append(f"| `{key['key']}` | {cell(key['meaning'])} | {symbol} | {cell(key['allowed'])} | {standard} |")
    return lines + [""]


def reference(program):
    lines = []
    told = {}  # problems share sections: each is written out once
    for problem in ask(program, "list", "problems")["problems"]:
        described = ask(program, "describe", problem["name"])
        lines += [f"### `{problem['name']}`: {problem['summary']}", ""]
        for title, keys in described["sections"].items():
            before = told.setdefault((title, json.dumps(keys)), problem["name"])
            lines += key_table(title, keys) if before == problem["name"] else [f"**`{title}`**: as for `{before}`", ""]
        lines += ["**observables**", "", "| name | symbol | meaning | normalization | axes after [replica,] time |",
                  "|---|---|---|---|---|"]
        for one in described["observables"]:
            lines.append(f"| `{one['name']}` | ${one['symbol']}$ | {cell(one['long_name'])} | "
                         f"`{cell(one['normalization'])}` | {one['axes']} |")
        lines.append("")
    lines += ["### Sections of every experiment file", ""]
    for name in ("time", "figure", "claims", "sweep"):
        for title, keys in ask(program, "describe", name)["sections"].items():
            lines += key_table(title, keys)
    return "\n".join(lines)


def main():
    program, path = sys.argv[1], Path(sys.argv[2])
    text = path.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    wanted = f"{before}{BEGIN}\n\n{reference(program)}\n{END}{after}"
    if "--check" in sys.argv:
        if wanted != text:
            sys.exit("README.md: the reference section is out of date: run ./dev reference")
        return
    path.write_text(wanted)


if __name__ == "__main__":
    main()
