#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every source file says under which licence it stands.

    test_licence.py ROOT
"""
import subprocess
import sys
from pathlib import Path

ENDINGS = {".cpp", ".hpp", ".py", ".sh", ".js", ".css"}
VENDORED = ("uPlot", "katex")  # their licences stand beside them


def main():
    root = Path(sys.argv[1])
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        print("no git checkout: nothing to look at")
        return 0
    files = [root / name for name in listed.stdout.splitlines()]
    sources = [path for path in files if path.suffix in ENDINGS and path.is_file()
               and not any(word in path.as_posix() for word in VENDORED)]
    silent = [path for path in sources if "SPDX-License-Identifier: MIT" not in path.read_text()[:200]]
    print(f"{len(sources)} source files")
    print(*(f"{path.relative_to(root)}: has no SPDX line" for path in silent), sep="\n")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
