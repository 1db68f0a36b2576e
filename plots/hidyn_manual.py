#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write the manual: one page of everything hidyn knows, to search, without a network.

    python3 hidyn_manual.py ROOT -o MANUAL.html [--gallery FOLDER] < KNOWN.json

ROOT holds README.md and those of the rooms; the program tells on standard input what it knows; FOLDER is one made by hidyn
reproduce. Exit codes are those of the program: 0 done, 2 bad input, 3 a failure.
"""

import argparse
import json
import os
import sys


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="hidyn manual", description="Write the manual as one page.")
    parser.add_argument("root")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--gallery")
    options = parser.parse_args(arguments)
    folder = os.path.dirname(os.path.abspath(options.output))
    if not os.path.isdir(folder):
        return complain(f"'{options.output}' cannot be written: there is no folder '{folder}'", 2)
    try:
        from hidyn_words.manual import write
    except ImportError as missing:
        return complain(f"Python lacks a library ({missing}); the manual needs Debian's python3-markdown", 3)
    try:
        write(options.root, options.output, json.load(sys.stdin), options.gallery)
    except OSError as refused:
        return complain(f"'{refused.filename}': {refused.strerror}", 2)
    except Exception as failure:  # a user is owed a sentence, whatever went wrong
        reason = " ".join(str(failure).split()) or "no reason given"
        return complain(f"the page could not be made ({type(failure).__name__}: {reason})", 3)
    return 0


def complain(what, code):
    print(f"hidyn manual: {what}.", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
