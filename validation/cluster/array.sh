#!/bin/bash
# SPDX-License-Identifier: MIT
# A batch as a Slurm job array, every task with its share of the points.
#
#     job=$(sbatch --parsable --array=1-8 array.sh question.toml night)
#     sbatch --dependency=afterany:$job --wrap "hidyn merge night"       # the index of all, when they have ended
#
# Submit both again after a failure or the time limit: what is there stays, the rest is done.
#SBATCH --job-name=hidyn
#SBATCH --cpus-per-task=1
#SBATCH --output=%x-%A-%a.log

hidyn sweep "$1" -o "$2" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --resume \
  --threads "$SLURM_CPUS_PER_TASK" --quiet
