# SPDX-License-Identifier: MIT
"""Quadratic networks: what an experiment file may not ask for, in one sentence each."""

import unittest

from program import InFolder

NETWORK = """\
[problem]
kind = "spiked-phase-retrieval"
students = 2
spike = 3.0

[data]
batch_ratio = 3.0

[algorithm]
kind = "spectral-gradient-descent"
learning_rate = 0.05

[initial]
Q = [[0.4, 0.0], [0.0, 0.3]]
R = [[0.2], [-0.1]]
S = [0.1, 0.1]

[time]
end = 4
points = 5

[routes.sim]
kind = "simulation"
d = 30
replicas = 3

[routes.limit]
kind = "closed-form"
"""


class QuadraticNetwork(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_a_good_one_runs_with_and_without_data(self):
        for experiment in (NETWORK, NETWORK.replace("[data]\nbatch_ratio = 3.0\n", "")):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_numbers(self):
        self.refuse(NETWORK.replace("spike = 3.0", "spike = -1.0"), "problem.spike", "greater than -1")
        self.refuse(NETWORK.replace("students = 2", "students = 0"), "problem.students", "at least 1")
        self.refuse(NETWORK.replace("0.05", "0.0"), "algorithm.learning_rate", "greater than 0")
        self.refuse(NETWORK.replace("0.05", "0.05\nregularization = -1"), "algorithm.regularization", "at least 0")
        self.refuse(NETWORK.replace("batch_ratio = 3.0", "batch_ratio = 3.0\nsample_ratio = 2.0"), "not both")
        self.refuse(NETWORK.replace("batch_ratio = 3.0", "sample_ratio = 2.0"), "routes.limit", "comes back")
        self.refuse(NETWORK.replace("d = 30", "d = 3"), "routes.sim.d", "1 axes")
        self.refuse(NETWORK.replace("end = 4", "end = 3"), "counts iterations")

    def test_starts(self):
        self.refuse(NETWORK.replace("Q = [[0.4", "Q = [[0.01"), "initial.Q", "smallest eigenvalue")
        self.refuse(NETWORK.replace("[[0.4, 0.0], [0.0, 0.3]]", "[[0.4]]"), "initial.Q", "2 x 2")
        self.refuse(NETWORK.replace("S = [0.1, 0.1]", "S = [0.1]"), "initial.S", "2 entries")
        self.refuse(NETWORK.replace("spike = 3.0\n", ""), "initial.S", "problem.spike")
        isotropic = NETWORK.replace("Q = [[0.4, 0.0], [0.0, 0.3]]\nR = [[0.2], [-0.1]]\nS = [0.1, 0.1]",
                                    'kind = "isotropic"\nreference_d = 30')
        self.refuse(isotropic, "initial.kind", "at least reference_d = 30 students")
        wide = isotropic.replace("students = 2", "students = 30").replace("[data]\nbatch_ratio = 3.0\n", "")
        wide = wide.replace('"closed-form"', '"wide-students"')
        self.write("experiment.toml", wide)
        self.run_experiment("--quiet")
        self.refuse(wide.replace("spike = 3.0", "spike = 3.0\nspike_overlap = 0.5"), "routes.limit",
                    "orthogonal", "closed-form route knows")
        self.refuse(NETWORK.replace('"closed-form"', '"wide-students"').replace("[data]\nbatch_ratio = 3.0\n", ""),
                    "routes.limit", "isotropic start")

    def test_inputs(self):
        self.refuse(NETWORK.replace("spike = 3.0", "spike = 3.0\npower_law = 1.0"), "give one of")
        blocks = NETWORK.replace("spike = 3.0", "block_variances = [1.0, 2.0]").replace(
            "Q = [[0.4, 0.0], [0.0, 0.3]]\nR = [[0.2], [-0.1]]\nS = [0.1, 0.1]", 'kind = "random"\nreference_d = 30')
        self.refuse(blocks, "routes.limit", "isotropic or spiked")
        good = blocks.replace("[data]\nbatch_ratio = 3.0\n", "")
        self.write("experiment.toml", good)
        self.run_experiment("--quiet")
        self.refuse(good.replace("[1.0, 2.0]", "[1.0, -2.0]"), "block_variances", "positive")
        self.refuse(good.replace("[1.0, 2.0]", "[1.0, 2.0]\nblock_fractions = [0.5, 0.6]"), "block_fractions",
                    "add up to 1")
        self.refuse(good.replace("d = 30\nreplicas", "d = 40\nreplicas"), "routes.sim.d", "reference_d = 30")
        self.refuse(good.replace("reference_d = 30", "reference_d = 3"), "reference_d", "at least 4", sentences=1)

    def test_approximate_polar_factors_have_no_theory(self):
        self.refuse(NETWORK.replace("0.05", '0.05\npolar = "muon"'), "routes.limit", "exact polar factors")
        self.refuse(NETWORK.replace("0.05", "0.05\npolar_steps = 7"), "polar_steps", "no meaning")


if __name__ == "__main__":
    unittest.main()
