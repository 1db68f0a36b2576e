// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>

namespace hidyn::math {

struct LanczosOptions {
    Eigen::Index pairs = 1;
    Eigen::Index basis = 20;  ///< vectors kept; more than the pairs, at most the size
    Eigen::Index restarts = 100;
    double tolerance = 1e-9;  ///< of an eigenpair's residual, relative to the eigenvalue
    bool largest = true;      ///< else the algebraically smallest eigenvalues
};

struct Eigenpairs {
    Eigen::VectorXd values;   ///< from the outermost inwards
    Eigen::MatrixXd vectors;  ///< in columns
};

/// Extreme eigenpairs of a symmetric matrix that is known by its products: `multiply(x, y)` writes M x to y,
/// both of `size` numbers. Lanczos' method with restarts (Spectra, whose templates are compiled once here),
/// from `start`, or from Spectra's own random vector where it is null. Nothing if it does not converge.
[[nodiscard]] std::optional<Eigenpairs> lanczos(
    const std::function<void(const double* x, double* y)>& multiply, Eigen::Index size,
    const LanczosOptions& options, const double* start = nullptr);

}  // namespace hidyn::math
