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

    def test_starts(self):
        self.refuse(NETWORK.replace("strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]'), "second is missing")
        self.refuse(NETWORK.replace("depth = 2", "depth = 3").replace(
            "strengths = [0.01]", 'kind = "unbalanced"\nfirst = [0.1]\nsecond = [0.1]'), "initial.kind", "two layers")
        self.refuse(NETWORK.replace("strengths = [0.01]", "strengths = [0.01]\nscale = 0.1"), "initial.scale",
                    "no meaning")


if __name__ == "__main__":
    unittest.main()
