#!/usr/bin/python3
"""Make one self-contained page of all results under a folder: a card per figure.

    python3 hidyn_gallery.py FOLDER -o INDEX.html [--paper PAPER_FOLDER]...

FOLDER holds PAPER/FIGURE.h5 and PAPER/FIGURE.png. The page works offline: pictures are in it. Exit codes are those of the
program: 0 done, 3 a failure.
"""

import argparse
import sys


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="hidyn reproduce", description="Make a page of all results under a folder.")
    parser.add_argument("folder")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--paper", action="append", default=[], help="a folder with a paper.toml")
    options = parser.parse_args(arguments)
    try:
        from hidyn_plots.gallery import write
        write(options.folder, options.output, options.paper)
    except Exception as failure:  # a user is owed a sentence, whatever went wrong
        reason = " ".join(str(failure).split()) or "no reason given"
        print(f"hidyn reproduce: the page could not be made ({type(failure).__name__}: {reason}).", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
