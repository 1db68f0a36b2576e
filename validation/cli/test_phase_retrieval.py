# SPDX-License-Identifier: MIT
"""Full-batch phase retrieval: the start's Hessian, and descent from random and spectral starts. What they need is said
in one sentence before anything runs."""

import unittest

import h5py
import numpy as np

from program import InFolder

HESSIAN = """\
[problem]
kind = "generalized-linear"
label_channel = "magnitude"

[data]
sample_ratio = 4.0

[algorithm]
kind = "initial-hessian"

[initial]
Q = [[1.0]]

[time]
at = [0]

[routes.sim]
kind = "simulation"
d = [2, 3, 40]
replicas = 3

[routes.limit]
kind = "random-matrix"
"""

DESCENT = """\
[problem]
kind = "phase-retrieval"

[data]
sample_ratio = 4.0

[algorithm]
kind = "gradient-descent"
learning_rate = 0.05
time_step = 1.0

[initial]
kind = "spectral"

[time]
end = 20
points = 3

[routes.sim]
kind = "simulation"
d = 40
replicas = 3
"""

DMFT = '\n[routes.dmft]\nkind = "dmft"\n'


class PhaseRetrieval(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_good_ones_run(self):
        random = DESCENT.replace('"spectral"', '"random-direction"')
        for experiment in (HESSIAN, DESCENT, random, random + DMFT, DESCENT.replace("time_step = 1.0", "")
                           .replace("gradient-descent", "gradient-flow").replace("end = 20", "end = 2")):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_hessians_that_have_no_theory(self):
        for a in ("0.0", "-1.0", "1e-9"):
            self.refuse(HESSIAN.replace('"initial-hessian"', f'"initial-hessian"\nregularization = {a}'),
                        "algorithm.regularization", "at least 0.01")
        self.refuse(HESSIAN.replace("magnitude", "sign"), "label_channel", "magnitude")
        self.refuse(HESSIAN.replace('"magnitude"', '"magnitude"\nteacher_link = "tanh"'), "label_channel", "linear")
        self.refuse(HESSIAN.replace("Q = [[1.0]]", "Q = [[1.0]]\nR = [[0.1]]"), "initial.R", "orthogonal")
        self.refuse(HESSIAN.replace("Q = [[1.0]]", "Q = [[0.0]]"), "initial.Q", "positive")
        self.refuse(HESSIAN.replace("Q = [[1.0]]", 'kind = "random"'), "initial.kind", "given")
        self.refuse(HESSIAN.replace('"magnitude"', '"magnitude"\nloss = "huber"'), "problem.loss", "own loss")
        self.refuse(HESSIAN.replace("at = [0]", "end = 3\npoints = 4"), "at = [0]")
        self.refuse(HESSIAN.replace("[2, 3, 40]", "1"), "routes.sim.d", "at least 2")
        self.refuse(HESSIAN.replace("[2, 3, 40]", "1000000"), "GB")

    def test_spectral_starts(self):
        def spectral(lines):
            return DESCENT.replace('kind = "spectral"', 'kind = "spectral"\n' + lines)
        self.refuse(DESCENT.replace("4.0", "0.4"), "initial.kind", "0.5", "random-direction")
        self.refuse(spectral('preprocessing = "trimmed"').replace("4.0", "1.0"), "initial.kind", "no overlap")
        self.refuse(spectral('preprocessing = { expression = "y^2" }'), "initial.preprocessing", "not bounded above")
        self.refuse(spectral("R = [[0.5]]"), "initial.R", "no meaning")
        self.refuse(spectral("Q = [[-1.0]]"), "initial.Q", "positive")
        self.refuse(DESCENT.replace('"phase-retrieval"', '"phase-retrieval"\nlabel_noise = 0.1'), "initial.kind",
                    "label_noise")
        self.refuse(DESCENT.replace('"phase-retrieval"', '"logistic-regression"'), "initial.kind", "square")
        self.refuse(DESCENT + DMFT, "routes.dmft", "does not depend on the data")
        students = DESCENT.replace('"phase-retrieval"', '"multi-index"\nlink = "quadratic"\nstudents = 2')
        self.refuse(students, "initial.kind", "K = 2")
        self.refuse(students.replace('"spectral"', '"random-direction"'), "initial.kind", "K = 2")
        self.refuse(DESCENT.replace('"spectral"', '"random-direction"\npreprocessing = "optimal"'),
                    "initial.preprocessing", "spectral")

    def test_threshold_of_recovery(self):
        self.refuse(DESCENT.replace('"phase-retrieval"', '"phase-retrieval"\nrecovery_threshold = 1.5'),
                    "problem.recovery_threshold", "1")

    def test_what_counts_as_recovered(self):
        self.write("experiment.toml", DESCENT.replace("end = 20", "end = 400").replace("replicas = 3", "replicas = 16"))
        self.run_experiment("--quiet")
        with h5py.File(self.path("results.h5")) as file:
            run = file["routes/sim-d40"]
            recovered = run["recovered"][:]
            overlap = run["overlap"][:, :, 0, 0]
        np.testing.assert_array_equal(recovered, overlap**2 > 0.99)
        self.assertEqual(recovered[:, 0].sum(), 0)
        self.assertGreater(recovered[:, -1].mean(), 0.5)


if __name__ == "__main__":
    unittest.main()
