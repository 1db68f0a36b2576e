// SPDX-License-Identifier: MIT
#include "run/conclusions.hpp"

#include <cmath>
#include <string>
#include <variant>

#include "run/claims.hpp"

namespace hidyn::run {
namespace {

using results::DerivedGroup;

int severity(statistics::Outcome outcome) {
    switch (outcome) {
        case statistics::Outcome::disagrees:
            return 3;
        case statistics::Outcome::inconclusive:
            return 2;
        case statistics::Outcome::agrees:
            return 1;
    }
    return 0;
}

void add_verdict(Findings& found, statistics::Outcome outcome, double p_value) {
    if (!found.worst || severity(outcome) > severity(*found.worst)) found.worst = outcome;
    found.p_value = std::fmin(found.p_value, p_value);
}

void add_claim(Findings& found, bool passed) {
    ++found.claims;
    if (passed) ++found.claims_hold;
}

template <class Type>
Type attribute(const DerivedGroup& group, const std::string& name, Type otherwise) {
    const auto found = group.attributes.find(name);
    if (found == group.attributes.end()) return otherwise;
    const Type* value = std::get_if<Type>(&found->second);
    return value != nullptr ? *value : otherwise;
}

}  // namespace

Conclusions conclude(const experiment::Experiment& experiment, results::Results& results) {
    Conclusions found{judge(results),
                      claims::measure(experiment.claims, experiment::setting_of(experiment), results)};
    store(found.judgements, results);
    store(found.claims, results);
    return found;
}

Findings findings(const Conclusions& conclusions) {
    Findings found;
    for (const Judgement& judgement : conclusions.judgements)
        add_verdict(found, judgement.verdict.outcome, judgement.verdict.p_value);
    for (const claims::ClaimResult& claim : conclusions.claims) add_claim(found, claim.passed);
    return found;
}

Findings stored_findings(const results::Results& results) {
    Findings found;
    for (const DerivedGroup& group : results.derived) {
        if (group.path.starts_with("claims/"))
            add_claim(found, attribute<std::int64_t>(group, "passed", 0) != 0);
        if (!group.path.starts_with("scaling/")) continue;
        // The groups of single observables have no outcome.
        const std::string name = attribute<std::string>(group, "outcome", "");
        for (const statistics::Outcome outcome :
             {statistics::Outcome::agrees, statistics::Outcome::disagrees, statistics::Outcome::inconclusive})
            if (name == statistics::outcome_name(outcome))
                add_verdict(found, outcome, attribute<double>(group, "p_value", std::nan("")));
    }
    return found;
}

}  // namespace hidyn::run
