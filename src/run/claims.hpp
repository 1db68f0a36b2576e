#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.hpp"
#include "results/results.hpp"

namespace hidyn::run {

/// A claim checked on one route.
struct ClaimResult {
    std::string name;  ///< the claim's, with the route's label when it is checked on several
    std::string route;
    std::string what;      ///< "final generalization_error of variant small"
    std::string quantity;  ///< as in the claim: "value", "order", ...
    double predicted = 0.0;
    double measured = 0.0;
    double error = 0.0;    ///< standard error of a simulation, numerical error of a theory, or both
    double allowed = 0.0;  ///< deviation allowed beyond three errors
    bool passed = false;
    std::string source;
};

/// Checks every claim on every route it is about; a simulation counts at its largest size.
[[nodiscard]] std::vector<ClaimResult> check_claims(const experiment::Experiment& experiment,
                                                    const results::Results& results);

void store(const std::vector<ClaimResult>& claims, results::Results& results);

}  // namespace hidyn::run
