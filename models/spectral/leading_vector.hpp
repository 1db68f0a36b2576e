// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>

namespace hidyn::spectral {

/// Rows a_i and the weights of M = sum_i weight_i a_i a_i^T. `rows` has one row of `dimensions` entries for
/// each weight, padded with zeros to `stride`.
struct WeightedRows {
    const double* rows = nullptr;
    std::size_t dimensions = 0;
    std::size_t stride = 0;
    const Eigen::VectorXd& weight;
};

enum class End { largest, smallest };

struct ExtremePairs {
    Eigen::VectorXd values;   ///< from the end inwards
    Eigen::MatrixXd vectors;  ///< columns of norm 1
    bool converged = false;   ///< if not, there is nothing else
};

/// So many eigenpairs from one end of the spectrum of M (all of them if there are fewer), by restarted
/// Lanczos: one pass over the rows per product.
[[nodiscard]] ExtremePairs extreme_pairs(const WeightedRows& matrix, std::size_t pairs, End end);

struct LeadingPair {
    double value = 0.0;
    Eigen::VectorXd vector;  ///< of norm 1
    bool converged = false;
};

/// The largest eigenvalue of M (not the largest in magnitude) and its vector.
[[nodiscard]] LeadingPair leading_pair(const WeightedRows& matrix);

}  // namespace hidyn::spectral
