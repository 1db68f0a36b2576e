# SPDX-License-Identifier: MIT
"""The man page: written from the commands' own declarations, sound for groff, nothing left out."""

import re
import subprocess
import unittest

from program import InFolder


class ManPage(InFolder):
    def setUp(self):
        super().setUp()
        done = self.hidyn("manual", "--man", "-o", "hidyn.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.shown = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=78n", "hidyn.1"], cwd=self.folder,
                                    capture_output=True, text=True, check=True)
        self.text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", self.shown.stdout)

    def test_groff_has_no_complaint(self):
        self.assertEqual(self.shown.stderr, "")

    def test_every_command_and_option_is_there(self):
        usage = self.hidyn("--help").stdout
        commands = re.findall(r"^  ([a-z]+) ", usage[usage.index("Subcommands:"):], re.MULTILINE)
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertIn(f"hidyn {command}", self.text)
            for option in re.findall(r"--[a-z][a-z0-9-]*", self.hidyn(command, "--help").stdout):
                if option != "--help":
                    self.assertIn(option, self.text, command)

    def test_it_says_what_a_man_page_says(self):
        for heading in ("NAME", "SYNOPSIS", "COMMANDS", "EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLES"):
            self.assertRegex(self.text, rf"(?m)^{heading}$")
        for code in ("0", "1", "2", "3", "130"):
            self.assertRegex(self.text, rf"(?m)^ +{code} +\w")

    def test_it_goes_to_standard_output_too(self):
        with open(f"{self.folder}/hidyn.1", encoding="utf-8") as file:
            self.assertEqual(self.hidyn("manual", "--man").stdout, file.read())


if __name__ == "__main__":
    unittest.main()
