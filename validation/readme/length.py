#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The front door stays short: what is long stands beside what it describes."""

import sys

import readmes

MOST = 250


def main():
    lines = len((readmes.ROOT / "README.md").read_text(encoding="utf-8").splitlines())
    if lines > MOST:
        sys.exit(f"README.md has {lines} lines, more than {MOST}")
    print(f"README.md has {lines} of at most {MOST} lines")


if __name__ == "__main__":
    main()
