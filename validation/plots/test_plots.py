#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The figures behind `hidyn plot`: exit codes and sentences, files complete or absent, and what is on the axes."""

import filecmp
import os
import unittest

import h5py
import numpy as np

from in_folder import InFolder, crosses, legend_labels  # before the package: it says where that is
from hidyn_plots import averages, choose, compose, read, scales, words
from hidyn_plots.components import components
from hidyn_plots.reading import Observable
from synthetic_results import ResultsFile, time_grid, write_committee, write_two_time

EG_ONLY = '[figure]\nobservables = ["generalization_error"]\n'


class Files(InFolder):
    def test_every_format_is_written_and_nothing_else(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        for suffix, start in ((".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")):
            with self.subTest(suffix):
                out = self.path("figure" + suffix)
                self.assertEqual(self.run_script(self.results, "-o", out), (0, ""))
                with open(out, "rb") as file:
                    self.assertEqual(file.read(len(start)), start)
        self.assertEqual(sorted(os.listdir(self.folder)), ["figure.pdf", "figure.png", "figure.svg", "results.h5"])

    def test_the_same_results_give_the_same_bytes(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        for suffix in (".png", ".pdf", ".svg"):
            pair = [self.path(name + suffix) for name in ("first", "second")]
            for out in pair:
                self.run_script(self.results, "-o", out)
            self.assertTrue(filecmp.cmp(*pair, shallow=False), suffix)

    def test_a_failed_figure_leaves_the_old_one_alone(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        out = self.path("figure.png")
        with open(out, "w") as file:
            file.write("old")
        self.assertEqual(self.run_script(self.results, "-o", out, "--observables", "nothing")[0], 2)
        with open(out) as file:
            self.assertEqual(file.read(), "old")


class BadInput(InFolder):
    def refused(self, *arguments, says):
        code, sentence = self.run_script(*arguments)
        self.assertEqual(code, 2, sentence)
        self.assertEqual(sentence.count("\n"), 1, sentence)
        for part in says:
            self.assertIn(part, sentence)
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".png")], [])

    def test_missing_file(self):
        self.refused(self.path("no.h5"), "-o", self.path("a.png"), says=["no file", "no.h5"])

    def test_a_folder(self):
        self.refused(self.folder, "-o", self.path("a.png"), says=["cannot be read"])

    def test_not_hdf5(self):
        with open(self.results, "w") as file:
            file.write("time,error\n0,1\n")
        self.refused(self.results, "-o", self.path("a.png"), says=["not an HDF5 file"])

    def test_truncated_file(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        os.truncate(self.results, os.path.getsize(self.results) // 2)
        self.refused(self.results, "-o", self.path("a.png"), says=["damaged"])

    def test_hdf5_of_something_else(self):
        with h5py.File(self.results, "w") as file:
            file["temperature"] = [1.0]
        self.refused(self.results, "-o", self.path("a.png"), says=["not a hidyn results file"])

    def test_unknown_observable_lists_those_there_are(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        self.refused(self.results, "-o", self.path("a.png"), "--observables", "R,S",
                     says=["'S'", "generalization_error", "Q, R"])

    def test_output_suffix(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        self.refused(self.results, "-o", self.path("a.jpg"), says=[".png, .pdf, .svg, .html or .json"])

    def test_output_folder_does_not_exist(self):
        write_committee(self.results, sizes=(100,), replicas=4)
        self.refused(self.results, "-o", self.path("none/a.png"), says=["cannot be written", "no folder"])

    def test_figure_table(self):
        for table, says in (('x_scale = "cubic"', ["x_scale", "cubic", '"log"']),
                            ("window = [300, 200]", ["window"]),
                            ("window = [400, 500]", ["no time"]),
                            ('against = "algorithm.kind"', ["algorithm.kind", "no value"]),
                            ('observables = ["S"]', ["'S'"])):
            with self.subTest(table):
                write_committee(self.results, sizes=(100,), replicas=4, learning_rates=[1.0, 2.0],
                                figure=f"[figure]\n{table}\n")
                self.refused(self.results, "-o", self.path("a.png"), says=says)

    def test_against_without_variants(self):
        write_committee(self.results, sizes=(100,), replicas=4, figure=AgainstAKey.TABLE)
        self.refused(self.results, "-o", self.path("a.png"), says=["[variants]"])


class AgainstTime(InFolder):
    def test_three_sizes(self):
        figure = self.figure(units=2)
        error, residual, R, Q = sorted(figure.axes, key=lambda axes: (axes.get_position().x0, -axes.get_position().y0))
        for axes, entries in ((error, 1), (R, 4), (Q, 3)):  # Q only for i <= j
            self.assertEqual(len(axes.containers), 3 * entries)  # points with error bars
            lines = [line for line in axes.lines if line.get_linestyle() == "-"]
            self.assertEqual(len(lines), entries)
            for container in axes.containers:
                self.assertLessEqual(len(container.lines[0].get_xdata()), 25)
        self.assertEqual(len(error.collections) - 3, 3)  # one curve: a band for every d
        self.assertEqual(len(R.collections) - 12, 4)  # many: for the smallest d
        self.assertEqual(len([line for line in residual.lines if line.get_marker() != "None"]), 3)
        self.assertEqual([text.get_text() for text in Q.get_legend().get_texts()],
                         ["$Q_{11}$", "$Q_{12}$", "$Q_{22}$"])
        self.assertIn("simulation, $d = 100$", legend_labels(figure))
        self.assertEqual(residual.get_xlabel(), r"$t = \mathrm{steps}/d$")

    def test_a_single_time_has_levels_for_theories_and_simulations_side_by_side(self):
        error, residual = self.figure(["generalization_error"], units=1, points=1).axes
        low, high = error.get_xlim()
        levels = [line for line in error.lines if line.get_linestyle() == "-"]
        self.assertEqual([list(line.get_xdata()) for line in levels], [[low, high]])
        self.assertEqual(len(set(levels[0].get_ydata())), 1)
        places = [float(container.lines[0].get_xdata()[0]) for container in error.containers]
        self.assertEqual(len(places), 3)
        self.assertTrue(low < places[0] < places[1] < places[2] < high)
        self.assertEqual([line.get_xdata()[0] for line in residual.lines if line.get_marker() != "None"], places)
        self.assertEqual(list(error.get_xticks()), [0.0])

    def test_rich_matrices_are_coloured_by_family(self):
        figure = self.figure(["R", "Q"], units=3)
        R, Q = figure.axes
        self.assertEqual(len([line for line in R.lines if line.get_linestyle() == "-"]), 9)
        self.assertEqual([len(axes.get_legend().get_texts()) for axes in (R, Q)], [2, 2])
        self.assertEqual(len({line.get_color() for line in R.lines if line.get_linestyle() == "-"}), 2)

    def test_scales_are_judged_from_the_data(self):
        linear = self.figure(["generalization_error"], sizes=(100,)).axes[0]
        self.assertEqual((linear.get_xscale(), linear.get_yscale()), ("linear", "linear"))
        decades = self.figure(["generalization_error"], sizes=(100,), learning_rates=[0.3, 1.5], spacing="log",
                              end=1000.0).axes[0]
        self.assertEqual((decades.get_xscale(), decades.get_yscale()), ("log", "log"))

    def test_scales_as_asked(self):
        axes = self.figure(sizes=(100,), figure=EG_ONLY + 'x_scale = "log"\ny_scale = "log"\n').axes[0]
        self.assertEqual((axes.get_xscale(), axes.get_yscale()), ("log", "log"))

    def test_variants_are_named_by_what_they_vary(self):
        labels = legend_labels(self.figure(sizes=(100,), learning_rates=[0.3, 1.5], figure=EG_ONLY))
        self.assertEqual(labels[:2], [r"$\eta = 0.3$", r"$\eta = 1.5$"])

    def test_a_diverged_route_is_crossed_where_it_was_lost_and_spoils_no_limits(self):
        figure = self.figure(sizes=(100,), learning_rates=[0.3, 3.0], diverging=(3.0,), figure=EG_ONLY)
        axes, = figure.axes
        cross, = crosses(axes)
        self.assertAlmostEqual(cross.get_xdata()[0], 120.0)
        self.assertIn("diverged", legend_labels(figure))
        self.assertLess(axes.get_ylim()[1], 1.0)

    def test_a_theory_for_every_start_is_one_line(self):
        axes = self.figure(["R"], sizes=(100,), own_starts=True).axes[0]
        self.assertEqual(len([line for line in axes.lines if line.get_linestyle() == "-"]), 4)

    def test_linear_noise_beside_its_theory_adds_the_band_only(self):
        time = time_grid(10, 51)
        with ResultsFile(self.results, time) as file:
            def add(route, values, variance=None):
                file.observable(route, "generalization_error", values, r"\epsilon_g", "error", (), variance)
            add(file.route("ode", "ode", "ode"), np.exp(-time))
            add(file.route("noise", "linear-noise", "noise"), np.exp(-time), time)
            add(file.route("sgd-d50", "simulation", "sgd", d=50, replicas=5), np.exp(-time) + np.zeros((5, 51)))
        results = read(self.results)
        axes, = compose(results, choose(results)).axes
        self.assertEqual(len([line for line in axes.lines if line.get_linestyle() == "-"]), 1)
        self.assertEqual(len(axes.collections) - 1, 1)


    def test_what_theory_and_simulation_share_is_drawn_first(self):
        time = time_grid(10, 51)
        with ResultsFile(self.results, time) as file:
            sgd = file.route("sgd-d50", "simulation", "sgd", d=50, replicas=5)
            for name in ("generalization_error", "Q", "escaped"):
                file.observable(sgd, name, np.exp(-time) + np.zeros((5, 51)), "x", name)
            escape = file.route("escape", "escape", "escape")
            file.observable(escape, "escaped", np.exp(-time), "x", "escaped")
            file.observable(escape, "Q", np.full(51, np.nan), "x", "Q")
        results = read(self.results)
        self.assertEqual(choose(results).order, ["escaped"])
        self.assertEqual(choose(results, ["Q"]).order, ["Q"])


class Distances(InFolder):
    def test_rounding_and_errors_that_include_zero_do_not_fill_a_logarithmic_panel(self):
        time = time_grid(10, 51)
        values = np.random.default_rng(7).standard_normal((8, 51)) * 0.01 * np.sign(time)
        with ResultsFile(self.results, time, experiment='[figure]\nminus = "ode"\n') as file:
            file.observable(file.route("ode", "ode", "ode"), "generalization_error", np.exp(-time), "e", "error")
            file.observable(file.route("sgd-d50", "simulation", "sgd", d=50, replicas=8), "generalization_error",
                            np.exp(-time) + values + 1e-17, "e", "error")
        results = read(self.results)
        axes, = compose(results, choose(results)).axes
        self.assertEqual(axes.get_yscale(), "log")
        self.assertGreater(axes.get_ylim()[0], 1e-7)
        np.testing.assert_array_equal(scales.reach(np.array([1.0, 0.1]), np.array([0.5, 0.2]), True),
                                      [[0.5, 0.0], [0.5, 0.2]])
        np.testing.assert_array_equal(scales.reach(np.array([1.0, 0.1]), np.array([0.5, np.nan]), False),
                                      [[0.5, 0.0], [0.5, 0.0]])

    def test_minus_a_route_draws_absolute_differences(self):
        write_two_time(self.results, sizes=(50,), figure='[figure]\nminus = "dmft"\ny_scale = "linear"\n')
        results = read(self.results)
        axes, = compose(results, choose(results)).axes
        self.assertEqual(axes.get_ylabel(), r"$|\epsilon_t - \epsilon_t^{\mathrm{dmft}}|$")
        points = axes.containers[0].lines[0]
        with h5py.File(self.results) as file:
            expected = np.abs(file["routes/sim-d50/train_loss"][()].mean(0) - file["routes/dmft/train_loss"][()])
        place = np.searchsorted(results.time, points.get_xdata())
        np.testing.assert_allclose(points.get_ydata(), expected[place])
        self.assertEqual([line for line in axes.lines if line.get_linestyle() == "-"], [])

    def test_minus_in_a_parameter_panel(self):
        figure = self.figure(sizes=(100,), learning_rates=[1.0, 3.0], figure='[figure]\nminus = "sgd"\n'
                             'against = "algorithm.learning_rate"\nobservables = ["generalization_error"]\n')
        line, = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
        with h5py.File(self.results) as file:
            route = file["routes/rate_1.ode/generalization_error"][-1]
            other = file["routes/rate_1.sgd-d100/generalization_error"][:, -1].mean()
        self.assertAlmostEqual(line.get_ydata()[1], abs(route - other))

    def test_what_cannot_be_subtracted(self):
        for observables, minus, says in ((["C"], "dmft", "curves only"), (["train_loss"], "ode", "not a route")):
            write_two_time(self.results, sizes=(50,), figure=f'[figure]\nminus = "{minus}"\n')
            with self.assertRaisesRegex(Exception, says):
                choose(read(self.results), observables)

    def test_convergence(self):
        figure = self.figure(["generalization_error"], figure="[figure]\nconvergence = true\n", band=False)
        panel = figure.axes[-1]
        self.assertEqual((panel.get_xscale(), panel.get_yscale(), panel.get_xlabel()), ("log", "log", "$d$"))
        labels = [text.get_text() for text in panel.get_legend().get_texts()]
        self.assertEqual(labels[-2:], ["all together", r"$\propto d^{-1/2}$"])
        d, together = panel.containers[-1].lines[0].get_data()
        np.testing.assert_array_equal(d, [100, 400, 1600])
        slope = np.polyfit(np.log(d), np.log(together), 1)[0]
        self.assertLess(abs(slope + 0.5), 0.15)

    def test_convergence_with_variants_has_a_line_for_each(self):
        figure = self.figure(["generalization_error"], sizes=(100, 400), learning_rates=[0.3, 1.5],
                             figure="[figure]\nconvergence = true\n")
        labels = [text.get_text() for text in figure.axes[-1].get_legend().get_texts()]
        self.assertEqual(labels, [r"$\eta = 0.3$", r"$\eta = 1.5$", r"$\propto d^{-1/2}$"])

    def test_convergence_of_one_size_is_refused(self):
        write_committee(self.results, sizes=(100,), replicas=4, figure="[figure]\nconvergence = true\n")
        self.assertEqual(self.run_script(self.results, "-o", self.path("a.png"))[0], 2)

    def test_the_numerical_error_of_a_theory_is_a_band_where_it_is_wider_than_the_line(self):
        for error, visible in ((1e-6, False), (0.05, True)):
            write_two_time(self.results, sizes=(50,), error=error)
            results = read(self.results)
            figure = compose(results, choose(results))
            self.assertEqual(r"theory $\pm$ its numerical error" in legend_labels(figure), visible)


class AgainstAKey(InFolder):
    TABLE = '[figure]\nagainst = "algorithm.learning_rate"\nobservables = ["generalization_error", "R"]\n'

    def test_last_values(self):
        figure = self.figure(sizes=(100, 400), learning_rates=[3.0, 0.3, 1.0], figure=self.TABLE)
        error, R = figure.axes
        self.assertEqual(len(error.containers), 2)
        theory = next(line for line in error.lines if line.get_linestyle() == "-")
        np.testing.assert_allclose(theory.get_xdata(), [0.3, 1.0, 3.0])
        with h5py.File(self.results) as file:
            np.testing.assert_allclose(theory.get_ydata()[2], file["routes/rate_0.ode/generalization_error"][-1])
        self.assertEqual(error.get_xlabel(), r"learning rate $\eta$")
        self.assertEqual(error.get_xscale(), "log")
        self.assertEqual(len(R.containers), 8)

    def test_a_window_averages_each_replica_first(self):
        figure = self.figure(sizes=(100,), learning_rates=[1.0, 3.0], figure=self.TABLE + "window = [200, 300]\n")
        points = figure.axes[0].containers[0].lines[0]
        with h5py.File(self.results) as file:
            expected = file["routes/rate_0.sgd-d100/generalization_error"][:, 200:].mean()
        self.assertAlmostEqual(points.get_ydata()[0], expected)

    def test_shares_of_runs_have_binomial_errors_also_where_no_run_succeeds(self):
        write_committee(self.results, sizes=(100,), replicas=4, learning_rates=[1.0, 3.0],
                        figure='[figure]\nagainst = "algorithm.learning_rate"\n'
                               'observables = ["generalization_error"]\n')
        with h5py.File(self.results, "r+") as file:
            for variant, runs in (("rate_0", [0, 0, 0, 0]), ("rate_1", [1, 0, 1, 0])):
                values = file[f"routes/{variant}.sgd-d100/generalization_error"]
                values[:, -1] = runs
        results = read(self.results)
        bars = compose(results, choose(results)).axes[0].containers[0].lines[2][0].get_segments()
        # Wilson's interval of one standard error, with n = 4: [0, 1 / (n + 1)] and 1/2 -+ 1 / (2 sqrt(n + 1)).
        np.testing.assert_allclose([bar[:, 1] for bar in bars], [[0, 1 / 5], [0.5 - 0.5 / 5**0.5, 0.5 + 0.5 / 5**0.5]],
                                   atol=1e-12)

    def test_diverged_variants_are_crossed(self):
        figure = self.figure(sizes=(100,), learning_rates=[1.0, 3.0], diverging=(3.0,), figure=self.TABLE)
        cross, = crosses(figure.axes[0])
        np.testing.assert_allclose(cross.get_xdata(), [3.0])


class Tolerance(InFolder):
    def test_bare_file(self):
        with h5py.File(self.results, "w") as file:
            file["time"] = np.linspace(0, 5, 20)
            file["routes/ode/Q"] = np.ones((20, 2, 2))
            file["routes/ode"].attrs["kind"] = "ode"
            file["routes/sim-d10/Q"] = np.ones((3, 20, 2, 2))
            file["routes/sim-d10"].attrs["kind"] = "simulation"
        self.assertEqual(self.run_script(self.results, "-o", self.path("a.png")), (0, ""))

    def test_only_nan(self):
        time = time_grid(10, 11)
        with ResultsFile(self.results, time, title="50$ and a \\stray") as file:
            group = file.route("sgd-d5", "simulation", "sgd", d=5, replicas=2, status="diverged", diverged_at=0.0)
            file.observable(group, "generalization_error", np.full((2, 11), np.nan), r"\unknowncommand{x}", "error")
        self.assertEqual(self.run_script(self.results, "-o", self.path("a.png")), (0, ""))

    def test_one_replica_has_no_error_bar_but_is_drawn(self):
        axes = self.figure(["generalization_error"], sizes=(100,), replicas=1).axes[0]
        self.assertTrue(np.isfinite(axes.containers[0].lines[0].get_ydata()).all())


class Parts(unittest.TestCase):
    def test_mean_leaves_out_lost_replicas(self):
        mean, error = averages.mean_and_error(np.array([[1.0, 1.0], [3.0, np.nan], [np.nan, np.nan]]))
        np.testing.assert_allclose(mean, [2.0, 1.0])
        np.testing.assert_allclose(error, [1.0, np.nan])

    def test_deviation_is_paired_when_every_replica_has_its_own_theory(self):
        starts = np.array([[0.0], [10.0], [20.0]])
        z = averages.deviation_in_errors(starts + [[1.0], [2.0], [3.0]], starts)
        np.testing.assert_allclose(z, 2.0 / (1.0 / np.sqrt(3)))

    def test_deviation_without_spread_is_no_number(self):
        self.assertTrue(np.isnan(averages.deviation_in_errors(np.ones((4, 1)), np.ones((1, 1)))).all())

    def test_thinning_is_even_on_the_axis_and_reaches_its_end(self):
        time = np.concatenate([[0.0], np.geomspace(0.01, 100, 400)])
        chosen = scales.thin(time, 9, log=True)
        np.testing.assert_allclose(np.diff(np.log(time[chosen])), np.log(1e4) / 8, rtol=0.05)
        self.assertEqual(chosen[-1], 400)
        turns = [set(scales.thin(time, 9, True, turn, 3)) for turn in range(3)]
        self.assertFalse(turns[0] & turns[1] | turns[1] & turns[2])

    def test_logarithmic_grids(self):
        self.assertTrue(scales.is_logarithmic_grid(np.geomspace(0.1, 100, 30)))
        self.assertFalse(scales.is_logarithmic_grid(np.linspace(0, 100, 30)))
        self.assertFalse(scales.is_logarithmic_grid(np.array([0.0, 1.0])))

    def test_a_matrix_of_two_different_things_is_not_symmetric(self):
        ones = [np.ones((5, 2, 2))]
        self.assertEqual(len(components(Observable("R", "", "R_{im}", ("student", "teacher"), (2, 2)), ones)), 4)
        self.assertEqual(len(components(Observable("Q", "", "Q_{ij}", ("student", "student_2"), (2, 2)), ones)), 3)

    def test_words(self):
        self.assertEqual(words.time_axis("steps / d"), r"$t = \mathrm{steps}/d$")
        self.assertEqual(words.time_axis("iterations"), "$t$ (iterations)")
        self.assertEqual(words.number(2e-5), r"2 \times 10^{-5}")
        self.assertEqual(words.value_axis(Observable("tau", "response", r"\tau", (), ())), r"response $\tau$")
        self.assertEqual(words.value_axis(Observable("coverage", "coverage of intervals", r"\mathrm{coverage}", (), ())),
                         "coverage of intervals")


if __name__ == "__main__":
    unittest.main()
