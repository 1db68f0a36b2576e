# SPDX-License-Identifier: MIT
"""What cmake --install leaves: a program that runs away from its source, and a library for find_package(hidyn)."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.environ["HIDYN_BUILD"]
HERE = os.path.dirname(os.path.abspath(__file__))

EXPERIMENT = """\
[problem]
kind = "committee"
students = 1
teachers = 1
activation = "erf"

[algorithm]
kind = "online-sgd"
learning_rate = 0.5

[initial]
Q = [[0.5]]
R = [[0.1]]

[time]
end = 1.0
points = 5

[routes.sgd]
kind = "simulation"
d = [50, 100]
replicas = 8

[routes.ode]
kind = "ode"
"""


def done(words, **options):
    """What the command prints; its complaint, should it fail, is the test's."""
    result = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {result.stdout}{result.stderr}")
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="hidyn-install-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = os.path.join(cls.folder, "prefix")
        done(["cmake", "--install", BUILD, "--prefix", cls.prefix])
        with open(os.path.join(cls.folder, "question.toml"), "w", encoding="utf-8") as file:
            file.write(EXPERIMENT)

    def test_a_consumer_finds_the_library_builds_and_hears_the_verdict(self):
        build = os.path.join(self.folder, "build")
        done(["cmake", "-S", os.path.join(HERE, "consumer"), "-B", build, "-G", "Ninja",
              f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_BUILD_TYPE=Release"])
        done(["cmake", "--build", build])
        heard = done([os.path.join(build, "consumer"), "question.toml"], cwd=self.folder)
        program = done([os.path.join(self.prefix, "bin", "hidyn"), "run", "question.toml", "--quiet"], cwd=self.folder)
        self.assertIn("sgd", heard)
        self.assertIn(heard.strip(), program)

    def test_no_file_of_the_package_points_into_the_source(self):
        source = os.path.abspath(os.path.join(HERE, "..", ".."))
        for folder, _, files in os.walk(os.path.join(self.prefix, "lib")):
            for name in files:
                if not name.endswith(".cmake"):
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.assertNotIn(source, file.read(), name)

    def test_the_installed_program_brings_its_papers_and_its_figures(self):
        program = os.path.join(self.prefix, "bin", "hidyn")
        self.assertIn("saad-solla-1995", done([program, "list", "papers"]))
        done([program, "run", "question.toml", "-o", "question.h5", "--quiet"], cwd=self.folder)
        done([program, "plot", "question.h5"], cwd=self.folder)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "question.png")))

    def test_the_manual_and_the_man_page_are_there_and_can_be_written_anew(self):
        with open(os.path.join(self.prefix, "share", "doc", "hidyn", "manual.html"), encoding="utf-8") as file:
            page = file.read()
        program = os.path.join(self.prefix, "bin", "hidyn")
        done([program, "manual", "-o", "manual.html"], cwd=self.folder)
        with open(os.path.join(self.folder, "manual.html"), encoding="utf-8") as file:
            self.assertEqual(file.read(), page)
        for place in ("problem-committee", "problem-sparse-regression", "route-dmft", "paper-saad-solla-1995", "command-run"):
            self.assertIn(f'id="{place}"', page)
        with open(os.path.join(self.prefix, "share", "man", "man1", "hidyn.1"), encoding="utf-8") as file:
            self.assertEqual(file.read(), done([program, "manual", "--man"]))

    def test_licence_and_citation_come_along(self):
        for name in ("LICENSE", "CITATION.cff", "README.md"):
            self.assertTrue(os.path.exists(os.path.join(self.prefix, "share", "hidyn", name)), name)


if __name__ == "__main__":
    sys.exit(unittest.main())
