// SPDX-License-Identifier: MIT
#include "models/generalized_linear/initial_hessian.hpp"

namespace hidyn::generalized_linear {

InitialHessian::Observables::Observables() {
    squared_overlap =
        add("squared_overlap", "squared overlap", "m^2", "(v . theta*)^2 / |theta*|^2, |v| = 1");
    lowest_eigenvalue = add("lowest_eigenvalue", "lowest eigenvalue of the Hessian", "\\mu_1",
                            "of (1/n) sum_i l_a''(lambda_i, y_i) x_i x_i^T, inputs of variance 1");
}

Observable second_lowest_eigenvalue() {
    return {.name = "second_lowest_eigenvalue",
            .long_name = "second lowest eigenvalue of the Hessian",
            .symbol = "\\mu_2",
            .normalization = "as lowest_eigenvalue; approaches the lower edge as slowly as d^-2/3",
            .own = true};
}

Observable lower_edge() {
    return {.name = "lower_edge",
            .long_name = "lower edge of the Hessian's bulk",
            .symbol = "\\mu_-",
            .normalization = "as lowest_eigenvalue, d -> infinity",
            .own = true};
}

}  // namespace hidyn::generalized_linear
