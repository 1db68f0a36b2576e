#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Functions of two times as heat maps and curves, and quantiles: theory and simulation share one picture."""

import filecmp
import unittest

import h5py
import numpy as np

from in_folder import InFolder, legend_labels  # before the package: it says where that is
from hidyn_plots import choose, compose, read
from hidyn_plots.components import two_time_symbol
from hidyn_plots.reading import Observable
from synthetic_results import ResultsFile, time_grid, write_two_time


class TwoTimes(InFolder):
    def two_time(self, observables, **parameters):
        write_two_time(self.results, **parameters)
        results = read(self.results)
        return compose(results, choose(results, observables))

    @staticmethod
    def said(axes):
        return [text.get_text() for text in axes.texts]

    @staticmethod
    def shown(mesh):
        """The colours' values [t, s]; those outside the clip path are not drawn."""
        return mesh.get_array().reshape(mesh.get_coordinates().shape[0] - 1, -1).T

    def test_not_chosen_unasked_but_drawn_when_nothing_else_is_there(self):
        write_two_time(self.results, sizes=(100,))
        self.assertEqual(choose(read(self.results)).order, ["train_loss"])
        with h5py.File(self.results, "r+") as file:
            for route in file["routes"].values():
                del route["train_loss"]
        self.assertEqual(choose(read(self.results)).order, ["C"])

    def test_theory_above_and_the_largest_simulation_below_the_diagonal(self):
        axes, = self.two_time(["C"]).axes
        self.assertEqual(self.said(axes), ["theory", "simulation, $d = 3200$"])
        theory, simulation = axes.collections
        with h5py.File(self.results) as file:
            np.testing.assert_allclose(self.shown(theory), file["routes/dmft/C"][:, :, 0, 0])
            np.testing.assert_allclose(self.shown(simulation), file["routes/sim-d3200/C"][()].mean(0)[:, :, 0, 0])
        inside = [mesh.get_clip_path().get_fully_transformed_path() for mesh in (theory, simulation)]
        above, below = axes.transData.transform([(1.0, 3.0), (3.0, 1.0)])
        self.assertEqual([path.contains_point(above) for path in inside], [True, False])
        self.assertEqual([path.contains_point(below) for path in inside], [False, True])
        self.assertEqual((axes.get_xlabel(), axes.get_ylabel()), ("time $t$", "time $s$"))
        self.assertEqual(theory.get_clim(), simulation.get_clim())
        self.assertEqual(theory.cmap.name, "viridis")

    def test_a_kernel_of_the_theory_fills_the_past_only(self):
        axes, = self.two_time(["response_kernel"]).axes
        mesh, = axes.collections
        path = mesh.get_clip_path().get_fully_transformed_path()
        self.assertFalse(path.contains_point(axes.transData.transform((1.0, 3.0))))
        self.assertEqual(mesh.cmap.name, "RdBu_r")
        self.assertEqual(-mesh.get_clim()[0], mesh.get_clim()[1])
        self.assertEqual(self.said(axes), [])

    def test_every_entry_of_a_small_matrix_and_the_diagonal_of_a_large_one(self):
        for units, panels in ((2, 4), (3, 9), (4, 5)):
            with self.subTest(units):
                figure = self.two_time(["C"], units=units, sizes=(50,), points=9, replicas=3)
                self.assertEqual(len(figure.axes), panels)

    def test_a_cross_correlation_is_mirrored_to_the_half_with_the_later_first_time(self):
        figure = self.two_time(["C"], units=2, sizes=(50,))
        theory = self.shown(figure.axes[1].collections[0])
        np.testing.assert_allclose(theory, theory.T)
        with h5py.File(self.results) as file:
            np.testing.assert_allclose(np.tril(theory), np.tril(file["routes/dmft/C"][:, :, 0, 1]))

    def test_a_panel_for_every_variant(self):
        figure = self.two_time(["C", "response_kernel"], variants=("slow", "fast"), sizes=(50,))
        self.assertEqual([axes.get_title() for axes in figure.axes], [r"$\eta = 1$", r"$\eta = 2$"] * 2)

    def test_beside_curves_on_a_log_grid(self):
        figure = self.two_time(["train_loss", "C"], sizes=(50,), spacing="log", end=100.0)
        curves, picture = figure.axes
        self.assertEqual([picture.get_xscale(), picture.get_yscale()], ["log", "log"])
        self.assertEqual(picture.get_xlim(), picture.get_ylim())
        self.assertIn("simulation, $d = 50$", legend_labels(figure))
        self.assertEqual(legend_labels(self.two_time(["C"], sizes=(50,))), [])

    def test_a_response_at_few_source_times_is_curves(self):
        axes, = self.two_time(["response"], sizes=(50,), sources=(0.0, 1.0, 2.0)).axes
        self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["$s = 0$", "$s = 1$", "$s = 2$"])
        self.assertEqual(len([line for line in axes.lines if line.get_linestyle() == "-"]), 3)
        self.assertEqual(axes.get_ylabel(), "response $R(t, s)$")
        begins = [line.get_xdata()[np.isfinite(line.get_ydata())][0] for line in axes.lines
                  if line.get_linestyle() == "-"]
        np.testing.assert_allclose(begins, [0.0, 1.0, 2.0])

    def test_a_response_at_many_source_times_is_a_picture(self):
        axes, = self.two_time(["response"], sizes=(50,), sources=(0.0, 1.0, 2.0, 3.0)).axes
        self.assertEqual(len(axes.collections), 1)

    def test_a_coarser_second_time_makes_a_square_of_its_own_grid(self):
        time = time_grid(10, 51)
        coarse = time[::5]
        C = np.exp(-np.abs(time[:, None] - coarse))
        with ResultsFile(self.results, time) as file:
            for group in (file.route("dmft", "dmft", "dmft"),
                          file.route("sim-d9", "simulation", "sim", d=9, replicas=2)):
                values = np.stack([C, C]) if group.attrs["replicas"] else C
                file.observable(group, "C", values, "C", "autocorrelation", ("time_2",), axes={"time_2": coarse})
        results = read(self.results)
        axes, = compose(results, choose(results, ["C"])).axes
        self.assertEqual([self.shown(mesh).shape for mesh in axes.collections], [(11, 11)] * 2)

    def test_a_route_alone_has_the_whole_square(self):
        axes, = self.two_time(["C"], sizes=()).axes
        self.assertEqual((len(axes.collections), self.said(axes)), (1, ["theory"]))

    def test_the_same_picture_gives_the_same_bytes(self):
        write_two_time(self.results, sizes=(50,), replicas=3, points=21)
        for suffix in (".png", ".pdf", ".svg"):
            pair = [self.path(name + suffix) for name in ("first", "second")]
            for out in pair:
                self.assertEqual(self.run_script(self.results, "-o", out, "--observables", "C"), (0, ""))
            self.assertTrue(filecmp.cmp(*pair, shallow=False), suffix)

    def test_words_for_entries(self):
        def named(symbol, units):
            return Observable("C", "", symbol, ("time_2", "student", "student_2"), (5, units, units),
                              roles=("time", "index", "index"))
        for symbol, units, expected in (("C", 1, "C(t, s)"), ("C_{ij}(t,s)", 1, "C(t, s)"), ("C_w", 1, "C_w(t, s)"),
                                        ("C_{ij}", 2, "C_{12}(t, s)"), ("C_w", 2, "C_{w,12}(t, s)")):
            self.assertEqual(two_time_symbol(named(symbol, units), (0, 1)), expected)


class Quantiles(InFolder):
    def test_early_and_late_points_lie_on_the_theory(self):
        time, levels = np.array([0.0, 1.0, 2.0]), np.array([-1.0, 0.0, 1.0])
        with ResultsFile(self.results, time) as file:
            axes, roles = {"normal_quantile": levels}, {"normal_quantile": "profile"}
            theory = file.route("se", "state-evolution", "se")
            file.observable(theory, "debiased_quantiles", np.tile(levels, (3, 1)), "F", "quantiles",
                            ("normal_quantile",), axes=axes, roles=roles)
            simulation = file.route("sim-d50", "simulation", "sim", d=50, replicas=2)
            values = np.tile(levels, (2, 3, 1)) + np.array([-0.1, 0.1])[:, None, None]
            values[:, 0] = np.nan  # not known at the start
            file.observable(simulation, "debiased_quantiles", values, "F", "quantiles", ("normal_quantile",), axes=axes,
                            roles=roles)
        results = read(self.results)
        axes, = compose(results, choose(results, ["debiased_quantiles"])).axes
        self.assertEqual(axes.get_xlabel(), "normal quantile")
        self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["$t = 1$", "$t = 2$"])
        for container in axes.containers:
            np.testing.assert_allclose(container.lines[0].get_ydata(), levels, atol=1e-12)
        np.testing.assert_allclose(axes.lines[0].get_ydata(), levels)


if __name__ == "__main__":
    unittest.main()
