# SPDX-License-Identifier: MIT
"""A batch under mpirun: the ranks share its points, and the folder is that of one process."""

import os
import signal
import subprocess
import time
import unittest

from program import HANGS, PROGRAM
from test_sweep import Batch, points

MPI_PROGRAM = f"{PROGRAM}-mpi"
# Containers forbid the copies between processes that Open MPI would try, and tests may run as root.
ENVIRONMENT = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
# Points of some hundredths of a second each, so that every rank gets some.
LONGER = ("--set", "routes.sim.replicas=400", "--set", "routes.sim.method=direct")


class Ranks(Batch):
    def ranks(self, count, *arguments, out="batch"):
        return subprocess.Popen(["mpirun", "--oversubscribe", "-n", str(count), MPI_PROGRAM, "sweep", "sweep.toml", "-o",
                                 out, *arguments], cwd=self.folder, env=ENVIRONMENT, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finished(self, running, code=0):
        told, complaints = running.communicate(timeout=HANGS)
        self.assertEqual(running.returncode, code, told + complaints)
        return told, complaints

    def wait_for_points(self, running, count):
        folder = self.path("batch/points")
        while not os.path.isdir(folder) or sum(name.endswith(".h5") for name in os.listdir(folder)) < count:
            self.assertIsNone(running.poll(), "ended before there were points enough")
            time.sleep(0.01)

    def test_many_ranks_make_the_folder_of_one_process(self):
        self.sweep(out="alone")
        for count in (1, 2, 5):
            told, _ = self.finished(self.ranks(count, out=f"ranks-{count}"))
            self.assertEqual(told.count("10 points: 10 complete"), 1, told)
            self.assertEqual(points(self.path(f"ranks-{count}")), points(self.path("alone")))
            with self.index(f"ranks-{count}") as index:
                self.assertEqual(set(index["status"].asstr()), {"complete"})

    def test_more_ranks_than_points(self):
        self.sweep(out="alone")
        self.finished(self.ranks(13, out="many"))
        self.assertEqual(points(self.path("many")), points(self.path("alone")))

    def test_a_killed_rank_loses_nothing(self):
        self.sweep(*LONGER, out="alone")
        running = self.ranks(3, *LONGER)
        self.wait_for_points(running, 2)
        ranks = subprocess.run(["pgrep", "-P", str(running.pid)], capture_output=True, text=True).stdout.split()
        os.kill(int(ranks[-1]), signal.SIGKILL)
        running.communicate(timeout=60)
        self.assertNotEqual(running.returncode, 0)
        self.finished(self.ranks(2, *LONGER, "--resume"))
        self.assertEqual(points(self.path("batch")), points(self.path("alone")))

    def test_interrupted_ranks_go_on(self):
        self.sweep(*LONGER, out="alone")
        running = self.ranks(3, *LONGER)
        self.wait_for_points(running, 1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        self.assertNotEqual(running.returncode, 0)
        self.finished(self.ranks(3, *LONGER, "--resume"))
        self.assertEqual(points(self.path("batch")), points(self.path("alone")))

    def test_a_mistake_is_said_once(self):
        _, complaints = self.finished(self.ranks(3, "--set", "algorithm.learning_rate=-1"), code=2)
        self.assertEqual(complaints.count("hidyn: error"), 1, complaints)
        self.assertFalse(os.path.exists(self.path("batch")))


if __name__ == "__main__":
    unittest.main()
