# SPDX-License-Identifier: MIT
"""Anchors of headings as GitHub makes them, so that links work there and in the manual."""

import re

FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*\n", re.DOTALL | re.MULTILINE)


def slug(heading):
    """What is no letter, digit, space, hyphen or underscore goes."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


class Numbered:
    """The second heading of a name has -1 at its end, the third -2."""

    def __init__(self):
        self._seen = {}

    def __call__(self, heading):
        base = slug(heading)
        count = self._seen.get(base, 0)
        self._seen[base] = count + 1
        return f"{base}-{count}" if count else base


def anchors(text):
    """Of all headings of a Markdown text, in their order."""
    numbered = Numbered()
    return [numbered(heading) for heading in re.findall(r"^#{1,6} (.+)$", FENCE.sub("", text), re.MULTILINE)]
