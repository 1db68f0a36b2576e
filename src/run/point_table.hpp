// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "experiment/sweep.hpp"
#include "run/summary.hpp"

namespace hidyn::run {

/// By the points' numbers.
using Summaries = std::map<std::size_t, PointSummary>;

/// A batch as lines of text, one per point; of a long one only those that ask for a look.
[[nodiscard]] std::string table(const experiment::Sweep& sweep, const Summaries& summaries);

/// How many points of a batch stand how.
struct BatchCounts {
    std::map<PointState, std::size_t> states;
    std::map<statistics::Outcome, std::size_t> verdicts;  ///< the worst one of each point
    bool all_claims_hold = true;

    /// "3 complete, 1 diverged, 3 agrees"
    [[nodiscard]] std::string text() const;
    /// Points that failed or are missing.
    [[nodiscard]] std::size_t unsolved() const;
};
[[nodiscard]] BatchCounts count(const Summaries& summaries);

}  // namespace hidyn::run
