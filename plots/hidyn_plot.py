#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draw a hidyn results file: theory as lines over simulation points with error bars.

    python3 hidyn_plot.py RESULTS.h5 -o FIGURE.png|pdf|svg|html|json... [--observables a,b]

Exit codes are those of the program: 0 done, 2 bad input, 3 a failure while drawing.
"""

import argparse
import sys


def parse(arguments):
    parser = argparse.ArgumentParser(prog="hidyn plot", description="Draw a hidyn results file.")
    parser.add_argument("results", metavar="RESULTS.h5", help="a results file written by hidyn run")
    parser.add_argument("-o", "--output", required=True, action="append", metavar="FIGURE",
                        help="a .png, .pdf or .svg file, an interactive .html page, or a .json of what is drawn")
    parser.add_argument("--observables", metavar="A,B", help="what to show, instead of the file's own choice")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    try:
        from hidyn_plots import draw
        from hidyn_plots.problem import Problem
    except ImportError as missing:
        print(f"hidyn plot: Python lacks a library ({missing}); "
              "figures need numpy, h5py and matplotlib (Debian: python3-h5py python3-matplotlib).", file=sys.stderr)
        return 3
    asked = None
    if options.observables is not None:
        asked = [name.strip() for name in options.observables.split(",") if name.strip()]
    try:
        draw(options.results, options.output, asked)
    except Problem as problem:
        print(f"hidyn plot: {problem}", file=sys.stderr)
        return 2
    except Exception as failure:  # a user is owed a sentence, whatever went wrong
        reason = " ".join(str(failure).split()) or "no reason given"
        print(f"hidyn plot: the figure could not be drawn ({type(failure).__name__}: {reason}).", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
