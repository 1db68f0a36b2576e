// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/archive.hpp"
#include "results/results.hpp"
#include "run/conclusions.hpp"

namespace hidyn::run {

/// An observable at the last time of one route.
struct Headline {
    std::string route;  ///< its name in the results file
    std::string label;  ///< [variant.]label, the same for every size
    bool one_of_several_sizes = false;
    std::string kind;  ///< "simulation", "ode", ...
    bool theory = false;
    std::uint64_t d = 0;
    double remaining = 1.0;  ///< share of the replicas that did not diverge
    Observable observable;
    std::vector<double> values;  ///< per component; mean over the replicas that did not diverge, if
                                 ///< these are not the fewer
    std::vector<double> errors;  ///< standard errors of the mean, or the theory's own numerical error

    void archive(Archive& archive) {
        archive(route, label, one_of_several_sizes, kind, theory, d, remaining, observable, values, errors);
    }
};

/// How a point of a batch stands.
enum class PointState { missing, failed, complete, diverged, not_converged };
/// "missing", "failed", "complete", "diverged", "not_converged".
[[nodiscard]] const char* state_name(PointState state);

/// One point of a batch as the index shows it.
struct PointSummary {
    PointState state = PointState::missing;
    Findings findings;
    double wall_seconds = std::numeric_limits<double>::quiet_NaN();
    std::string detail;  ///< why it failed
    std::vector<Headline> headlines;

    [[nodiscard]] bool done() const { return state != PointState::missing && state != PointState::failed; }

    void archive(Archive& archive) { archive(state, findings, wall_seconds, detail, headlines); }
};

[[nodiscard]] PointSummary summarize(const results::Results& results, const Findings& findings);

}  // namespace hidyn::run
