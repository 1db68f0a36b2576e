# SPDX-License-Identifier: MIT
"""What the tests of figures share: a folder with a results file, the plotting script run in this process."""

import contextlib
import io
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "plots")]

import hidyn_plot  # noqa: E402
from hidyn_plots import choose, compose, read  # noqa: E402
from synthetic_results import write_committee  # noqa: E402


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.results = self.path("results.h5")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_script(self, *arguments):
        """(exit code, what went to stderr)"""
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = hidyn_plot.main(list(arguments))
        return code, said.getvalue()

    def figure(self, observables=None, **parameters):
        write_committee(self.results, **parameters)
        results = read(self.results)
        return compose(results, choose(results, observables))


def legend_labels(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def crosses(axes):
    return [line for line in axes.lines if line.get_marker() == "x"]
