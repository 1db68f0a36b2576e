# SPDX-License-Identifier: MIT
class Problem(Exception):
    """Something the user can mend, said in one sentence."""
