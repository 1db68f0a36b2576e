#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The README files' experiments begin to run, as they are printed. A piece of a file is added to the README's first whole
experiment, or to the front door's where a README has none.

    snippets.py PROGRAM
"""
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import readmes

SECONDS = 3  # a mistake is found at once; what runs longer than that is stopped
SIDE_BY_SIDE = 2
FINE = (0, 1, 130)  # done, a claim failed, interrupted


def begins(program, command, text):
    """Nothing if the experiment is sound, or else what the program says."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "question.toml").write_text(text, encoding="utf-8")
        words = [Path(program).resolve(), command, "question.toml", "-o", "out.h5", "--threads", "1"]
        with subprocess.Popen(words, cwd=folder, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            try:
                said = running.communicate(timeout=SECONDS)[1]
            except subprocess.TimeoutExpired:
                running.terminate()
                said = running.communicate()[1]
    return "" if running.returncode in FINE else f"exit code {running.returncode}: {said}"


def experiments(path, otherwise):
    """(which, command, text) of every piece of TOML in the file."""
    blocks = re.findall(r"^```toml\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    whole = [block for block in blocks if re.search(r"^\[problem\]", block, re.MULTILINE)]
    for block in blocks:
        which = f"{readmes.name(path)}: {block.splitlines()[0]} ... ({len(block.splitlines())} lines)"
        text = block if block in whole else f"{whole[0] if whole else otherwise}\n{block}"
        yield which, "sweep" if "[sweep]" in block else "run", text


def main():
    program = sys.argv[1]
    front = next(text for _, _, text in experiments(readmes.ROOT / "README.md", ""))
    found = [one for path in readmes.paths() for one in experiments(path, front)]
    assert len(found) >= 18, "the README files' experiments were not found"
    with ThreadPoolExecutor(SIDE_BY_SIDE) as crew:
        heard = list(crew.map(lambda one: begins(program, *one[1:]), found))
    for (which, _, _), said in zip(found, heard):
        print(f"--- {which}: {said or 'runs'}")
    return 1 if any(heard) else 0


if __name__ == "__main__":
    sys.exit(main())
