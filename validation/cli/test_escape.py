# SPDX-License-Identifier: MIT
"""Spherical SGD, first passages and their law: what they need is said in one sentence before anything runs."""

import unittest

from program import InFolder

SPHERICAL = """\
[problem]
kind = "committee"
students = 1
teachers = 1
activation = "quadratic"

[algorithm]
kind = "online-sgd"
learning_rate = 0.08
spherical = true

[initial]
Q = [[1.0]]
R = [[0.3]]

[time]
end = 2
points = 3

[routes.sim]
kind = "simulation"
d = 40
replicas = 3

[routes.ode]
kind = "ode"

[routes.noise]
kind = "linear-noise"
"""

PASSAGE = SPHERICAL.replace('activation = "quadratic"', 'activation = "quadratic"\nescape_overlap = 0.5')

ESCAPE = (PASSAGE.replace("Q = [[1.0]]\nR = [[0.3]]",
                          'kind = "random"\nnormalized = true\nper_replica = true\nreference_d = 40')
          .replace('kind = "linear-noise"', 'kind = "escape"\nd = 40'))


class Escape(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_good_ones_run(self):
        for experiment in (SPHERICAL, PASSAGE, ESCAPE, PASSAGE.replace('"quadratic"', '"tanh"'),
                           PASSAGE.replace("d = 40", 'd = 40\nmethod = "direct"')):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_a_student_without_direction_has_no_norm_to_keep(self):
        self.refuse(SPHERICAL.replace("Q = [[1.0]]\nR = [[0.3]]", "Q = [[0.0]]"), "algorithm.spherical", "zero norm")
        self.refuse(SPHERICAL.replace("spherical = true", 'spherical = "yes"'), "algorithm.spherical", "true or false")

    def test_overlaps(self):
        for value in ("0.0", "1.0", "-0.5", "1.5"):
            self.refuse(PASSAGE.replace("escape_overlap = 0.5", "escape_overlap = " + value), "problem.escape_overlap")
        self.refuse(PASSAGE.replace("students = 1", "students = 2").replace("[[1.0]]", "[[1.0, 0.0], [0.0, 1.0]]")
                    .replace("[[0.3]]", "[[0.3], [0.1]]"), "problem.escape_overlap", "students = 2")
        self.refuse(PASSAGE.replace("R = [[0.3]]", "T = [[0.0]]"), "problem.escape_overlap", "T = 0")
        on_data = (PASSAGE.replace('"online-sgd"', '"sgd"').replace('"quadratic"', '"erf"').replace("spherical = true\n", "")
                   .replace("[initial]", "[data]\nsample_ratio = 2.0\n\n[initial]")
                   .replace('[routes.noise]\nkind = "linear-noise"\n', ""))
        self.refuse(on_data, "problem.escape_overlap", "online-sgd only")

    def test_what_the_law_of_escape_times_does_not_know(self):
        self.refuse(ESCAPE.replace("escape_overlap = 0.5\n", ""), "routes.noise", "problem.escape_overlap")
        self.refuse(ESCAPE.replace("spherical = true\n", ""), "routes.noise", "algorithm.spherical")
        self.refuse(ESCAPE.replace("spherical = true", "spherical = true\nsecond_layer_learning_rate = 0.1"),
                    "routes.noise", "second layer")
        self.refuse(ESCAPE.replace('"quadratic"', '"he3"'), "routes.noise", "phase retrieval")
        self.refuse(ESCAPE.replace('"quadratic"', '{ expression = "z^2 + z" }'), "routes.noise", "phase retrieval")
        self.refuse(ESCAPE.replace("teachers = 1", "teachers = 1\nsecond_layer = [2.0]"), "routes.noise",
                    "equal second layers")
        for change in (("normalized = true\n", ""), ("per_replica = true\n", ""),
                       ("normalized = true", "normalized = true\nscale = 2.0"),
                       ("normalized = true", "normalized = true\nT = [[2.0]]")):
            self.refuse(ESCAPE.replace(*change), "routes.noise", "random starts on the sphere")
        self.refuse(PASSAGE.replace('kind = "linear-noise"', 'kind = "escape"\nd = 40'), "routes.noise",
                    "random starts on the sphere")
        self.refuse(ESCAPE.replace("learning_rate = 0.08", "learning_rate = 0.17"), "routes.noise", "0.166667")
        self.refuse(ESCAPE.replace("learning_rate = 0.08", "learning_rate = 0.0"), "routes.noise", "0.166667")
        self.refuse(ESCAPE.replace("escape_overlap = 0.5", "escape_overlap = 0.9\nlabel_noise = 3.0"), "routes.noise",
                    "where learning ends")
        self.refuse(ESCAPE.replace('kind = "escape"\nd = 40', 'kind = "escape"\nd = [40, 80]'), "routes.noise.d",
                    "its own law")

    def test_a_law_at_a_size_is_compared_with_runs_of_that_size(self):
        self.write("experiment.toml", ESCAPE.replace("d = 40\nreplicas = 3", "d = [40, 80]\nreplicas = 6"))
        done = self.run_experiment("--quiet")
        against_law = [line for line in done.stdout.splitlines() if "noise-d40" in line]
        self.assertEqual(len(against_law), 1, done.stdout)
        self.assertIn("at d = 40, sim-d40", against_law[0])

    def test_normalized_is_for_random_starts(self):
        self.refuse(SPHERICAL.replace("R = [[0.3]]", "R = [[0.3]]\nnormalized = true"), "initial.normalized",
                    "no meaning")


if __name__ == "__main__":
    unittest.main()
