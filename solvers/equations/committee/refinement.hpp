// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "math/integrator.hpp"
#include "models/committee/committee.hpp"

/// Where Gaussian averages have no closed form, a theory is solved with rising orders of quadrature until the
/// whole trajectory is stable, and says how large its own error is.
namespace hidyn::ode {

using math::IntegrationReport;

/// What a theory's keys `tolerance` and `quadrature_tolerance` ask for.
struct Accuracy {
    explicit Accuracy(const Table& keys)
        : integration(keys.real("tolerance")), quadrature(keys.real("quadrature_tolerance")) {}

    double integration, quadrature;
};

/// A trajectory found with one order of quadrature.
struct Solution {
    std::vector<Series> series;  ///< without replica axis
    IntegrationReport report;
    std::string method;
    bool exact = true;  ///< closed forms: no order to raise
};

/// A solution with an order of quadrature, and with a tolerance of the integration that is so many times the
/// asked one.
using SolveAt = std::function<Solution(std::size_t level, double looser)>;

/// Solves at rising levels until two agree to `tolerance` at all times, or the last level is reached. The
/// result carries the error of its means in Series::error: of quadrature, or where there is none the distance
/// to a solution with ten times the integration's tolerance, about ten times its error (not if every replica
/// has a start of its own). The outcome tells method, error, and a warning if quadrature's is too large.
[[nodiscard]] Solution solve_to_stability(const committee::Committee& problem, double tolerance,
                                          const SolveAt& solve_at, Outcome& outcome);

}  // namespace hidyn::ode
