# SPDX-License-Identifier: MIT
"""Deep linear networks: what an experiment file may not ask for, in one sentence each."""

import unittest

from program import InFolder

NETWORK = """\
[problem]
kind = "deep-linear"
depth = 2
mode_strengths = [2.0, 1.0]

[algorithm]
kind = "gradient-flow"

[initial]
strengths = [0.01]

[time]
end = 3.0
points = 4

[routes.weights]
kind = "simulation"
d = 6

[routes.modes]
kind = "modes"
"""


class DeepLinear(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_good_ones_run(self):
        for experiment in (NETWORK,
                           NETWORK.replace('"gradient-flow"', '"gradient-descent"\nlearning_rate = 0.01'),
                           NETWORK.replace("strengths = [0.01]", 'kind = "random"\nreference_d = 6'),
                           NETWORK.replace("strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]\nsecond = [0.3, 0.2]')):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_numbers(self):
        self.refuse(NETWORK.replace("depth = 2", "depth = 0"), "problem.depth", "at least 1")
        self.refuse(NETWORK.replace("[2.0, 1.0]", "[1.0, 2.0]"), "mode_strengths", "largest first")
        self.refuse(NETWORK.replace("[2.0, 1.0]", "[2.0, -1.0]"), "mode_strengths", "positive")
        self.refuse(NETWORK.replace("strengths = [0.01]", "strengths = [0.0]"), "initial.strengths", "never moves")
        self.refuse(NETWORK.replace("strengths = [0.01]", "strengths = [0.1, 0.1, 0.1]"), "initial.strengths", "3 entries")
        self.refuse(NETWORK.replace('"gradient-flow"', '"gradient-descent"\nlearning_rate = 0'), "learning_rate",
                    "greater than 0")

    def test_widths(self):
        self.refuse(NETWORK.replace("d = 6", "d = 1"), "routes.weights.d", "2 modes")
        self.refuse(NETWORK.replace("depth = 2", "depth = 2\nhidden_ratio = 0.1"), "routes.weights.d",
                    "strength 1 and below are out of reach")
        random = NETWORK.replace("strengths = [0.01]", 'kind = "random"\nreference_d = 8')
        self.refuse(random, "routes.weights.d", "reference_d = 8")
        self.refuse(random.replace("reference_d = 8", "reference_d = 6").replace("depth = 2", "depth = 3"),
                    "routes.modes", "two layers alone")

    def test_batches(self):
        batches = NETWORK.replace('"gradient-flow"', '"online-sgd"\nlearning_rate = 0.01\nbatch_size = 4').replace(
            '[routes.modes]\nkind = "modes"', '[routes.sde]\nkind = "sde"\ntrajectories = 320')
        noisy = batches.replace("depth = 2", "depth = 2\nlabel_noise = 0.5")
        law = noisy.replace('kind = "sde"\ntrajectories = 320', 'kind = "stationary-law"')
        for experiment in (batches, law,
                           batches.replace("d = 6", 'd = 6\nmethod = "mode"\nmembers = 10'),
                           batches.replace("batch_size = 4", "batch_size = 40").replace("d = 6", 'd = 6\nmethod = "reduced"'),
                           noisy.replace("depth = 2", "depth = 2\nquantiles = [0.5]\ndensity_range = [0, 3]\nlearned_at = 0.5")):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")
        self.refuse(batches.replace("batch_size = 4", "batch_size = 0"), "batch_size", "at least 1")
        self.refuse(noisy.replace("label_noise = 0.5", "label_noise = -1"), "label_noise", "at least 0")
        self.refuse(batches.replace("d = 6", 'd = 6\nmethod = "reduced"'), "routes.weights.method", "at least d = 6")
        self.refuse(batches.replace("strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]\nsecond = [0.1]'),
                    "routes.sde", "aligned")
        self.refuse(batches.replace("depth = 2", "depth = 1"), "routes.sde", "closed-form")
        self.refuse(law.replace("learning_rate = 0.01", "learning_rate = 4.2"), "routes.sde", "noise destroys it", "0.4706",
                    sentences=2)
        self.refuse(batches.replace("depth = 2", "depth = 2\nlearned_at = 1.0"), "learned_at", "less than 1")
        self.refuse(batches.replace("depth = 2", "depth = 2\ndensity_range = [2, 1]"), "density_range", "increasing")
        self.refuse(batches.replace("depth = 2", "depth = 2\nquantiles = [1.5]"), "quantiles", "between 0 and 1")
        self.refuse(batches.replace('kind = "sde"\ntrajectories = 320', 'kind = "label-noise"\nd = 6'), "routes.sde",
                    "label_noise")

    def test_data_sets(self):
        data = NETWORK.replace('"gradient-flow"', '"sgd"\nlearning_rate = 0.01\nbatch_size = 4\n[data]\nsample_ratio = 2.0'
                               ).replace('[routes.modes]\nkind = "modes"\n', "")
        self.write("experiment.toml", data)
        self.run_experiment("--quiet")
        self.refuse(data.replace("sample_ratio = 2.0", ""), "sample_ratio", "missing")
        self.refuse(data.replace("batch_size = 4", "batch_size = 13"), "routes.weights.d", "12 samples")
        self.refuse(NETWORK.replace("[initial]", "[data]\nsample_ratio = 2.0\n[initial]"), "routes.modes", "data set")

    def test_lambda_balanced(self):
        start = NETWORK.replace("strengths = [0.01]", 'kind = "lambda-balanced"\nfirst = [0.1]\nimbalance = 1.0\nreference_d = 6'
                                ).replace('kind = "modes"', 'kind = "riccati"')
        self.write("experiment.toml", start)
        self.run_experiment("--quiet")
        self.refuse(start.replace("depth = 2", "depth = 2\noutput_ratio = 0.5"), "initial.imbalance", "outputs (3)")
        self.refuse(start.replace("imbalance = 1.0", "imbalance = -1.0"), "initial.first", "-imbalance")
        self.refuse(start.replace("depth = 2", "depth = 3"), "initial.kind", "two layers")
        self.refuse(start.replace('kind = "riccati"', 'kind = "modes"'), "routes.modes", "riccati")
        self.refuse(NETWORK.replace('kind = "modes"', 'kind = "riccati"'), "routes.modes", "lambda-balanced")

    def test_starts(self):
        self.refuse(NETWORK.replace("strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]'), "second is missing")
        self.refuse(NETWORK.replace("depth = 2", "depth = 3").replace(
            "strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]\nsecond = [0.1]'), "initial.kind", "two layers")
        self.refuse(NETWORK.replace("strengths = [0.01]", "strengths = [0.01]\nscale = 0.1"), "initial.scale",
                    "no meaning")


if __name__ == "__main__":
    unittest.main()
