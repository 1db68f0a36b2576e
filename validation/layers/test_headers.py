#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every header compiles alone. One whose .cpp includes it first is shown by a build without precompiled headers;
here the others are compiled by themselves.

    test_headers.py ROOT COMPILER INCLUDE_DIRECTORY...
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main():
    root, compiler, directories = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    headers = [path for folder in ("src", "models", "solvers") for path in sorted((root / folder).rglob("*.hpp"))
               if not path.with_suffix(".cpp").is_file()]
    options = [option for directory in directories for option in ("-isystem", directory)]

    def compile_alone(header):
        done = subprocess.run([compiler, "-std=c++20", "-fopenmp", "-fsyntax-only", "-Wno-pragma-once-outside-header",
                               f"-I{root}", f"-I{root}/src", *options, "-x", "c++", header],
                              capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else f"{header.relative_to(root)}: {done.stderr.splitlines()[0]}"

    with ThreadPoolExecutor(2) as pool:
        mistakes = [said for said in pool.map(compile_alone, headers) if said]
    print(f"{len(headers)} headers without a source file of their own")
    print(*mistakes, sep="\n")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
