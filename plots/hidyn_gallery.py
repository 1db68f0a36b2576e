#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draw results one after the other, and make one self-contained page of all under a folder: a card per figure.

    echo PAPER/FIGURE | python3 hidyn_gallery.py FOLDER -o INDEX.html [--paper PAPER_FOLDER]...

FOLDER holds PAPER/FIGURE.h5; for each name on a line of its input, PAPER/FIGURE.png and .json are drawn beside it. When the
input ends the page is made. It works offline: pictures are in it. Exit codes are those of the program: 0 done, 3 a failure.
"""

import argparse
import os
import sys


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="hidyn reproduce", description="Make a page of all results under a folder.")
    parser.add_argument("folder")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--paper", action="append", default=[], help="a folder with a paper.toml")
    options = parser.parse_args(arguments)
    all_drawn = True
    for line in sys.stdin:
        all_drawn = draw(options.folder, line.strip()) and all_drawn
    try:
        from hidyn_plots.gallery import write
        write(options.folder, options.output, options.paper)
    except Exception as failure:
        return complain("the page could not be made", failure)
    return 0 if all_drawn else 3


def draw(folder, name):
    try:
        import hidyn_plots
        base = os.path.join(folder, name)
        hidyn_plots.draw(f"{base}.h5", [f"{base}.png", f"{base}.json"])
    except Exception as failure:
        complain(f"{name} could not be drawn", failure)
        return False
    return True


def complain(what, failure):
    """A user is owed a sentence, whatever went wrong."""
    reason = " ".join(str(failure).split()) or "no reason given"
    print(f"hidyn reproduce: {what} ({type(failure).__name__}: {reason}).", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
