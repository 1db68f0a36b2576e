#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether a change of the code changed a number: a checksum of every dataset of every paper's quick results.

    fingerprint.py PROGRAM FOLDER            reproduces every paper at its quick sizes into FOLDER, writes FOLDER/checksums
    fingerprint.py PROGRAM FOLDER CHECKSUMS  the same, then names every dataset whose checksum differs from that list;
                                             exit code 1 if there is one

Checksums hold for one kind of processor and compiler: make the list with the program as it was before the change.
"""
import hashlib
import subprocess
import sys
from pathlib import Path

import h5py


def datasets(path):
    """Name and checksum of every dataset: its type, its shape and its bytes."""
    found = {}
    with h5py.File(path, "r") as file:
        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                digest = hashlib.sha256(f"{item.dtype.str} {item.shape} ".encode())
                value = item[()]
                digest.update(value if isinstance(value, bytes) else value.tobytes())
                found[name] = digest.hexdigest()[:16]
        file.visititems(visit)
    return found


def checksums(folder):
    return {f"{path.relative_to(folder)}:{name}": digest
            for path in sorted(folder.rglob("*.h5")) for name, digest in sorted(datasets(path).items())}


def main():
    program, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([program, "reproduce", "--all", "--quick", "-o", folder], check=False)
    if done.returncode not in (0, 1):  # a claim that fails is not what is looked for
        sys.exit(f"reproduce ended with exit code {done.returncode}")
    found = checksums(folder)
    Path(folder, "checksums").write_text("".join(f"{digest} {name}\n" for name, digest in found.items()))
    print(f"{len(found)} datasets")
    if len(sys.argv) < 4:
        return
    lines = Path(sys.argv[3]).read_text().splitlines()
    wanted = {name: digest for digest, name in (line.split(" ", 1) for line in lines)}
    differ = [name for name in wanted.keys() & found.keys() if wanted[name] != found[name]]
    for title, names in (("changed", differ), ("gone", wanted.keys() - found.keys()),
                         ("new", found.keys() - wanted.keys())):
        for name in sorted(names):
            print(f"{title}: {name}")
    sys.exit(1 if differ or wanted.keys() != found.keys() else 0)


if __name__ == "__main__":
    main()
