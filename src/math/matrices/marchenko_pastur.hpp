// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace hidyn::math {

/// The limiting spectrum of H = X^T X / n for n = alpha d Gaussian samples in d dimensions (Marchenko &
/// Pastur, Math. USSR-Sb. 1, 457, 1967): density alpha sqrt((mu_+ - mu)(mu - mu_-)) / (2 pi mu) between mu_-+
/// = (1 -+ alpha^-1/2)^2, and an atom of weight 1 - alpha at 0 where alpha < 1.
struct MarchenkoPastur {
    double smallest = 0.0;        ///< mu_-
    double largest = 0.0;         ///< mu_+
    double atom = 0.0;            ///< weight at 0
    std::vector<double> nodes;    ///< Gauss-Chebyshev nodes of the second kind in mu
    std::vector<double> weights;  ///< sum w f(mu) + atom f(0) = E f

    explicit MarchenkoPastur(double sample_ratio);
};

}  // namespace hidyn::math
