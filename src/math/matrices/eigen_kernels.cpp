// SPDX-License-Identifier: MIT
// Alone among the files: what the header declares elsewhere is instantiated here.
#define HIDYN_EIGEN_KERNEL template
#include "math/matrices/eigen_kernels.hpp"
