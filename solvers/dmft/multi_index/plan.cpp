// SPDX-License-Identifier: MIT
#include "solvers/dmft/multi_index/plan.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/machine.hpp"
#include "math/matrices/spectrum.hpp"
#include "random/poisson.hpp"
#include "solvers/dmft/events/events.hpp"
#include "solvers/dmft/multi_index/process_of.hpp"
#include "solvers/equations/multi_index/start.hpp"

namespace hidyn::dmft {

using multi_index::MultiIndex;
using multi_index::Rule;

namespace {

/// The mean curvature |E l''| of the loss over the start, the scale of eta in which steps are short or long.
double curvature_of(const MultiIndex& problem) {
    if (const auto constant = problem.loss.constant_hessian()) return constant->cwiseAbs().maxCoeff();
    const Process process = process_of(problem);
    const Discretization grid{.step = std::min(1e-3, 0.5 * problem.sample_ratio), .steps = 1};
    Progress unseen;
    const Solution start = solve_trajectories(process, grid, {.trajectories = 4096}, Tangent::exact, unseen);
    if (start.kernels.now() == 0) return 1.0;
    const Eigen::MatrixXd memory = start.kernels.block(start.kernels.memory(), 0, 0);
    const double scale = process.learning_rate * grid.step;
    return scale > 0.0 ? memory.cwiseAbs().maxCoeff() / scale : 1.0;
}

/// The rate of the steepest direction at the start: eta times the largest eigenvalue of the risk's Hessian.
double steepest_rate(const MultiIndex& problem, double curvature) {
    return problem.algorithm.learning_rate *
           (curvature * std::pow(1.0 + 1.0 / std::sqrt(problem.sample_ratio), 2) + problem.algorithm.ridge);
}

/// That, and the rate at which a sample is visited.
double fastest_rate(const MultiIndex& problem, double curvature) {
    return steepest_rate(problem, std::max(curvature, 0.1)) + 1.0 / problem.sample_ratio;
}

/// A step that resolves the rate, the samples' visits and the recorded times, and that divides the latter's
/// spacing.
double standard_step(const MultiIndex& problem, const TimeGrid& grid, double curvature) {
    const double step = std::min(0.2 / fastest_rate(problem, curvature), grid.end() / 20.0);
    double spacing = grid.end();
    for (std::size_t index = 1; index < grid.size(); ++index)
        spacing = std::min(spacing, grid.times[index] - grid.times[index - 1]);
    const double parts = grid.end() / spacing;
    const bool even = std::abs(parts - std::round(parts)) < 1e-6 * parts && parts < 1e4;
    const double unit = even ? spacing : grid.end();
    return unit / std::ceil(unit / step - 1e-9);
}

std::size_t standard_nodes(const MultiIndex& problem) {
    constexpr std::size_t of_students[] = {0, 12, 8, 6};
    const std::size_t K = problem.students();
    if (K > 1) return of_students[std::min<std::size_t>(K, 3)];
    const math::Activation* unit = problem.loss.link().activation();
    const bool saturates = unit != nullptr && (unit->family() == math::Family::erf ||
                                               unit->label() == "tanh" || problem.loss.link().linear());
    return saturates ? of_students[1] : 20;
}

Engine choose_engine(const MultiIndex& problem, const Table& table, double end) {
    const std::string& asked = table.text("method");
    if (asked == "closed") return Engine::closed;
    if (asked == "events") return Engine::events;
    if (asked == "trajectories") return Engine::trajectories;
    if (problem.linear_regression()) return Engine::closed;
    const double remembered = static_cast<double>(problem.students()) * end / problem.sample_ratio;
    return problem.algorithm.rule == Rule::sgd && problem.students() <= 3 && remembered <= 60.0
               ? Engine::events
               : Engine::trajectories;
}

Plan plan_at(double curvature, const MultiIndex& problem, const Table& table, const TimeGrid& grid) {
    Plan plan;
    plan.engine = choose_engine(problem, table, grid.end());
    const std::optional<double> own = problem.finite_step();
    plan.step = own                        ? *own
                : table.given("time_step") ? table.real("time_step")
                                           : standard_step(problem, grid, curvature);
    plan.extrapolate = !own && table.boolean("extrapolate");
    plan.second_order = std::min(1.0, plan.step * fastest_rate(problem, curvature));
    plan.repeats = plan.engine == Engine::closed ? 1 : static_cast<std::size_t>(table.integer("repeats"));
    plan.nodes = table.given("quadrature_nodes") ? static_cast<std::size_t>(table.integer("quadrature_nodes"))
                                                 : standard_nodes(problem);
    plan.seed = static_cast<std::uint64_t>(table.integer("seed"));
    const std::string& tangent = table.text("tangent");
    const bool noisy =
        problem.algorithm.rule == Rule::stochastic_modified_equation || problem.algorithm.rule == Rule::sgd;
    plan.tangent = tangent == "exact" || (tangent == "auto" && noisy) ? Tangent::exact : Tangent::random;
    plan.trajectories = table.given("trajectories") ? static_cast<std::size_t>(table.integer("trajectories"))
                        : plan.engine == Engine::events   ? 8000
                        : plan.tangent == Tangent::random ? 8000
                                                          : 4000;
    // The exact tangent's memory grows as the square of the number of steps.
    if (tangent == "auto" && plan.tangent == Tangent::exact) {
        const Process process = process_of(problem);
        const Discretization finest = plan.grid(plan.levels() - 1, grid.end());
        if (trajectories_memory_bytes(process, finest, plan.trajectories, Tangent::exact) >
            0.25 * machine_memory())
            plan.tangent = Tangent::random;
    }
    return plan;
}

double memory_of(const MultiIndex& problem, const Plan& plan, double end) {
    const Process process = process_of(problem);
    const Discretization grid = plan.grid(plan.levels() - 1, end);
    const double kernels = 2.0 * CausalKernels::memory_bytes(problem.students(), grid.steps);
    switch (plan.engine) {
        case Engine::closed:
            return 2.0 * kernels;
        case Engine::events:
            return kernels + events_memory_bytes(process, grid, plan.trajectories);
        case Engine::trajectories:
            return 2.0 * kernels + trajectories_memory_bytes(process, grid, plan.trajectories, plan.tangent);
    }
    return kernels;
}

/// Whether there is such a theory of the problem.
void check_problem(const Asked<MultiIndex>& asked) {
    const MultiIndex& problem = *asked.problem;
    if (multi_index::refuse_spectral_start(asked)) return;
    const Eigen::VectorXd teachers = math::symmetric_eigenvalues(problem.initial.T);
    if (!(teachers.minCoeff() > 1e-10 * teachers.maxCoeff()))
        asked.complaints.add(
            fmt::format("{}: dynamical mean-field theory needs independent teachers, but T (initial.T) is "
                        "singular; remove the redundant ones",
                        asked.keys.place()));
    if (!problem.loss.twice_differentiable())
        asked.complaints.add(
            fmt::format("{}: the memory kernel needs the second derivative of the loss, but this link or "
                        "loss has a kink (relu, abs, max, min, sign); use a smooth one, or the simulation "
                        "alone",
                        asked.keys.place()));
}

void check_method(const Asked<MultiIndex>& asked) {
    const MultiIndex& problem = *asked.problem;
    const std::string& method = asked.keys.text("method");
    if (method == "closed" && !problem.linear_regression())
        asked.complain("method", "the equations close for linear regression only");
    if (method == "events" && problem.algorithm.rule != Rule::sgd)
        asked.complain("method", "events are the jumps of sgd; this algorithm has none");
    if (method == "events" && problem.students() > 4)
        asked.complain(
            "method",
            fmt::format("the quadrature needs quadrature_nodes^K points: at most 4 students, here K = {}",
                        problem.students()));
    if (asked.keys.given("time_step") && problem.finite_step())
        asked.complain(
            "time_step",
            fmt::format("the algorithm has a step of its own, {}, and the theory is exact at that step",
                        *problem.finite_step()));
}

void check_time_step(const Asked<MultiIndex>& asked, double curvature) {
    if (!asked.keys.given("time_step")) return;
    const MultiIndex& problem = *asked.problem;
    const double step = asked.keys.real("time_step");
    if (const double bound = 2.0 / std::max(steepest_rate(problem, curvature), 1e-300); step >= bound)
        asked.complain(
            "time_step",
            fmt::format("too coarse: at the curvature {:.3g} of the start, explicit steps are stable below 2 "
                        "/ (learning_rate (curvature (1 + sample_ratio^-1/2)^2 + ridge)) = {:.3g}",
                        curvature, bound));
    if (problem.algorithm.rule == Rule::sgd && problem.algorithm.jump == multi_index::Jump::bernoulli &&
        step > problem.sample_ratio)
        asked.complain("time_step",
                       fmt::format("a sample would be drawn more than once a step: at most sample_ratio = {}",
                                   problem.sample_ratio));
    if (step > asked.grid.end())
        asked.complain("time_step", fmt::format("longer than the whole time, {}", asked.grid.end()));
}

void check_cost(const Asked<MultiIndex>& asked, const Plan& plan) {
    const MultiIndex& problem = *asked.problem;
    const double visits = plan.step / problem.sample_ratio;
    if (plan.engine != Engine::closed && problem.algorithm.rule == Rule::sgd &&
        problem.algorithm.jump == multi_index::Jump::poisson && visits > random::largest_poisson_mean)
        asked.complaints.add(fmt::format(
            "{}: a step draws a sample time_step / sample_ratio = {:.4g} times; the Poisson numbers of this "
            "theory have a mean of at most {}; take a shorter algorithm.time_step",
            asked.keys.place(), visits, random::largest_poisson_mean));
    const double tasks =
        std::min<double>(static_cast<double>(plan.repeats * plan.levels()), omp_get_max_threads());
    const double needed = tasks * memory_of(problem, plan, asked.grid.end());
    if (needed > machine_memory())
        asked.complaints.add(fmt::format(
            "{}: {} steps of {:.3g} with {} trajectories on {:.0f} threads take about {:.3g} GB, this "
            "machine has {:.3g} "
            "GB; use fewer trajectories, tangent = \"random\", a longer time_step or an earlier end",
            asked.keys.place(), plan.grid(plan.levels() - 1, asked.grid.end()).steps,
            plan.grid(plan.levels() - 1, 1.0).step, plan.trajectories, tasks, needed / 1e9,
            machine_memory() / 1e9));
}

}  // namespace

std::optional<Plan> make_plan(const Asked<MultiIndex>& asked) {
    const std::size_t before = asked.complaints.sentences().size();
    const auto refused = [&] { return asked.complaints.sentences().size() != before; };
    check_problem(asked);
    if (refused()) return {};
    check_method(asked);
    if (refused()) return {};
    const double curvature = curvature_of(*asked.problem);
    check_time_step(asked, curvature);
    if (refused()) return {};
    const Plan plan = plan_at(curvature, *asked.problem, asked.keys, asked.grid);
    check_cost(asked, plan);
    if (refused()) return {};
    return plan;
}

}  // namespace hidyn::dmft
