// SPDX-License-Identifier: MIT
#pragma once

#include "statistics/simultaneous_test.hpp"

namespace hidyn::statistics {

/// Does the spread over replicas obey the predicted d Var -> V(c), for every coordinate at once?
struct VarianceQuestion {
    std::vector<double>
        weights;      ///< a_j, one per group, summing to 1; from size_functional with weights R_j - 1
    double bias = 0;  ///< allowed relative bias
    std::size_t draws = 1000;
    std::size_t largest = 600;  ///< coordinates kept, by even thinning
    unsigned seed = 20240301;
};

/// estimate = sum_j a_j d_j s_j^2 / V, expected 1; standard_error its predicted error; z a score.
///
/// Statistic. Fluctuations are Gaussian at leading order, so s_j^2 d_j/V_j is chi-square with R-1
/// degrees of freedom, V_j = V + slope/d_j (slope fitted, used where it widens by more than its own error).
/// The error is thus known rather than estimated, which keeps the test sharp for few replicas. Excess
/// kurtosis k, which is O(1/d), multiplies Var(s^2) by 1 + k (R-1)/(2R); k is the average over times of each
/// component and size, and counts only if positive. The combination is brought to a normal score by a shifted
/// chi-square with the same skewness (Pearson type III) and the Wilson-Hilferty cube root.
///
/// Reference. Wishart matrices with the observed correlations: the law of each coordinate is exact, the
/// dependence between them estimated (from at most 64 replicas). Averages over whole curves are left out of
/// the maximum on purpose: their error rests on estimated correlations, and with 8 replicas they were
/// measured to reject a right theory five times too often.
///
/// Limits. Excess kurtosis 1.5 (Student t with 8 degrees of freedom) is rejected at 4-5% instead of 1%: then
/// the fluctuations are not those of linear-noise theory, though it is the variance that is said to disagree.
///
/// Only replicas that never diverge enter. Coordinates with V <= 0 or spread below rounding are left out.
[[nodiscard]] SimultaneousResult test_variances(const Coordinates& data, const VarianceQuestion& question);

}  // namespace hidyn::statistics
