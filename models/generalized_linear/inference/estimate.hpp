// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "models/generalized_linear/simulation/recorded_run.hpp"

namespace hidyn::generalized_linear {

/// What one data set says about the path of a method on it, without knowing signal, noise or channel:
/// estimates of both responses, of the test loss along the path, and debiased iterates.
/// Source: Han & Xu, arXiv 2412.09498.
struct PathEstimate {
    RowMajor tau;                     ///< (1/d) sum_i du_i^t / dZ_i^s, s <= t
    RowMajor rho;                     ///< (1/d) sum_j dtheta_j^t / dh_j^s, s < t
    RowMajor Sigma;                   ///< u^t . u^s / d
    std::vector<double> test_loss;    ///< (1/n) sum_i l(z_i^t, y_i), z^t = g^t - sum_{s<t} rho_ts u^s
    std::vector<double> test_errors;  ///< share of samples with sign z_i^t != y_i
    RowMajor debiased;                ///< theta^t - sum_s (tau^-1)_ts h^s ~ b_t theta* + sigma_t N(0, I)
    std::vector<double> deviation;    ///< sigma_t; NaN, as the debiased iterate, where tau has no inverse
};

[[nodiscard]] PathEstimate estimate_path(const Method& method, const teacher_student::SampleLoss& loss,
                                         const Samples& samples, const RecordedRun& run);

}  // namespace hidyn::generalized_linear
