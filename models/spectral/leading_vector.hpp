#pragma once

#include <Eigen/Core>
#include <cstddef>

namespace hidyn::spectral {

struct LeadingPair {
    double value = 0.0;
    Eigen::VectorXd vector;  ///< of norm 1
    bool converged = false;
};

/// The largest eigenvalue (not the largest in magnitude) of sum_i weight_i a_i a_i^T and its vector, by
/// restarted Lanczos on the samples' rows: one pass over them per product. `rows` has `count` rows of
/// `dimensions` entries, padded with zeros to `stride`.
[[nodiscard]] LeadingPair leading_pair(const double* rows, std::size_t count, std::size_t dimensions,
                                       std::size_t stride, const Eigen::VectorXd& weight);

}  // namespace hidyn::spectral
