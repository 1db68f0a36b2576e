# SPDX-License-Identifier: MIT
"""What stands in the place of a file: links, pipes, folders, names that are too long. Nothing but the program's own
files is overwritten, nothing is waited for. Where root runs the tests, the program runs without root's rights."""

import os
import shutil
import stat
import subprocess
import unittest

from program import PROGRAM, InFolder

NOBODY = 65534


class Doors(InFolder):
    def setUp(self):
        super().setUp()
        self.write("victim", "precious")
        self.options = {}
        self.program = PROGRAM
        if os.geteuid() == 0:
            # A program that anybody can read, in a folder that anybody can write.
            self.program = shutil.copy(PROGRAM, self.path("hidyn"))
            os.chmod(self.folder, 0o777)
            self.options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for name in self.files():
                os.chown(self.path(name), NOBODY, NOBODY)

    def hidyn(self, *arguments, **options):
        return subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              **self.options, **options)

    def own(self, name):
        if self.options:
            os.chown(self.path(name), NOBODY, NOBODY, follow_symlinks=False)

    def link(self, target, name):
        os.symlink(self.path(target), self.path(name))
        self.own(name)

    def keeps_victim(self, done, code=2):
        with open(self.path("victim")) as file:
            self.assertEqual(file.read(), "precious")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_checkpoint_that_links_elsewhere(self):
        for name in "finished", "run":
            with self.subTest(name):
                folder = "results.h5.checkpoint"
                os.mkdir(self.path(folder))
                self.own(folder)
                self.link("victim", folder + "/" + name)
                for resume in [], ["--resume"]:
                    done = self.hidyn("run", "experiment.toml", "-o", "results.h5", *resume)
                    self.keeps_victim(done)
                    self.assertIn("is a symbolic link, which is not followed here", done.stderr)
                shutil.rmtree(self.path(folder))

    def test_checkpoint_folder_that_is_a_link(self):
        os.mkdir(self.path("elsewhere"))
        self.own("elsewhere")
        self.link("elsewhere", "results.h5.checkpoint")
        done = self.hidyn("run", "experiment.toml", "-o", "results.h5", "--resume")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("results.h5.checkpoint: is a symbolic link", done.stderr)
        self.assertEqual(os.listdir(self.path("elsewhere")), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to somebody else")
    def test_checkpoint_of_another_user(self):
        os.mkdir(self.path("results.h5.checkpoint"))
        os.chmod(self.path("results.h5.checkpoint"), 0o777)
        done = self.hidyn("run", "experiment.toml", "-o", "results.h5", "--resume")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("belongs to another user", done.stderr)

    def test_links_at_the_names_of_unfinished_files(self):
        # The shell becomes the program, so its number is known before it begins.
        for name in "results.h5", "sweep/points/learning_rate=0.1.h5":
            with self.subTest(name):
                command = ("sweep experiment.toml -o sweep --sweep algorithm.learning_rate=[0.1]" if "sweep" in name
                           else "run experiment.toml -o results.h5")
                os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
                for made in "sweep", "sweep/points":
                    if os.path.exists(self.path(made)):
                        self.own(made)
                script = f'ln -s "$PWD/victim" "{name}.part-$$"; exec "{self.program}" {command}'
                done = subprocess.run(["sh", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=120,
                                      **self.options)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(self.path("victim")) as file:
                    self.assertEqual(file.read(), "precious")
                if name == "results.h5":
                    self.assertTrue(stat.S_ISREG(os.lstat(self.path(name)).st_mode))

    def test_output_at_a_link_is_written_where_it_leads(self):
        os.mkdir(self.path("disk"))
        self.own("disk")
        self.link("disk/results.h5", "results.h5")
        for _ in range(2):
            done = self.hidyn("run", "experiment.toml", "-o", "results.h5")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(os.path.islink(self.path("results.h5")))
            self.assertTrue(os.path.isfile(self.path("disk/results.h5")))
            self.assertEqual(os.listdir(self.path("disk")), ["results.h5"])
        self.assertEqual(self.hidyn("compare", "results.h5").returncode, 0)

    def test_pipes_are_not_waited_for(self):
        os.mkfifo(self.path("pipe"))
        self.own("pipe")
        for command in (["run", "pipe"], ["sweep", "pipe"], ["compare", "pipe"], ["plot", "pipe"], ["infer", "pipe"],
                        ["run", "experiment.toml", "-o", "pipe"]):
            with self.subTest(" ".join(command)):
                done = self.hidyn(*command)
                self.keeps_victim(done)
                self.assertIn("pipe: ", done.stderr)
        self.assertIn(self.hidyn("completion", "words", "run", "pipe", "--set", "").returncode, (0, 2))

    def test_names_that_are_too_long(self):
        name = "n" * 300
        for command in (["run", name], ["sweep", name], ["compare", name], ["plot", name], ["infer", name],
                        ["merge", name], ["run", "experiment.toml", "-o", name],
                        ["sweep", "experiment.toml", "--sweep", "algorithm.learning_rate=[0.1,0.2]", "-o", name],
                        ["plot", "victim", "-o", name]):
            with self.subTest(command[0] + " " + command[-1][:20]):
                done = self.hidyn(*command)
                self.keeps_victim(done)
                self.assertNotIn("filesystem error", done.stderr)


if __name__ == "__main__":
    unittest.main()
