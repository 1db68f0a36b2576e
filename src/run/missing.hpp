// SPDX-License-Identifier: MIT
#pragma once

#include "core/time_grid.hpp"
#include "results/results.hpp"

namespace hidyn::run {

/// No number is missing without a word, whatever a route forgot to say. A replica (or theory) in which an
/// infinity turns up has diverged there: it is cut off, the outcome says when and what. Observables that are
/// undefined at some of the times of a route that finished are named in its `warning`; functions of two
/// times, undefined beyond their diagonal, are left out.
void account_for_missing(results::RouteResult& result, const TimeGrid& grid);

}  // namespace hidyn::run
