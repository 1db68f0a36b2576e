// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/time_grid.hpp"
#include "statistics/comparison.hpp"
#include "statistics/scaling.hpp"
#include "statistics/simultaneous_test.hpp"

namespace hidyn::statistics {

struct VerdictOptions {
    double level = 0.01;  ///< probability of rejecting a theory that is right

    /// How large the first neglected finite-size term may be, in units of max(|theory|, sqrt(V)) per power of
    /// d. One size knows nothing of the slope in 1/d: a theory of d = infinity that is right is off by O(1/d)
    /// there, so a deviation up to finite_size x scale/d is no evidence against it (for 64 replicas at
    /// d = 1600 that is a fraction of a standard error; for 64 at d = 100 about one). With several sizes the
    /// slope is fitted and the allowance is of order 1/d^2. 0 asks whether the theory holds at exactly this
    /// d.
    double finite_size = 1.0;

    std::size_t draws = 4000;            ///< of the reference distribution
    std::size_t largest_problem = 6000;  ///< coordinates tested; more are thinned in time
};

enum class Outcome { agrees, disagrees, inconclusive };
/// "agrees", "disagrees", "inconclusive".
[[nodiscard]] const char* outcome_name(Outcome outcome);

enum class DecidedBy { nothing, extrapolated_limit, single_size, variance };
enum class Obstacle {
    none,
    nothing_in_common,
    nothing_known,  ///< what they share the theory leaves undefined, or its error unknown
    too_few_replicas,
    all_diverged,
    most_diverged,
    selection,
    theory_ends_at_start,
    moves_away,
    sizes_too_small
};

/// The coordinate furthest from the theory on the scale of its error.
struct LargestDeviation {
    std::string observable;
    std::string component;  ///< "[1,2]", "" for a scalar
    double time = 0;
    double simulation = 0;  ///< mean (extrapolated if `d` is infinite), or d Var if the variance decided
    double theory = 0;
    double relative = 0;  ///< |simulation - theory| / |theory|; infinite where the theory vanishes
    double z = 0;
    double d = 0;
};

/// Replicas of one size.
struct ReplicaCount {
    double d = 0;
    std::size_t replicas = 0;
    std::size_t diverged = 0;
};

struct Verdict {
    std::string simulation;
    std::string theory;
    Outcome outcome = Outcome::inconclusive;
    DecidedBy decided_by = DecidedBy::nothing;
    Obstacle obstacle = Obstacle::none;
    double level = 0.01;
    bool allows_for_size = true;  ///< the theory is one of the limit
    double p_value = 1;           ///< of everything together
    double mean_p_value = std::numeric_limits<double>::quiet_NaN();
    double variance_p_value = std::numeric_limits<double>::quiet_NaN();
    double fit_p_value =
        std::numeric_limits<double>::quiet_NaN();  ///< does 1/d suffice? NaN below three sizes
    /// Where the spread at the largest size alone is far from the theory's, although its extrapolation is
    /// not.
    LargestDeviation unsettled_spread;  ///< z = 0: nowhere
    LargestDeviation largest;           ///< of the test that decided
    std::size_t times = 0;
    std::size_t times_tested = 0;
    double theory_ends_at =
        std::numeric_limits<double>::infinity();  ///< last finite time of a theory that diverged
    struct Place {
        std::string observable;  ///< "": nowhere
        std::string component;
        double time = 0;
    };
    Place hole;   ///< where the theory, before its end, is first undefined or does not know its error
    Place vague;  ///< where its own error is first larger than the statistical one, and not small
    std::vector<ReplicaCount> replicas;
    std::vector<double> sizes_used;  ///< after small sizes beyond the reach of 1/d were dropped
    std::vector<std::vector<Comparison>> comparisons;  ///< [size][observable]
    std::vector<LimitFit> limits;                      ///< over all sizes; empty with one
    std::vector<DeviationFall> falls;                  ///< the last is of all observables together

    [[nodiscard]] std::size_t diverged() const {
        std::size_t sum = 0;
        for (const ReplicaCount& size : replicas) sum += size.diverged;
        return sum;
    }
};

/// Does the theory describe this simulation?
///
/// Sizes with fewer than four replicas left standing, or fewer than half of them, take no part: those that
/// are left are a selection, and if the largest size is lost like that the smaller ones confirm nothing. A
/// deviation that is found only at times when more than one in twenty has diverged is no finding either. Nor
/// do means from which single runs move away as d grows: their standard errors grow along. With two sizes or
/// more the means are extrapolated in 1/d and the limit is tested; if with three or more the 1/d law itself
/// fails (a test that does not see the theory), the smallest size is dropped, repeatedly. If the theory
/// predicts variances they are tested too, and the two p-values are joined by Bonferroni: p = min(1, 2
/// min(p_mean, p_variance)), agreement if p >= level. The variance is extrapolated from the two largest
/// sizes. A deviation at sizes that approach the theory faster than d^-1/2 is no finding: the sizes are
/// called too small.
[[nodiscard]] Verdict judge(std::span<const SimulationRun> sizes_of_one_simulation, const TheoryRun& theory,
                            const TimeGrid& grid, const VerdictOptions& options = {});

/// The verdict as one plain sentence.
[[nodiscard]] std::string sentence(const Verdict& verdict);

}  // namespace hidyn::statistics
