"""The project's README files, and their anchors as GitHub makes them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("data", "models", "plots", "solvers", "src", "validation")
FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*\n", re.DOTALL | re.MULTILINE)


def paths():
    """All of them, the front door first."""
    return [ROOT / "README.md", *sorted(path for room in ROOMS for path in (ROOT / room).rglob("README.md"))]


def name(path):
    return str(path.relative_to(ROOT))


def slug(heading):
    """GitHub's anchor of a heading: what is no letter, digit, space, hyphen or underscore goes."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(text):
    seen, found = {}, set()
    for heading in re.findall(r"^#{1,6} (.+)$", FENCE.sub("", text), re.MULTILINE):
        base = slug(heading)
        count = seen.get(base, 0)
        seen[base] = count + 1
        found.add(f"{base}-{count}" if count else base)
    return found
