// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "statistics/coordinates.hpp"

namespace hidyn::statistics {

/// Fewer replicas than this at a size are too few to judge by.
inline constexpr std::size_t fewest_replicas = 4;

/// Does sum_j a_j mean_j(c) vanish for every coordinate c at once? (mean_j = mean deviation at size j.)
struct MeanQuestion {
    std::vector<double> weights;   ///< a_j, one per group; from size_functional
    double bias = 0;               ///< see below
    bool use_theory_error = true;  ///< false for a contrast from which the theory drops out
    std::size_t draws = 4000;
    unsigned seed = 20240229;  ///< fixed, so that the verdict is a function of the data
};

/// The coordinate that speaks loudest, and the probability that any would speak so loud under agreement.
struct SimultaneousResult {
    bool judged = false;  ///< false: no coordinate has enough replicas
    double p_value = 1;
    std::size_t coordinate = 0;
    double estimate = 0;
    double standard_error = 0;
    double z = 0;  ///< standard normal under agreement, for this coordinate alone
    double effective_tests = 1;
    std::size_t tested = 0;
};

/// Sup-test over thousands of correlated coordinates by random rotation.
///
/// Statistic. t(c) = (|estimate| - bound)_+ / se with the Welch standard error se^2 = sum_j a_j^2 s_j^2/n_j
/// (variances need not follow 1/d exactly), turned into a normal score by Wallace's transformation with
/// Welch-Satterthwaite degrees of freedom, so that coordinates with different degrees of freedom are on one
/// scale; the maximum of |score| is judged.
///
/// Reference. Under agreement the rows of the deviation matrix are independent N(0, Sigma/d): rotating the
/// replica axis by any orthogonal matrix leaves its law unchanged, for any Sigma. The distribution of the
/// maximum over random rotations of the observed matrix therefore gives an exact p-value for a single size,
/// for any number of replicas and coordinates and any correlation between them (Langsrud, Stat. Comput. 15,
/// 53, 2005). As only the mean and the sum of squares enter, a rotation is one random unit vector h_j per
/// size: mean -> h_j.y/sqrt(n). This is a Gaussian multiplier bootstrap with three differences that matter
/// for small n: the null mean is imposed rather than the sample mean removed, the multipliers are normalised,
/// and each draw is studentised. With several sizes the part of the means that the question does not ask
/// about (the slope in 1/d) is removed by centring; that costs one degree of freedom in each size, and
/// exactness becomes an approximation (the level is measured in validation/unit/statistics_level.cpp).
/// Replicas that are only approximately Gaussian are covered as far as t-statistics are: symmetric tails do
/// no harm; skewness 0.3 neither; skewness 0.85 at every coordinate raises the 1% level to 2-4% for 8 or 16
/// replicas and to 1.5% for 64.
///
/// Bound. The theory's own error is not independent noise over replicas and may be entirely systematic, so it
/// enters as a range: agreement means |expectation| <= bound(c), with
///
///     bound = theory_error + floor + bias max(|theory|, sqrt(V)),   V = d Var estimated from the replicas,
///
/// and the worst point of the range is tested, which can only lower the level. theory_error is also added to
/// se^2: where it is statistical and larger than the replica error, one sigma of it is then no alarm either.
///
/// Cost: draws x sum_j R_j x coordinates multiply-adds. Deep p-values: see tail.hpp.
[[nodiscard]] SimultaneousResult test_means(const Coordinates& data, const MeanQuestion& question);

/// Wallace's score: sqrt of (8 nu + 1)^2/(8 nu + 3)^2 nu log(1 + t^2/nu), normal to within a few percent for
/// nu >= 3 (Ann. Math. Statist. 30, 1121, 1959).
[[nodiscard]] double student_score(double t, double degrees_of_freedom);

}  // namespace hidyn::statistics
