# SPDX-License-Identifier: MIT
"""The edge of stability, singular values, sparse regression and ghosts: what an experiment file may not ask for."""

import unittest

import h5py

from program import InFolder

EDGE = """\
[problem]
kind = "edge-model"

[algorithm]
kind = "online-sgd"
learning_rate = 0.01
momentum = 0.5
batch_size = 4

[initial]
curvature = 1.0

[time]
end = 200
points = 3

[routes.sim]
kind = "simulation"
d = 20
replicas = 2

[routes.theory]
kind = "mean-square"
d = 20
"""

STABILITY = """\
[problem]
kind = "linear-stability"
spectrum_exponent = 0.5

[algorithm]
kind = "sgd"
learning_rate = 0.1
momentum = 0.5
batch_size = 4

[data]
sample_ratio = 2.0

[initial]

[time]
end = 20
points = 3

[routes.sim]
kind = "simulation"
d = 10
replicas = 4

[routes.theory]
kind = "mean-square"
d = 10
"""

NETWORK = """\
[problem]
kind = "two-layer-network"
hidden = 6

[data]
sample_ratio = 4.0

[algorithm]
kind = "sgd"
learning_rate = 0.1
batch_size = 4

[initial]

[time]
end = 20
points = 3

[routes.sim]
kind = "simulation"
d = 4
replicas = 2

[routes.edge]
kind = "edge"
"""

DIFFUSION = """\
[problem]
kind = "weight-diffusion"

[algorithm]
kind = "ornstein-uhlenbeck"
noise = 0.5

[initial]
singular_values = [0.5, 1.0]

[time]
end = 0.2
points = 3

[routes.sim]
kind = "simulation"
d = 2
members = 10

[routes.sde]
kind = "sde"
trajectories = 40
"""

SPARSE = """\
[problem]
kind = "sparse-regression"
signal = [1.0, -0.5]

[algorithm]
kind = "gradient-descent"
learning_rate = 0.01
agents = 3

[data]
samples_per_agent = 5

[initial]
scale = 0.01

[time]
end = 2.0
points = 3

[routes.sim]
kind = "simulation"
d = 8

[routes.pooled]
kind = "pooled-flow"
d = 8
"""

GHOST = """\
[problem]
kind = "ghost"
delay = 20.0

[algorithm]
kind = "gradient-descent"
learning_rate = 1e-7

[initial]
ratio = 2.0

[time]
at = [0, 5]

[routes.neuron]
kind = "simulation"

[routes.map]
kind = "closed-form"
"""


class NewProblems(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_good_ones_run(self):
        for experiment in (EDGE, STABILITY, NETWORK, DIFFUSION, SPARSE, GHOST,
                           EDGE.replace("replicas = 2", 'replicas = 2\nmethod = "reduced"'),
                           EDGE.replace('"online-sgd"', '"gradient-descent"').replace("batch_size = 4\n", ""),
                           SPARSE.replace("agents = 3", 'agents = 3\nnetwork = "ring"')):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_sizes_of_a_theory_and_a_simulation_meet_one_by_one(self):
        self.write("experiment.toml", STABILITY)
        self.run_experiment("--quiet", "--set", "routes.sim.d=[10,12]", "--set", "routes.theory.d=[10,12]",
                            "--set", "routes.sim.replicas=4")
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(sorted(file["scaling"]), ["sim~theory-d10", "sim~theory-d12"])
            self.assertEqual(file["routes/theory-d10"].attrs["exact_at_d"], 1)
            self.assertNotIn("allowance", file["scaling/sim~theory-d10"].attrs["sentence"])

    def test_a_theory_of_another_size_is_said_to_meet_nobody(self):
        self.write("experiment.toml", STABILITY)
        done = self.run_experiment("--quiet", "--set", "routes.theory.d=12")
        self.assertIn("no comparison: theory-d12 is for d = 12", done.stdout)

    def test_momentum(self):
        self.refuse(EDGE.replace("momentum = 0.5", "momentum = 1.0"), "algorithm.momentum", "less than 1")
        self.refuse(STABILITY.replace("momentum = 0.5", "momentum = -0.1"), "algorithm.momentum", "at least 0")
        self.refuse(NETWORK.replace("batch_size = 4", "batch_size = 4\nmomentum = 1"), "algorithm.momentum", "less than 1")

    def test_edge(self):
        self.refuse(EDGE.replace("curvature = 1.0", "curvature = 1000"), "routes.theory", "beyond the edge")
        self.refuse(EDGE.replace("batch_size = 4", "batch_size = 4\nweight_decay = 0"), "routes.theory", "does not grow")
        self.refuse(EDGE.replace("d = 20\nreplicas", 'd = 3\nmethod = "reduced"\nreplicas'), "routes.sim.d", "at least 4")
        self.refuse(STABILITY.replace("batch_size = 4", "batch_size = 21"), "20 samples", "routes.sim.d", sentences=2)
        self.refuse(NETWORK.replace("batch_size = 4", "batch_size = 17"), "16 samples")
        self.refuse(NETWORK.replace("hidden = 6", 'hidden = 6\nactivation = "relu"'), "problem.activation", "smooth")

    def test_singular_values(self):
        self.refuse(DIFFUSION.replace("[0.5, 1.0]", "[1.0, 0.5]"), "singular_values", "smallest first")
        self.refuse(DIFFUSION.replace("d = 2", "d = 3"), "routes.sim.d", "2")
        self.refuse(DIFFUSION.replace('"weight-diffusion"', '"weight-diffusion"\nrow_ratio = 0.5'), "row_ratio", "at least 1")
        self.refuse(DIFFUSION.replace('"weight-diffusion"', '"weight-diffusion"\nrow_ratio = 1.0'), "routes.sde", "more rows")
        self.refuse(DIFFUSION.replace("[0.5, 1.0]", "[1.0, 1.0]"), "routes.sde", "different")

    def test_sparse(self):
        self.refuse(SPARSE.replace("scale = 0.01", "scale = 0"), "initial.scale", "greater than 0")
        self.refuse(SPARSE.replace("agents = 3", "agents = 2\nmixing = [[0.5, 0.5], [0.4, 0.6]]"), "algorithm.mixing", "symmetric")
        self.refuse(SPARSE.replace("agents = 3", "agents = 2\nmixing = [[0.5, 0.4], [0.4, 0.5]]"), "algorithm.mixing", "sum to 1")
        self.refuse(SPARSE.replace("agents = 3", "agents = 2\nmixing = [[1, 0], [0, 1]]"), "algorithm.mixing", "connect")
        self.refuse(SPARSE.replace("agents = 3", "agents = 3\nmixing = [[1]]"), "algorithm.mixing", "as many rows")
        self.refuse(SPARSE.replace("[1.0, -0.5]", "[1.0, 0.0]"), "problem.signal", "nonzero")
        self.refuse(SPARSE.replace('"pooled-flow"\nd = 8', '"closed-form"'), "routes.pooled", "pooled-flow")

    def test_ghost(self):
        self.refuse(GHOST.replace("delay = 20.0", "delay = 0"), "problem.delay", "greater than 0")
        self.refuse(GHOST.replace("ratio = 2.0", "ratios = [2.0]"), "initial.ratios", "gradient-descent takes ratio")
        landscape = GHOST.replace('"gradient-descent"\nlearning_rate = 1e-7', '"landscape"').replace(
            "ratio = 2.0", "ratios = [0.5, 2.0]")
        self.refuse(landscape, "no time passes")
        self.write("experiment.toml", landscape.replace("at = [0, 5]", "at = [0]"))
        self.run_experiment("--quiet")


if __name__ == "__main__":
    unittest.main()
