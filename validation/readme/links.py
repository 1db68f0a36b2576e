#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every relative link and anchor in the README files leads somewhere."""

import re
import sys

import readmes

LINK = re.compile(r"\[(?:[^\[\]]|`[^`]*`)*\]\(([^)\s]+)\)")


def mistakes(path):
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(re.sub(r"`[^`\n]*`", "code", readmes.FENCE.sub("", text))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            yield f"{readmes.name(path)}: {target}: there is no such file"
        elif anchor and (there.suffix != ".md" or anchor not in readmes.anchors(there.read_text(encoding="utf-8"))):
            yield f"{readmes.name(path)}: {target}: there is no such heading"


def main():
    found = [mistake for path in readmes.paths() for mistake in mistakes(path)]
    if found:
        sys.exit("\n".join(found))
    print(f"all links of {len(readmes.paths())} README files lead somewhere")


if __name__ == "__main__":
    main()
