// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"
#include "core/keys.hpp"
#include "core/machine.hpp"
#include "core/typed_route.hpp"
#include "models/multi_index/declaration/declaration.hpp"
#include "models/multi_index/simulation/data_set.hpp"
#include "models/multi_index/simulation/flow.hpp"
#include "models/multi_index/simulation/stepping.hpp"
#include "models/teacher_student/initial.hpp"
#include "models/teacher_student/placement.hpp"

namespace hidyn::multi_index {
namespace {

bool continuous(const MultiIndex& problem) {
    return problem.algorithm.rule == Rule::gradient_flow && !problem.algorithm.time_step;
}

bool diffuses_in_continuous_time(const MultiIndex& problem) {
    return problem.algorithm.rule == Rule::stochastic_modified_equation && !problem.algorithm.time_step;
}

double step_of(const Asked<MultiIndex>& asked) {
    const MultiIndex& problem = *asked.problem;
    if (diffuses_in_continuous_time(problem))
        return asked.keys.given("time_step") ? asked.keys.real("time_step") : standard_time_step(problem);
    return 1.0 / problem.steps_per_unit_time(static_cast<double>(asked.info.d));
}

// What is wrong at every size is told once.
void complain_once(const Asked<MultiIndex>& asked, const char* key, const char* what) {
    std::string sentence = asked.keys.complain(key, what);
    if (std::ranges::find(asked.complaints.sentences(), sentence) == asked.complaints.sentences().end())
        asked.complaints.add(std::move(sentence));
}

void check_keys(const Asked<MultiIndex>& asked) {
    if (asked.keys.given("time_step") && !diffuses_in_continuous_time(*asked.problem))
        complain_once(asked, "time_step",
                      "is for the stochastic modified equation in continuous time; a step of the algorithm "
                      "itself belongs into [algorithm]");
    if (asked.keys.given("tolerance") && !continuous(*asked.problem))
        complain_once(asked, "tolerance", "is for gradient flow in continuous time");
}

// All copies of a replica's weights: in the state of an integrator or a step, and as they were at each time.
double weight_bytes(const MultiIndex& problem, std::uint64_t d) {
    const Recording& recording = problem.recording;
    const double states = continuous(problem) ? 14.0 : 3.0;
    const double copies = states * static_cast<double>(1 + recording.response_at.size()) +
                          (recording.two_time ? static_cast<double>(recording.grid.size()) : 0.0);
    return 8.0 * copies * static_cast<double>(problem.students()) *
           static_cast<double>(teacher_student::padded_length(d));
}

void check_samples(const Asked<MultiIndex>& asked) {
    const MultiIndex& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    if (const std::string why = count_mistake("sample_ratio", problem.sample_ratio, "sample", d);
        !why.empty()) {
        asked.complain("d", why);
        return;
    }
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), asked.keys.integer("replicas")));
    const double needed = threads * (DataSet::bytes(problem, d) + weight_bytes(problem, d));
    if (needed > machine_memory()) {
        asked.complain(
            "d",
            fmt::format("{} samples in d = {} and the weights take {:.3g} GB on {} threads, but this machine "
                        "has {:.3g} GB; use a smaller d, or fewer --threads",
                        problem.samples(d), d, needed / 1e9, threads, machine_memory() / 1e9));
        return;
    }
    const Algorithm& algorithm = problem.algorithm;
    const std::uint64_t batch = algorithm.batch.of(problem.samples(d));
    if (algorithm.rule == Rule::sgd && !algorithm.time_step && batch > problem.samples(d))
        asked.complain("d", fmt::format("a batch of {} is more than the data set's {} samples at d = {}",
                                        batch, problem.samples(d), d));
}

void check_steps(const Asked<MultiIndex>& asked, double step) {
    const Algorithm& algorithm = asked.problem->algorithm;
    const std::uint64_t d = asked.info.d;
    const TimeGrid& grid = asked.grid;
    const double shrinkage = algorithm.learning_rate * algorithm.ridge * step;
    if (shrinkage >= 1.0)
        asked.complain(
            "d",
            fmt::format("the ridge flips the sign of the weights: learning_rate * ridge * step = {:.3g} at d "
                        "= {}, but must be less than 1",
                        shrinkage, d));
    const double steps = std::floor(grid.end() / step + 1e-9);
    if (!(steps < 9e18))
        asked.complain("d", fmt::format("until t = {} there are {:.3g} steps; at most 9e18 can be counted",
                                        grid.end(), steps));
    else if (static_cast<double>(grid.size()) > steps + 1.0)
        asked.complain(
            "d", fmt::format(
                     "[time] asks for {} points, but until t = {} there are only {} steps at d = {}: points "
                     "would fall between steps; use at most {} points, a later end or shorter steps",
                     grid.size(), grid.end(), steps, d, steps + 1.0));
}

Solver prepare(const Asked<MultiIndex>& asked) {
    const std::shared_ptr<const MultiIndex>& problem = asked.problem;
    check_keys(asked);
    teacher_student::check_room({problem->initial}, asked.keys, asked.info.d, asked.complaints);
    check_samples(asked);
    if (continuous(*problem))
        return {[problem, tolerance = asked.keys.real("tolerance")](const RouteRun& run) {
                    return simulate_flow(*problem, tolerance, run);
                },
                Recovery(*problem).all()};
    if (!asked.complaints.empty()) return {};
    const double step = step_of(asked);
    check_steps(asked, step);
    return {[problem, step](const RouteRun& run) { return simulate_steps(*problem, step, run); },
            Recovery(*problem).all()};
}

}  // namespace

RouteKind simulation_kind() {
    return {
        .name = "simulation",
        .summary = "finite-size learning: real weights and a real data set in each replica",
        .source = "the definitions of the algorithms",
        .theory = false,
        .algorithms = algorithm_names(),
        .keys = keys::joined(
            keys::ensemble(1e9),
            {keys::real("time_step",
                        "Euler-Maruyama step of the stochastic modified equation in continuous time; absent: "
                        "0.02 min(1, sample_ratio) / max(1, learning_rate (1 + ridge))")
                 .written("\\delta")
                 .above(0),
             keys::real("tolerance",
                        "gradient flow in continuous time: relative and absolute accuracy of every weight")
                 .at_least(1e-13)
                 .at_most(0.1)
                 .otherwise(1e-6)}),
        .make = route_of<MultiIndex>(prepare)};
}

}  // namespace hidyn::multi_index
