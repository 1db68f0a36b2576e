// SPDX-License-Identifier: MIT
#include "solvers/dmft/solution.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hidyn::dmft {

std::string trouble_of(const CausalKernels& kernels, double train_loss, const Discretization& grid) {
    const auto at = [&](std::size_t step) {
        return fmt::format("at step {} (t = {:.6g})", step, grid.step * static_cast<double>(step));
    };
    if (!std::isfinite(train_loss))
        return fmt::format("the training loss is not finite {}", at(kernels.now() - 1));
    if (!kernels.bounded(grid.largest))
        return fmt::format("the kernels are not finite or larger than {:g} {}", grid.largest,
                           at(kernels.now()));
    return "";
}

}  // namespace hidyn::dmft
