#!/usr/bin/env python3
"""The README's experiment files begin to run, as they are printed; what is to be added to one is added to the first.

    snippets.py PROGRAM README.md
"""
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 3  # a mistake is found at once; what runs longer than that is stopped
FINE = (0, 1, 130)  # done, a claim failed, interrupted


def begins(program, command, text):
    """Nothing if the experiment is sound, or else what the program says."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "question.toml").write_text(text)
        with subprocess.Popen([Path(program).resolve(), command, "question.toml", "-o", "out.h5"], cwd=folder, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            end = time.monotonic() + SECONDS
            while running.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            running.terminate()
            said = running.communicate()[1]
    return "" if running.returncode in FINE else f"exit code {running.returncode}: {said}"


def main():
    program, text = sys.argv[1], Path(sys.argv[2]).read_text()
    blocks = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    whole = [block for block in blocks if re.search(r"^\[problem\]", block, re.MULTILINE)]
    assert len(whole) >= 5 and len(blocks) > len(whole), "the README's experiment files were not found"
    mistakes = 0
    for block in blocks:
        experiment = block if block in whole else f"{whole[0]}\n{block}"
        said = begins(program, "sweep" if "[sweep]" in block else "run", experiment)
        mistakes += bool(said)
        print(f"--- {block.splitlines()[0]} ... ({len(block.splitlines())} lines): {said or 'runs'}")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
