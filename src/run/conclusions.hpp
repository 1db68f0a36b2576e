// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "claims/claims.hpp"
#include "core/archive.hpp"
#include "experiment/experiment.hpp"
#include "run/judgement.hpp"

namespace hidyn::run {

/// All that follows from solved routes.
struct Conclusions {
    std::vector<Judgement> judgements;
    std::vector<claims::ClaimResult> claims;
};
/// Judges and checks; what it finds is stored among the results, too.
[[nodiscard]] Conclusions conclude(const experiment::Experiment& experiment, results::Results& results);

/// Conclusions in a few numbers.
struct Findings {
    std::optional<statistics::Outcome> worst;  ///< of all verdicts; none without a comparison
    double p_value = std::numeric_limits<double>::quiet_NaN();  ///< the smallest of those with an outcome
    std::int64_t claims = 0;
    std::int64_t claims_hold = 0;

    void archive(Archive& archive) {
        bool judged = worst.has_value();
        statistics::Outcome outcome = worst.value_or(statistics::Outcome::agrees);
        archive(judged, outcome, p_value, claims, claims_hold);
        if (archive.loading()) worst = judged ? std::optional(outcome) : std::nullopt;
    }
};
[[nodiscard]] Findings findings(const Conclusions& conclusions);
/// The same of a results file, from the groups in which its conclusions are stored.
[[nodiscard]] Findings stored_findings(const results::Results& results);

}  // namespace hidyn::run
