# SPDX-License-Identifier: MIT
"""Message passing, spectral starts and separability: what they need is said in one sentence before anything runs."""

import unittest

from program import InFolder

PHASE_RETRIEVAL = """\
[problem]
kind = "generalized-linear"
label_channel = "magnitude"

[data]
sample_ratio = 1.5

[algorithm]
kind = "amp"

[initial]
Q = [[0.1]]
R = [[0.1]]

[time]
end = 3
points = 4

[routes.sim]
kind = "simulation"
d = 40
replicas = 3

[routes.bayes]
kind = "bayes-state-evolution"
"""

SPECTRAL = PHASE_RETRIEVAL.replace("Q = [[0.1]]\nR = [[0.1]]", 'kind = "spectral"')


class MessagePassing(InFolder):
    def refuse(self, experiment, *says, sentences=1):
        self.write("mistake.toml", experiment)
        self.refused("run", "mistake.toml", sentences=sentences, says=list(says))

    def test_good_ones_run(self):
        for name, experiment in (("given", PHASE_RETRIEVAL), ("spectral", SPECTRAL)):
            self.write("experiment.toml", experiment)
            self.run_experiment("--quiet")

    def test_starts(self):
        self.refuse(PHASE_RETRIEVAL.replace("[[0.1]]", "[[0.0]]"), "initial.Q", "does not move", "spectral")
        self.refuse(PHASE_RETRIEVAL.replace("R = [[0.1]]", "R = [[0.05]]"), "initial.R", "R = Q")
        self.refuse(PHASE_RETRIEVAL.replace("[[0.1]]", "[[1.0]]"), "initial.R", "less than T")
        self.refuse(PHASE_RETRIEVAL.replace("[[0.1]]", "[[-0.1]]"), "initial.Q")
        self.refuse(SPECTRAL.replace("1.5", "0.4"), "initial.kind", "0.5", "would not move")
        self.refuse(SPECTRAL.replace('kind = "spectral"', 'kind = "spectral"\nQ = [[0.1]]'), "initial.Q", "no meaning")
        self.refuse(SPECTRAL.replace("magnitude", "sign"), "initial.kind", "magnitude")
        self.refuse(PHASE_RETRIEVAL.replace("R = [[0.1]]", 'R = [[0.1]]\npreprocessing = "optimal"'),
                    "initial.preprocessing", "spectral")

    def test_preprocessings(self):
        def spectral(lines, ratio="1.5"):
            return SPECTRAL.replace('kind = "spectral"', 'kind = "spectral"\n' + lines).replace("1.5", ratio)
        self.refuse(spectral('preprocessing = { expression = "y^2" }'), "initial.preprocessing", "not bounded above")
        self.refuse(spectral('preprocessing = { expression = "-exp(-y^2)" }'), "initial.preprocessing", "positive")
        self.refuse(spectral('preprocessing = { expression = "y +" }'), "initial.preprocessing", "column")
        self.refuse(spectral('preprocessing = "mondelli-montanari"', "0.5"), "initial.preprocessing", "above 1/2")
        self.refuse(spectral('preprocessing = "trimmed"\npreprocessing_bound = -3.0'), "preprocessing_bound", "positive")
        self.refuse(spectral("preprocessing_bound = 2.0"), "preprocessing_bound", "negative")

    def test_what_amp_does_not_know(self):
        self.refuse(PHASE_RETRIEVAL.replace('label_channel = "magnitude"', 'label_channel = "magnitude"\n'
                                            'teacher_link = "tanh"'), "problem.teacher_link", "linear")
        self.refuse(PHASE_RETRIEVAL.replace('kind = "amp"', 'kind = "amp"\ndamping = 1.0'), "damping", "less than 1")
        self.refuse(PHASE_RETRIEVAL.replace('kind = "amp"', 'kind = "amp"\ndamping = 0.5'), "routes.bayes",
                    "no state evolution of damped steps")
        self.refuse(PHASE_RETRIEVAL.replace('kind = "amp"', 'kind = "amp"\nlearning_rate = 1.0'), "learning_rate",
                    "unknown key")
        self.refuse(SPECTRAL.replace('"amp"', '"gradient-descent"\nlearning_rate = 0.1')
                    .replace("bayes-state-evolution", "state-evolution"), "initial.kind", "amp")
        self.refuse(SPECTRAL.replace('"bayes-state-evolution"', '"state-evolution"'), "does not depend on the data")

    def test_missing_times_are_one_sentence_for_what_has_no_iterations(self):
        for algorithm, initial, rest in (("spectral-estimator", 'kind = "spectral"', ""),
                                         ("initial-hessian", "Q = [[1.0]]", ""),
                                         ("separability", "T = [[1.0]]", 'label_channel = "logistic"')):
            text = (f'[problem]\nkind = "generalized-linear"\n{rest or chr(34).join(("label_channel = ", "magnitude", ""))}\n'
                    f'[algorithm]\nkind = "{algorithm}"\n[initial]\n{initial}\n[routes.sim]\nkind = "simulation"\nd = 20\n')
            if algorithm != "separability":
                text += "[data]\nsample_ratio = 3.0\n"
            self.refuse(text, "[time] is missing")
            self.refuse(text + "[time]\nat = [-1]\n", "time.at")

    def test_below_its_transition_a_spectral_estimator_is_not_compared_in_powers_of_1_over_d(self):
        estimator = (SPECTRAL.replace('"amp"', '"spectral-estimator"').replace("bayes-state-evolution", "random-matrix")
                     .replace("end = 3\npoints = 4", "at = [0]"))
        for ratio, said in (("0.2", "not how far it is off"), ("3.0", "agrees")):
            self.write("experiment.toml", estimator)
            done = self.run_experiment("--quiet", "--set", f"data.sample_ratio={ratio}", "--set", "routes.sim.d=[50,100]",
                                       "--set", "routes.sim.replicas=16")
            self.assertIn(said, done.stdout)

    def test_estimators_without_iterations(self):
        estimator = SPECTRAL.replace('"amp"', '"spectral-estimator"').replace("bayes-state-evolution", "random-matrix")
        self.refuse(estimator, "spectral-estimator", "at = [0]")
        self.refuse(estimator.replace('kind = "spectral"', "Q = [[0.0]]").replace("end = 3\npoints = 4", "at = [0]"),
                    "spectral-estimator", 'kind = "spectral"')
        separability = (PHASE_RETRIEVAL.replace('"amp"', '"separability"').replace("end = 3\npoints = 4", "at = [0]")
                        .replace("bayes-state-evolution", "threshold").replace("Q = [[0.1]]\nR = [[0.1]]", "")
                        .replace("sample_ratio = 1.5", 'design = "gaussian"').replace('"magnitude"', '"sign"'))
        self.refuse(separability, "label_channel", "any number of samples")
        self.refuse(separability.replace('"sign"', '"additive"'), "label_channel", "logistic")
        self.refuse(separability.replace('"sign"', '"logistic"').replace("[initial]", "[initial]\nQ = [[0.0]]"),
                    "initial.Q", "no start")


if __name__ == "__main__":
    unittest.main()
