#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/sparse_regression/sparse_regression.hpp"

namespace hidyn::sparse_regression {

/// Real weights of all agents; gradient flow by a controlled integrator.
[[nodiscard]] std::unique_ptr<Route> make_simulation(std::shared_ptr<const SparseRegression> problem,
                                                     RouteInfo info);

}  // namespace hidyn::sparse_regression
