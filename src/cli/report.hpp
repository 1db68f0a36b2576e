// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "claims/claims.hpp"
#include "results/results.hpp"
#include "run/judgement.hpp"

namespace hidyn::cli {

/// Routes, comparisons, claims and the verdict as a table on stdout; `short_form` prints only the verdicts.
void print_report(const results::Results& results, const std::vector<run::Judgement>& judgements,
                  const std::vector<claims::ClaimResult>& claims, bool short_form);

/// The same numbers as JSON.
void print_json(const results::Results& results, const std::vector<run::Judgement>& judgements,
                const std::vector<claims::ClaimResult>& claims);

}  // namespace hidyn::cli
