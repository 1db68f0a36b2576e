#include <fmt/format.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

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

// Euler-Maruyama errs at first order: its noise, of variance delta/alpha per sample, comes with a drift
// squared of relative size delta/alpha, and what a step of delta does to a preactivation is of order eta
// delta. Both at most 2 % leave errors of about 1 %, the statistical error of some thirty replicas at d =
// 1000.
double standard_time_step(const MultiIndex& problem) {
    const Algorithm& algorithm = problem.algorithm;
    return 0.02 * std::min(1.0, problem.sample_ratio) /
           std::max(1.0, algorithm.learning_rate * (1.0 + algorithm.ridge));
}

double step_of(const MultiIndex& problem, const Table& table, std::uint64_t d) {
    if (diffuses_in_continuous_time(problem))
        return table.given("time_step") ? table.real("time_step") : standard_time_step(problem);
    return 1.0 / problem.steps_per_unit_time(static_cast<double>(d));
}

// What is wrong at every size is told once.
void complain_once(std::string sentence, Complaints& complaints) {
    if (std::ranges::find(complaints.sentences(), sentence) == complaints.sentences().end())
        complaints.add(std::move(sentence));
}

void check_keys(const MultiIndex& problem, const Table& table, Complaints& complaints) {
    if (table.given("time_step") && !diffuses_in_continuous_time(problem))
        complain_once(
            table.complain("time_step",
                           "is for the stochastic modified equation in continuous time; a step of the "
                           "algorithm itself belongs into [algorithm]"),
            complaints);
    if (table.given("tolerance") && !continuous(problem))
        complain_once(table.complain("tolerance", "is for gradient flow in continuous time"), complaints);
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

void check_samples(const MultiIndex& problem, const Table& table, std::uint64_t d, Complaints& complaints) {
    const double expected = problem.sample_ratio * static_cast<double>(d);
    if (expected < 0.5) {
        complaints.add(table.complain(
            "d", fmt::format("a sample_ratio of {} leaves no sample at d = {}", problem.sample_ratio, d)));
        return;
    }
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), table.integer("replicas")));
    const double memory =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
    const double needed = threads * (DataSet::bytes(problem, d) + weight_bytes(problem, d));
    if (needed > memory) {
        complaints.add(table.complain(
            "d",
            fmt::format("{} samples in d = {} and the weights take {:.3g} GB on {} threads, but this machine "
                        "has {:.3g} GB; use a smaller d, or fewer --threads",
                        problem.samples(d), d, needed / 1e9, threads, memory / 1e9)));
        return;
    }
    const Algorithm& algorithm = problem.algorithm;
    const std::uint64_t batch = algorithm.batch.of(problem.samples(d));
    if (algorithm.rule == Rule::sgd && !algorithm.time_step && batch > problem.samples(d))
        complaints.add(
            table.complain("d", fmt::format("a batch of {} is more than the data set's {} samples at d = {}",
                                            batch, problem.samples(d), d)));
}

void check_steps(const MultiIndex& problem, const Table& table, std::uint64_t d, const TimeGrid& grid,
                 Complaints& complaints) {
    const double step = step_of(problem, table, d);
    const double shrinkage = problem.algorithm.learning_rate * problem.algorithm.ridge * step;
    if (shrinkage >= 1.0)
        complaints.add(table.complain(
            "d",
            fmt::format("the ridge flips the sign of the weights: learning_rate * ridge * step = {:.3g} at d "
                        "= {}, but must be less than 1",
                        shrinkage, d)));
    const double steps = std::floor(grid.end() / step + 1e-9);
    if (!(steps < 9e18))
        complaints.add(table.complain(
            "d", fmt::format("until t = {} there are {:.3g} steps; at most 9e18 can be counted", grid.end(),
                             steps)));
    else if (static_cast<double>(grid.size()) > steps + 1.0)
        complaints.add(table.complain(
            "d", fmt::format(
                     "[time] asks for {} points, but until t = {} there are only {} steps at d = {}: points "
                     "would fall between steps; use at most {} points, a later end or shorter steps",
                     grid.size(), grid.end(), steps, d, steps + 1.0)));
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid& grid,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const MultiIndex&>(base);
    check_keys(problem, table, complaints);
    teacher_student::check_room({problem.initial}, table, info.d, complaints);
    check_samples(problem, table, info.d, complaints);
    if (complaints.empty() && !continuous(problem)) check_steps(problem, table, info.d, grid, complaints);
}

std::unique_ptr<Route> make(const std::shared_ptr<const Problem>& base, const Table& table, RouteInfo info) {
    auto problem = std::dynamic_pointer_cast<const MultiIndex>(base);
    if (continuous(*problem)) {
        const double tolerance = table.real("tolerance");
        return make_flow(std::move(problem), tolerance, std::move(info));
    }
    const double step = step_of(*problem, table, info.d);
    return make_stepping(std::move(problem), step, std::move(info));
}

std::vector<Key> keys() {
    std::vector<Key> all = teacher_student::ensemble_keys(1e9);
    for (Key& key : std::vector<Key>{
             {.name = "time_step",
 .type = KeyType::real,
 .meaning = "Euler-Maruyama step of the stochastic modified equation in continuous time; "
            "absent: 0.02 min(1, sample_ratio) / max(1, learning_rate (1 + ridge))",
 .symbol = "\\delta",
 .range = {.minimum = 0, .above_minimum = true}},
             {.name = "tolerance",
             .type = KeyType::real,
             .meaning = "gradient flow in continuous time: relative and absolute accuracy of every weight",
             .range = {.minimum = 1e-13, .maximum = 0.1},
             .standard = 1e-6}})
        all.push_back(std::move(key));
    return all;
}

}  // namespace

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "finite-size learning: real weights and a real data set in each replica",
            .source = "the definitions of the algorithms",
            .theory = false,
            .algorithms = algorithm_names(),
            .keys = keys(),
            .check = check,
            .make = make};
}

}  // namespace hidyn::multi_index
