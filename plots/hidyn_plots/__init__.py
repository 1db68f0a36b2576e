# SPDX-License-Identifier: MIT
"""Figures from hidyn results files. `draw` is the whole story; each module holds one part of it.

reading     the HDF5 file -> Results            averages    replicas -> mean and standard error
choosing    Results -> Plan (what to show)      scales      log or linear, limits, thinning
components  the curves inside one observable    encoding    what colour, marker and line style mean
time_panel, parameter_panel, residual_panel     one set of axes each, and so
heat_panel, profile_panel, convergence_panel                   pictures of two times, deviations against d
index, sweep_figure         the index of a batch and its curves or phase diagrams
difference  all routes minus one of them        error_band   a theory's numerical error
figure      panels, legend and title on a page  saving      a figure file is complete or absent
scene, page  the same figure as data, and the page that draws it
"""

from . import index, sweep_figure
from .choosing import choose
from .figure import compose
from .reading import read
from .saving import check_output, save


def draw(results_path, output_paths, observables=None):
    """Draws the results file into each of `output_paths`; raises Problem for anything the user can mend."""
    for path in output_paths:
        check_output(path)  # before any work: a mistyped suffix should not cost a minute
    if index.is_index(results_path):
        figure = sweep_figure.compose(index.read(results_path), observables)
    else:
        results = read(results_path)
        figure = compose(results, choose(results, observables))
    for path in output_paths:
        save(figure, path)
