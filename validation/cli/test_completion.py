# SPDX-License-Identifier: MIT
"""Completion: what the shell is told, and that bash asks for it."""

import subprocess
import unittest

from program import PROGRAM, InFolder


class Completion(InFolder):
    def words(self, *line):
        return subprocess.run([PROGRAM, "completion", "words", *line], capture_output=True, text=True, check=True,
                              cwd=self.folder).stdout.split("\n")[:-1]

    def test_commands_options_papers_and_names(self):
        self.assertEqual(self.words("re"), ["reproduce"])
        self.assertEqual(self.words("sweep", "--sh"), ["--shard"])
        self.assertIn("saxe-2014/modes", self.words("reproduce", "saxe-2014"))
        self.assertIn("committee", self.words("describe", "comm"))
        self.assertEqual(self.words("list", "p"), ["papers", "problems"])

    def test_files_are_left_to_the_shell(self):
        self.assertEqual(self.words("run", ""), [])
        self.assertEqual(self.words("compare", "x"), [])
        self.assertEqual(self.words("run", "-o", ""), [])

    def test_keys_of_the_experiment_on_the_line(self):
        found = self.words("run", "experiment.toml", "--set", "algorithm.")
        self.assertIn("algorithm.learning_rate=", found)
        self.assertIn("routes.sim.replicas=", self.words("run", "experiment.toml", "--set", "routes.sim."))

    def test_an_unreadable_experiment_completes_nothing(self):
        self.assertEqual(self.words("run", "absent.toml", "--set", "a"), [])

    def test_bash_asks(self):
        script = f"""
            hidyn() {{ "{PROGRAM}" "$@"; }}
            source <(hidyn completion bash)
            COMP_WORDS=(hidyn describe comm) COMP_CWORD=2
            _hidyn hidyn 2>/dev/null
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()
        self.assertIn("committee", told)


if __name__ == "__main__":
    unittest.main()
