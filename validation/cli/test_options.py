# SPDX-License-Identifier: MIT
"""What the options, the listings and the less common parts of an experiment file do."""

import json
import subprocess
import unittest

import h5py
import numpy as np

from program import EXPERIMENT, HANGS, InFolder, PROGRAM, VARIANTS

RANDOM = EXPERIMENT.replace("Q = [[0.5, 0.0], [0.0, 0.5]]\nR = [[0.1, 0.0], [0.0, 0.1]]\n",
                            'kind = "random"\nscale = 0.5\nseed = 8\n')


def claim(name, predicted, tolerance=0.0, rest=""):
    return (f'\n[[claims]]\nname = "{name}"\nobservable = "generalization_error"\n{rest}'
            + (f"predicted = {predicted}\ntolerance = {tolerance}\n" if predicted is not None else ""))


class Options(InFolder):
    def test_the_results_file_is_named_after_the_experiment(self):
        self.assertEqual(self.hidyn("run", "experiment.toml").returncode, 0)
        self.assertEqual(self.files(), ["experiment.h5", "experiment.toml"])

    def test_standard_input(self):
        with open(self.path("experiment.toml")) as file:
            text = file.read()
        done = self.hidyn("run", "-", "--quiet", input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("experiment.h5", self.files())
        done = self.hidyn("run", "-", input=text + "\nmisspelt = 1\n")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("misspelt", done.stderr)
        done = self.hidyn("sweep", "-", "--sweep", "algorithm.learning_rate=[0.1,0.2]", "--quiet", input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("experiment", self.files())

    def test_results_go_to_stdout_and_messages_to_stderr(self):
        done = self.run_experiment()
        self.assertIn("sim against ode", done.stdout)
        self.assertEqual(done.stderr, "hidyn: info: wrote results.h5\n")

    def test_quiet_prints_the_verdict_alone(self):
        done = self.run_experiment("--quiet")
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertEqual(done.stderr, "")

    def test_json_is_valid_and_knows_no_nan(self):
        self.write("one.toml", EXPERIMENT.replace("replicas = 4", "replicas = 1").replace("0.5\n", "90.0\n"))
        for arguments in (("run", "one.toml", "-o", "results.h5", "--json"), ("compare", "results.h5", "--json"),
                          ("list", "--json"), ("list", "papers", "--json"), ("describe", "committee", "--json"),
                          ("describe", "time", "--json")):
            with self.subTest(arguments):
                done = self.hidyn(*arguments)
                self.assertEqual(done.returncode, 0, done.stderr)

                def refuse(word):
                    raise AssertionError(word)
                self.assertIsInstance(json.loads(done.stdout, parse_constant=refuse), dict)

    def test_json_holds_the_verdict(self):
        report = json.loads(self.run_experiment("--json").stdout)
        self.assertEqual([route["name"] for route in report["routes"]], ["sim-d50", "sim-d100", "ode"])
        self.assertEqual(report["claims"], [])
        verdict, = report["verdicts"]
        self.assertEqual((verdict["simulation"], verdict["theory"]), ("sim", "ode"))
        self.assertEqual(len(verdict["comparisons"]), 6)
        self.assertEqual(len(verdict["limits"]), 3)

    def test_overrides_are_used_and_recorded(self):
        self.run_experiment("--set", "routes.sim.d=[30,40]", "--set", "problem.activation=relu", "--set", "title=x")
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(list(file["routes"]), ["sim-d30", "sim-d40", "ode"])
            self.assertIn('activation = "relu"', file.attrs["experiment"])
            self.assertIn("--set routes.sim.d=[30,40]", file.attrs["command"])
            self.assertEqual(file.attrs["title"], "x")

    def test_without_overrides_the_text_is_stored_as_it_is(self):
        self.write("commented.toml", "# why\n" + EXPERIMENT)
        self.run_experiment(name="commented.toml")
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(file.attrs["experiment"], "# why\n" + EXPERIMENT)

    def test_version_and_help(self):
        version = self.hidyn("--version")
        self.assertEqual((version.returncode, version.stderr), (0, ""))
        self.assertRegex(version.stdout, r"^hidyn \d+\.\d+\.\d+ \(\S+\)\n$")
        for command in ((), ("run",), ("compare",), ("plot",), ("list",), ("describe",)):
            shown = self.hidyn(*command, "--help")
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            self.assertIn("--help", shown.stdout)

    def test_a_full_disk_behind_stdout_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=HANGS)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1))


class Listings(InFolder):
    def test_what_is_listed_is_described(self):
        for what in ("problems", "routes", "papers"):
            done = self.hidyn("list", what)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith(what + "\n"))
        listed = json.loads(self.hidyn("list", "--json").stdout)
        names = [one["name"] for part in ("problems", "routes") for one in listed[part]]
        names += [one["id"] for one in listed["papers"]]
        names += [name for one in listed["problems"] for name in one["algorithms"]]
        for name in names:
            self.assertEqual(self.hidyn("describe", name).returncode, 0, name)

    def test_every_name_that_the_error_lists_describes_itself(self):
        said = self.hidyn("describe", "nonsense")
        self.assertEqual(said.returncode, 2)
        names = said.stderr.split("there are ")[1].split(";")[0].strip().split(", ")
        self.assertGreater(len(names), 8)
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            with self.subTest(name):
                done = self.hidyn("describe", name)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(name + "\n"))
                self.assertEqual(json.loads(self.hidyn("describe", name, "--json").stdout)["name"], name)

    def test_every_key_is_described_with_what_is_allowed(self):
        text = self.hidyn("describe", "committee").stdout
        for key in ("students", "label_noise", "learning_rate", "batch_size", "per_replica", "replicas", "tolerance"):
            self.assertRegex(text, rf"(?m)^  {key} +\S.*\n +\S")


class Claims(InFolder):
    def test_the_exit_code_says_whether_they_hold(self):
        self.write("hold.toml", EXPERIMENT + claim("small", 0.0, 10.0))
        self.write("fail.toml", EXPERIMENT + claim("small", 0.0, 10.0) + claim("large", 10.0, 0.1, 'route = "ode"\n'))
        holding = self.run_experiment(name="hold.toml")
        self.assertIn("2 of 2 claims hold", holding.stdout)
        failing = self.run_experiment(name="fail.toml", code=1)
        self.assertIn("2 of 3 claims hold", failing.stdout)
        self.assertRegex(failing.stdout, r"(?m)^large .* FAILS$")
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual({name: group.attrs["passed"] for name, group in file["claims"].items()},
                             {"small (sim)": 1, "small (ode)": 1, "large": 0})

    def test_every_quantity_measures_what_it_says(self):
        variants = "".join(f"\n[variants.rate{rate}]\nalgorithm.learning_rate = 0.{rate}\n" for rate in (1, 2, 4))
        on_ode = 'route = "ode"\n'
        against = 'against = "algorithm.learning_rate"\n'
        self.write("claims.toml", EXPERIMENT + variants
                   + claim("value", 1.0, 9.0, on_ode + 'variant = "rate1"\n')
                   + claim("ratio", 1.0, 9.0, on_ode + 'quantity = "ratio"\nvariant = "rate2"\n'
                           'over_variant = "rate1"\n')
                   + claim("slope", 1.0, 9.0, on_ode + 'quantity = "slope"\n' + against)
                   + claim("exponent", 1.0, 9.0, on_ode + 'quantity = "exponent"\n' + against)
                   + claim("mean", 1.0, 9.0, on_ode + 'variant = "rate1"\nwindow = [0.5, 1.0]\n')
                   + claim("start", 1.0, 9.0, on_ode + 'variant = "rate1"\nat = 0\n')
                   + claim("order", None, rest=on_ode + 'quantity = "order"\n'
                           'variants = ["rate4", "rate2", "rate1"]\n'))
        report = json.loads(self.run_experiment("--json", name="claims.toml").stdout)
        measured = {one["name"]: one["measured"] for one in report["claims"]}
        with h5py.File(self.path("results.h5")) as file:
            error = {rate: file[f"routes/rate{rate}.ode/generalization_error"][()] for rate in (1, 2, 4)}
        last = np.array([error[rate][-1] for rate in (1, 2, 4)])
        rates = np.array([0.1, 0.2, 0.4])
        expected = {"value": last[0], "ratio": last[1] / last[0], "slope": np.polyfit(rates, last, 1)[0],
                    "exponent": np.polyfit(np.log(rates), np.log(last), 1)[0], "mean": error[1][1:3].mean(),
                    "start": error[1][0], "order": min(last[0] - last[1], last[1] - last[2])}
        for name, value in expected.items():
            self.assertAlmostEqual(measured[name], value, 12, name)

    def test_a_claim_on_a_simulation_is_measured_at_its_largest_size_with_its_error(self):
        self.write("claims.toml", EXPERIMENT + claim("c", 0.0, 9.0, 'route = "sim"\n'))
        report = json.loads(self.run_experiment("--json", name="claims.toml").stdout)
        with h5py.File(self.path("results.h5")) as file:
            last = file["routes/sim-d100/generalization_error"][:, -1]
        self.assertAlmostEqual(report["claims"][0]["measured"], last.mean(), 12)
        self.assertAlmostEqual(report["claims"][0]["error"], last.std(ddof=1) / 2, 12)


class RandomStart(InFolder):
    def start_of(self, *arguments):
        self.run_experiment(*arguments, name="random.toml")
        with h5py.File(self.path("results.h5")) as file:
            return {"Q": file["initial/Q"][()], "R": file["initial/R"][()],
                    **{name: route["Q"][..., 0, :, :] if not route.attrs["replicas"] else route["Q"][:, 0]
                       for name, route in file["routes"].items()}}

    def test_one_draw_is_the_start_of_every_route_size_and_replica(self):
        self.write("random.toml", RANDOM)
        start = self.start_of()
        self.assertEqual(start["Q"].shape, (2, 2))
        np.testing.assert_allclose(np.diag(start["Q"]), 0.25, atol=0.05)
        for name in ("sim-d50", "sim-d100", "ode"):
            np.testing.assert_allclose(start[name], np.broadcast_to(start["Q"], start[name].shape), atol=1e-13)
        self.assertFalse(np.allclose(start["Q"], self.start_of("--set", "initial.seed=9")["Q"]))

    def test_per_replica_draws_for_each_and_the_theory_starts_from_each(self):
        self.write("random.toml", RANDOM.replace("seed = 8\n", "seed = 8\nper_replica = true\n"))
        start = self.start_of()
        self.assertEqual(start["Q"].shape, (4, 2, 2))
        self.assertEqual(len(np.unique(start["Q"][:, 0, 0])), 4)
        for name in ("sim-d50", "sim-d100", "ode"):
            np.testing.assert_allclose(start[name], start["Q"], atol=1e-13)
        self.assertIn("sim against ode", self.hidyn("compare", "results.h5").stdout)

    def test_routes_with_different_numbers_of_replicas_are_compared_replica_by_replica(self):
        self.write("random.toml", RANDOM.replace("seed = 8\n", "seed = 8\nper_replica = true\n")
                   + '\n[routes.more]\nkind = "simulation"\nd = 60\nreplicas = 7\n')
        start = self.start_of()
        self.assertEqual(start["ode"].shape, (7, 2, 2))
        np.testing.assert_allclose(start["sim-d50"], start["Q"][:4], atol=1e-13)
        table = self.hidyn("compare", "results.h5")
        self.assertEqual(table.returncode, 0, table.stderr)

    def test_variants_with_different_numbers_of_units(self):
        self.write("random.toml", EXPERIMENT + VARIANTS)
        self.run_experiment(name="random.toml")
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(file["routes/slow.ode/Q"].shape, (5, 2, 2))
            self.assertEqual(file["routes/wide.ode/Q"].shape, (5, 3, 3))
        self.assertEqual(self.hidyn("plot", "results.h5", "-o", "figure.png").returncode, 0)


if __name__ == "__main__":
    unittest.main()
