// SPDX-License-Identifier: MIT
#include "solvers/equations/committee/refinement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hidyn::ode {
namespace {

struct Plan {
    std::size_t rise = 1;
    std::size_t last_level = 6;
    double safety = 2.0;  ///< error of the finer level in units of the difference
};

// Where quadrature converges slowly (kinks; more than four units) there are fewer, larger rises.
Plan plan_for(const committee::Committee& problem) {
    const bool slow = !problem.activation.smooth() || !problem.teacher_activation.smooth() ||
                      problem.students + problem.teachers > 4;
    return slow ? Plan{.rise = 3, .last_level = 3, .safety = 4.0} : Plan{};
}

// Fills the errors of `fine` with its distance to `coarse`; returns the largest.
double estimate_error(const Solution& coarse, Solution& fine, double safety) {
    double largest = 0.0;
    for (std::size_t index = 0; index < fine.series.size(); ++index) {
        Series& series = fine.series[index];
        const std::vector<double>& before = coarse.series[index].values;
        series.error.resize(series.values.size());
        for (std::size_t point = 0; point < series.values.size(); ++point) {
            series.error[point] = safety * std::abs(series.values[point] - before[point]);
            largest = std::fmax(largest, series.error[point]);
        }
    }
    return largest;
}

}  // namespace

Solution solve_to_stability(const committee::Committee& problem, double tolerance, const SolveAt& solve_at,
                            Outcome& outcome) {
    const Plan plan = plan_for(problem);
    Solution solution = solve_at(0, 1.0);
    if (solution.exact) {
        // Theories with a start for every replica keep no error.
        if (!problem.start_per_replica) estimate_error(solve_at(0, 10.0), solution, 1.0);
    } else {
        double error = 0.0;
        for (std::size_t level = plan.rise; level <= plan.last_level; level += plan.rise) {
            Solution finer = solve_at(level, 1.0);
            error = estimate_error(solution, finer, plan.safety);
            solution = std::move(finer);
            if (error <= tolerance || solution.report.status != Status::complete) break;
        }
        outcome.attributes["quadrature_error"] = error;
        if (error > tolerance)
            outcome.attributes["warning"] = fmt::format(
                "quadrature error up to {:.1e}, above quadrature_tolerance = {:.1e}", error, tolerance);
    }
    outcome.status = solution.report.status;
    outcome.detail = solution.report.detail;
    if (outcome.status != Status::complete) outcome.diverged_at = solution.report.reached;
    outcome.attributes["method"] = solution.method;
    outcome.attributes["steps"] = static_cast<double>(solution.report.steps);
    outcome.attributes["evaluations"] = static_cast<double>(solution.report.evaluations);
    outcome.attributes["last_step"] = solution.report.last_step;
    return solution;
}

}  // namespace hidyn::ode
