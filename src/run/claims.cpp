// SPDX-License-Identifier: MIT
#include "run/claims.hpp"

namespace hidyn::run {

void store(const std::vector<claims::ClaimResult>& checked, results::Results& results) {
    for (const claims::ClaimResult& claim : checked)
        results.derived.push_back({.path = "claims/" + claim.name,
                                   .attributes = {{"route", claim.route},
                                                  {"observable", claim.what},
                                                  {"quantity", std::string(claim.quantity->name())},
                                                  {"predicted", claim.predicted},
                                                  {"measured", claim.measured},
                                                  {"error", claim.error},
                                                  {"allowed", claim.allowed},
                                                  {"passed", static_cast<std::int64_t>(claim.passed)},
                                                  {"source", claim.source}},
                                   .arrays = {}});
}

}  // namespace hidyn::run
