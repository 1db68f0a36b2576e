#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who includes whom: the rules of the house, read from the #include lines.

    test_layers.py ROOT
"""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)

# What each room of src may include of the others, from the foundation up.
ROOMS = {
    "random": {"core"},
    "core": {"random"},
    "math": {"core", "random"},
    "statistics": {"core", "math"},
    "results": {"core"},
    "claims": {"core", "results", "statistics"},
    "experiment": {"claims", "core"},
    "run": {"claims", "core", "experiment", "results", "statistics"},
    "cli": {"claims", "core", "experiment", "math", "results", "run", "statistics"},
}
# Each of these libraries is known to one room.
LIBRARIES = {
    r"hdf5(_hl)?\.h": "src/results",
    r"toml\+\+/.*": "src/experiment",
    r"boost/numeric/odeint.*": "src/math",
    r"boost/spirit/.*": "src/math",
    r"spdlog/.*": "src/cli",
    r"CLI/.*": "src/cli",
    r"nlohmann/.*": "src/cli",
    r"mpi\.h": "src/run",
}
# Files that stand above the rooms: they know every problem.
REGISTRY = {"src/registry.cpp"}
# The inference from a user's own data is a command, and a part of a problem.
COMMANDS_OF_PROBLEMS = {"src/cli/infer.cpp": {"models/generalized_linear/inference/inference.hpp"}}

mistakes = []


def complain(path, what):
    mistakes.append(f"{path}: {what}")


def included(path):
    return INCLUDE.findall((ROOT / path).read_text())


def sources(*folders):
    return sorted(path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*")
                  if path.suffix in (".cpp", ".hpp"))


def exists(name):
    return any((ROOT / base / name).is_file() for base in ("", "src"))


def check_library(path, name):
    for pattern, room in LIBRARIES.items():
        if re.fullmatch(pattern, name) and not path.startswith(room + "/"):
            complain(path, f"includes <{name}>, which {room} alone may")


def check_src(path, name):
    room = path.split("/")[1] if path.count("/") > 1 else ""
    target = name.split("/")[0]
    if path in REGISTRY or name in COMMANDS_OF_PROBLEMS.get(path, ()):
        return
    if target in ("models", "solvers"):
        complain(path, f"includes {name}: the engine room knows no problem")
    elif room and target in ROOMS and target != room and target not in ROOMS[room]:
        complain(path, f"includes {name}: {room} may include {', '.join(sorted(ROOMS[room]))}")


def check_models(path, name):
    if name.startswith("solvers/"):
        complain(path, f"includes {name}: a model knows no theory")
    if name.split("/")[0] in ("experiment", "results", "run", "statistics", "cli"):
        complain(path, f"includes {name}: a model knows core, math and random alone")


def check_solvers(path, name):
    folders = name.split("/")
    if folders[0] == "models" and len(folders) > 3:
        complain(path, f"includes {name}: of a model a theory may see its definition, in the front of its folder")
    if folders[0] == "models" and folders[-1] in ("declaration.hpp", "simulation.hpp"):
        complain(path, f"includes {name}: a theory calls no simulator and no declaration")
    if folders[0] == "solvers" and folders[1] not in (path.split("/")[1], "equations"):
        complain(path, f"includes {name}: of other theories' folders only solvers/equations")
    if folders[0] in ("experiment", "results", "run", "statistics", "cli"):
        complain(path, f"includes {name}: a solver knows core, math and random alone")


def check_problem_names():
    """A problem is named in its own folder, and where all are listed."""
    kinds = set(re.findall(r'^\s*\.name = "([a-z]+(?:-[a-z]+)*)",\s*\.summary', "\n".join(
        (ROOT / path).read_text() for path in sources("models") if "declaration" in path), re.MULTILINE))
    for path in sources("src"):
        if path in REGISTRY:
            continue
        text = (ROOT / path).read_text()
        for kind in kinds - {"simulation"}:
            if f'kind == "{kind}"' in text or f'problem_kind == "{kind}"' in text:
                complain(path, f'names the problem "{kind}"')
    for folder in sorted(path.name for path in (ROOT / "models").iterdir() if path.is_dir()):
        for path in sources("src"):
            if path not in REGISTRY and path not in COMMANDS_OF_PROBLEMS and re.search(
                    rf"\b(namespace {folder}|{folder}::)", (ROOT / path).read_text()):
                complain(path, f"names the problem {folder}")


def check_own_header_first(path):
    """So that a build without precompiled headers shows that each header stands alone."""
    own = Path(path).with_suffix(".hpp")
    names = [name for _, name in included(path)]
    if (ROOT / own).is_file() and names and names[0] not in (own.as_posix(), own.as_posix().removeprefix("src/")):
        complain(path, "does not include its own header first")


def main():
    files = sources("src", "models", "solvers")
    for path in files:
        for bracket, name in included(path):
            if bracket == "<":
                check_library(path, name)
                continue
            if not exists(name):
                complain(path, f"includes {name}, which does not exist")
            {"src": check_src, "models": check_models, "solvers": check_solvers}[path.split("/")[0]](path, name)
        if path.endswith(".cpp"):
            check_own_header_first(path)
    check_problem_names()
    print(f"{len(files)} files of src, models and solvers")
    for mistake in mistakes:
        print(mistake)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
