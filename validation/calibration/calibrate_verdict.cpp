// SPDX-License-Identifier: MIT
// How often is the verdict wrong? Many experiments with fresh seeds in which the theory is right must be
// rejected as often as the stated level says and no more; with the theory's learning rate 2 % wrong, nearly
// always.
//
//   hidyn_calibrate [EXPERIMENTS]        standard 200; exit code 1 if a rate lies outside its binomial bounds

#include <fmt/format.h>

#include <boost/math/distributions/binomial.hpp>
#include <cstdlib>
#include <vector>

#include "models/committee/simulation/reduced.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"
#include "statistics/verdict.hpp"

using namespace hidyn;
using committee::Committee;

namespace {

std::shared_ptr<Committee> committee_machine(double learning_rate) {
    auto problem = std::make_shared<Committee>();
    problem->students = problem->teachers = 2;
    problem->teacher_second_layer = Eigen::VectorXd::Ones(2);
    problem->algorithm = {.learning_rate = learning_rate};
    committee::OrderParameters start;
    start.Q = Eigen::Matrix2d{{0.4, 0.1}, {0.1, 0.5}};
    start.R = Eigen::Matrix2d{{0.25, 0.1}, {0.05, 0.2}};
    start.T = Eigen::Matrix2d::Identity();
    start.v = Eigen::VectorXd::Ones(2);
    problem->starts = {start};
    return problem;
}

const TimeGrid grid = TimeGrid::linear(20.0, 41);

Trajectory simulate(const Committee& problem, const RouteInfo& info) {
    Recorder recorder(problem.observables(), info.replicas, grid.size());
    Progress progress;
    static_cast<void>(committee::simulate_reduced(problem, {info, grid, recorder, progress}));
    return recorder.take();
}

Trajectory theory(const RouteKind& kind, const std::shared_ptr<Committee>& problem) {
    Table table;
    table.set("tolerance", {1e-8, true, ""});
    table.set("quadrature_tolerance", {1e-5, true, ""});
    Complaints complaints;
    const auto route =
        kind.make({problem, table, {.name = "theory", .kind = kind.name, .theory = true}, grid}, complaints);
    Recorder recorder(problem->observables(), 0, grid.size());
    Progress progress;
    static_cast<void>(route->solve(grid, recorder, progress));
    return recorder.take();
}

struct Case {
    const char* name;
    std::vector<std::uint64_t> sizes;
    const Trajectory* theory;
    bool right;
};

}  // namespace

int main(int argc, char** argv) {
    const int experiments = argc > 1 ? std::atoi(argv[1]) : 200;
    if (experiments < 1) {
        fmt::print(stderr, "hidyn_calibrate: the number of experiments must be at least 1\n");
        return 2;
    }
    const auto problem = committee_machine(1.0);
    const Trajectory ode = theory(ode::committee_kind(), problem);
    const Trajectory noise = theory(linear_noise::committee_kind(), problem);
    const Trajectory wrong = theory(ode::committee_kind(), committee_machine(1.02));
    const std::vector<Case> cases{
        {"right theory, d = 1600", {1600}, &ode, true},
        {"right theory, d = 100, 400, 1600", {100, 400, 1600}, &ode, true},
        {"right theory with variance, d = 400, 1600", {400, 1600}, &noise, true},
        {"learning rate 2 % wrong, d = 1600", {1600}, &wrong, false},
        {"learning rate 2 % wrong, d = 100, 400, 1600", {100, 400, 1600}, &wrong, false}};
    fmt::print("{} experiments a case, 64 replicas, 41 times, Q, R and the generalization error\n",
               experiments);
    fmt::print("{:<46} {:>12} {:>12} {:>12}\n", "rejected at the level", "1 %", "5 %", "10 %");
    bool good = true;
    std::uint64_t seed = 1000;
    for (const Case& one : cases) {
        int rejected[3] = {0, 0, 0};
        for (int experiment = 0; experiment < experiments; ++experiment) {
            std::vector<Trajectory> runs;
            for (const std::uint64_t d : one.sizes) {
                runs.push_back(simulate(*problem, {.name = "sgd",
                                                   .label = "sgd",
                                                   .kind = "simulation",
                                                   .d = d,
                                                   .replicas = 64,
                                                   .seed = seed++}));
            }
            std::vector<statistics::SimulationRun> sizes;
            for (std::size_t index = 0; index < runs.size(); ++index)
                sizes.push_back({"sgd", static_cast<double>(one.sizes[index]), &runs[index]});
            const statistics::Verdict verdict = statistics::judge(sizes, {"theory", one.theory}, grid);
            const double levels[3] = {0.01, 0.05, 0.10};
            for (int level = 0; level < 3; ++level)
                rejected[level] += verdict.p_value < levels[level] ? 1 : 0;
        }
        const auto rate = [&](int count) {
            return fmt::format("{} ({:.1f} %)", count, 100.0 * count / experiments);
        };
        fmt::print("{:<46} {:>12} {:>12} {:>12}\n", one.name, rate(rejected[0]), rate(rejected[1]),
                   rate(rejected[2]));
        const double levels[3] = {0.01, 0.05, 0.10};
        for (int level = 0; level < 3; ++level) {
            // A right theory is rejected no more often than stated, up to one chance in a thousand.
            const boost::math::binomial law(experiments, levels[level]);
            if (one.right && rejected[level] > quantile(complement(law, 1e-3))) good = false;
        }
        if (!one.right && rejected[0] < experiments * 95 / 100) good = false;
    }
    fmt::print("{}\n", good ? "honest and sharp" : "outside its bounds");
    return good ? 0 : 1;
}
