#!/bin/bash
# SPDX-License-Identifier: MIT
# A batch as one Slurm job of many ranks, to which the points are handed out one by one; the index comes with it.
#
#     sbatch --ntasks=8 ranks.sh question.toml night
#SBATCH --job-name=hidyn
#SBATCH --output=%x-%j.log

mpirun hidyn-mpi sweep "$1" -o "$2" --resume --quiet
