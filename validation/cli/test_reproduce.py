# SPDX-License-Identifier: MIT
"""hidyn reproduce: papers' figures, their claims, and the page of all of them."""

import os
import signal
import subprocess
import unittest

from program import PROGRAM, InFolder


class Reproduce(InFolder):
    def test_lists_everything(self):
        listed = self.hidyn("reproduce")
        self.assertEqual(listed.returncode, 0)
        self.assertIn("saxe-2014/modes", listed.stdout)
        self.assertIn("--all", listed.stdout)

    def test_runs_a_figure_and_makes_a_page(self):
        done = self.hidyn("reproduce", "dinc-2025/landscape", "saxe-2014/unbalanced", "--quick", "-o", "pages")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("4 of  4 claims", done.stdout)
        for name in ("dinc-2025/landscape.h5", "dinc-2025/landscape.png", "saxe-2014/unbalanced.h5"):
            self.assertTrue(os.path.exists(os.path.join(self.folder, "pages", name)), name)
        with open(os.path.join(self.folder, "pages", "index.html"), encoding="utf-8") as file:
            page = file.read()
        for part in ("Loss landscape of a delay", "no gradient at a fifth of r*", "data:image/png;base64,", "[problem]",
                     "2 figures", "5 of 5 claims hold"):
            self.assertIn(part, page)
        # Nothing is fetched from elsewhere.
        self.assertNotIn("src=\"http", page)
        self.assertNotIn("<link", page)

    def test_mistakes(self):
        self.refused("reproduce", "saxe-2015", sentences=1, says=["no such paper", "saxe-2014"])
        self.refused("reproduce", "saxe-2014/mode", sentences=1, says=["no such paper or figure", "saxe-2014/modes"])

        self.refused("reproduce", "--all", "saxe-2014", sentences=1, says=["--all", "saxe-2014"])

        self.write("file", "")
        self.refused("reproduce", "dinc-2025", "-o", "file/gallery", sentences=1, says=["cannot be made"])

    def test_an_interrupted_gallery_holds_what_was_finished(self):
        with subprocess.Popen([PROGRAM, "reproduce", "dinc-2025/landscape", "sarao-mannelli-2020a", "-o", "pages"],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            self.assertIn("dinc-2025/landscape", running.stdout.readline())
            running.send_signal(signal.SIGINT)
            complaint = running.communicate(timeout=60)[1]
        self.assertEqual(running.returncode, 130)
        self.assertIn("index.html has the figures that were finished", complaint)
        with open(os.path.join(self.folder, "pages", "index.html"), encoding="utf-8") as page:
            self.assertIn("Loss landscape of a delay", page.read())

    def test_quick_section(self):
        experiment = ('[problem]\nkind = "ghost"\n[algorithm]\nkind = "landscape"\n[initial]\nratios = [1.0]\n'
                      '[time]\nat = [0]\n[routes.neuron]\nkind = "simulation"\n')
        self.write("experiment.toml", experiment + "[quick]\nroutes.neuron.replicas = 2\n")
        self.run_experiment("--quiet")
        self.write("mistake.toml", experiment + "[quick]\nfigure.title = \"no\"\n")
        self.refused("run", "mistake.toml", sentences=1, says=["quick.figure"])


if __name__ == "__main__":
    unittest.main()
