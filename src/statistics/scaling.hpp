// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "statistics/runs.hpp"

namespace hidyn::statistics {

/// Extrapolation of one observable to d = infinity, every vector [time, component]:
///
///     mean_j = limit + slope/d_j,   weighted least squares with the fixed weights R_j d_j
///     (size_functional.hpp), limit_error^2 = sum_j a_j^2 s_j^2/R_j,   z = (limit -
///     theory)/sqrt(limit_error^2 + theory_error^2 + floor^2).
///
/// limit_error assumes nothing about the variances; it is NaN where a size has fewer than two replicas.
/// curvature_chi2 tests the fit with three or more sizes: the average over coordinates of the squared t of
/// the 1/d^2 coefficient, brought to expectation 1 if 1/d suffices; NaN with two sizes. (Whether a large
/// value is significant is decided by the simultaneous test in Verdict::fit_p_value.)
struct LimitFit {
    std::string observable;
    std::vector<double> limit;
    std::vector<double> limit_error;
    std::vector<double> slope;
    std::vector<double> slope_error;
    std::vector<double> z;
    double max_abs_z = 0;
    double curvature_chi2 = 0;
};

/// The power with which single runs approach the theory,
///
///     D(d) = sqrt( average over replicas, times, independent components of (y_r - theory)^2 ) ~ d^-exponent,
///
/// by least squares of log D on log d with weights R_j. Errors by deleting one replica at a time.
/// Fluctuations of variance V/d give 1/2; a start drawn with O(d^-1/2) scatter around the theory's also 1/2;
/// a bias gives 1. Replicas that diverge somewhere are left out. With one size the exponent is NaN.
struct DeviationFall {
    std::string observable;  ///< "all": each observable in units of its largest |theory|
    std::vector<double> sizes;
    std::vector<double> deviation;
    std::vector<double> deviation_error;
    double exponent = 0;
    double exponent_error = 0;
};

[[nodiscard]] std::vector<LimitFit> extrapolate(std::span<const SimulationRun> sizes,
                                                const TheoryRun& theory);

/// One entry per common observable, and one for all together.
[[nodiscard]] std::vector<DeviationFall> deviation_fall(std::span<const SimulationRun> sizes,
                                                        const TheoryRun& theory);

}  // namespace hidyn::statistics
