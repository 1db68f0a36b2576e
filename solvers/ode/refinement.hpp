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

/// A trajectory found with one order of quadrature.
struct Solution {
    std::vector<Series> series;  ///< without replica axis
    IntegrationReport report;
    std::string method;
    bool exact = true;  ///< closed forms: no order to raise
};

/// Solves at rising levels until two agree to `tolerance` at all times, or the last level is reached. The
/// result carries the error of its means in Series::error; the outcome tells method, error, and a warning if
/// it is too large.
[[nodiscard]] Solution solve_to_stability(const committee::Committee& problem, double tolerance,
                                          const std::function<Solution(std::size_t level)>& solve_at,
                                          Outcome& outcome);

/// Writes a solution into a recorder's replica.
void store(const Solution& solution, Recorder& recorder, std::size_t replica, bool with_error);

}  // namespace hidyn::ode
