// SPDX-License-Identifier: MIT
#include "statistics/verdict.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "random/stream.hpp"
#include "statistics/tail.hpp"
#include "statistics_synthetic.hpp"

namespace verdict_tests {

using namespace hidyn::statistics;
using synthetic::Design;
using synthetic::experiment;
using synthetic::Simulator;
using synthetic::Truth;

namespace {

/// Experiments in which the theory was found wrong.
int disagreements(const Truth& truth, const Design& design, int experiments) {
    Simulator simulator(19);
    int count = 0;
    for (int number = 0; number < experiments; ++number)
        if (experiment(simulator, truth, design).outcome == Outcome::disagrees) ++count;
    return count;
}

Verdict judge_one(const hidyn::Trajectory& simulation, const hidyn::Trajectory& theory, double d) {
    const std::vector<SimulationRun> runs = {{"sgd", d, &simulation}};
    const std::size_t times = theory.series.front().times;
    return judge(runs, {"ode", &theory}, hidyn::TimeGrid::linear(static_cast<double>(times - 1), times));
}

}  // namespace

TEST_CASE("power: a smooth shift of 1.5% is found at d = 1600 with 64 replicas, allowance included") {
    // 0.015 is 8.7 standard errors and 24 times the allowance 1/d: to be missed it would take a fluctuation
    // of more than four standard errors at every time near the top of the bump.
    CHECK(disagreements({.wrong = 0.015}, {.replicas = 64, .options = {.draws = 500}}, 20) == 20);
}

TEST_CASE("power: extrapolation from three sizes finds a shift that finite-size slopes of that order hide") {
    const Truth truth{.slope = 2, .wrong = 0.02};
    CHECK(disagreements(truth, {.sizes = {100, 400, 1600}, .replicas = 64, .options = {.draws = 500}}, 10) ==
          10);
}

TEST_CASE("a theory that does not know its own error is neither confirmed nor refuted") {
    const Truth wrong{.wrong = 0.5};
    Simulator simulator(23);
    const hidyn::Trajectory simulation = simulator.run(wrong, 1600, 64);
    hidyn::Trajectory theory = synthetic::theory(wrong);
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::disagrees);
    for (const double unknown :
         {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        theory.series[0].error.assign(theory.series[0].values.size(), unknown);
        const Verdict verdict = judge_one(simulation, theory, 1600);
        CHECK(verdict.outcome == Outcome::inconclusive);
        CHECK(verdict.obstacle == Obstacle::nothing_known);
    }
}

TEST_CASE("power: a variance 50% too large is found with 64 replicas, 20% with 400") {
    Truth truth{.variance = 0.3, .predicts_variance = true};
    Simulator simulator(3);
    for (const auto& [excess, replicas] : {std::pair{1.5, 64u}, std::pair{1.2, 400u}}) {
        hidyn::Trajectory theory = synthetic::theory(truth);
        for (double& variance : theory.series[0].variance) variance = 0.3 / excess;
        const Verdict verdict = judge_one(simulator.run(truth, 1600, replicas), theory, 1600);
        CHECK(verdict.outcome == Outcome::disagrees);
        CHECK(verdict.decided_by == DecidedBy::variance);
        CHECK(verdict.mean_p_value > 0.001);
        CHECK(verdict.largest.simulation > verdict.largest.theory);
    }
}

TEST_CASE("power: replicas that do not spread at all contradict a predicted variance") {
    Simulator simulator(4);
    const hidyn::Trajectory theory = synthetic::theory({.predicts_variance = true});
    const Verdict verdict = judge_one(simulator.run({.variance = 0}, 400, 16), theory, 400);
    CHECK(verdict.outcome == Outcome::disagrees);
    CHECK(verdict.decided_by == DecidedBy::variance);
}

TEST_CASE("verdict: agreement in one sentence") {
    Simulator simulator(11);
    const Verdict verdict = experiment(simulator, {.slope = 2}, {.sizes = {100, 400, 1600}, .replicas = 16});
    REQUIRE(verdict.outcome == Outcome::agrees);
    CHECK(verdict.decided_by == DecidedBy::extrapolated_limit);
    CHECK(verdict.simulation == "sgd");
    CHECK(verdict.comparisons.size() == 3);
    CHECK(verdict.limits.size() == 1);
    CHECK(verdict.fit_p_value > 0.001);
    const std::string text = sentence(verdict);
    CAPTURE(text);
    CHECK(text.starts_with(
        "agrees: extrapolated to d = infinity, sgd lies within statistical error of ode at all "
        "100 times (largest z = "));
    CHECK(text.find("; single-run deviations fall as d^-0.5") != std::string::npos);
}

TEST_CASE("verdict: deviations that grow with d are not said to fall") {
    Simulator simulator(11);
    Verdict verdict = experiment(simulator, {.slope = 2}, {.sizes = {100, 400, 1600}, .replicas = 16});
    REQUIRE(!verdict.falls.empty());
    verdict.falls.back().exponent = -0.06;
    verdict.falls.back().exponent_error = 0.31;
    const std::string text = sentence(verdict);
    CAPTURE(text);
    CHECK(text.find("; single-run deviations grow as d^0.06(31)") != std::string::npos);
}

TEST_CASE("verdict: disagreement tells by how much, where and at which d") {
    Simulator simulator(12);
    const Verdict verdict = experiment(simulator, {.wrong = 0.05}, {.replicas = 64});
    REQUIRE(verdict.outcome == Outcome::disagrees);
    CHECK(verdict.largest.simulation - verdict.largest.theory == doctest::Approx(0.05).epsilon(0.2));
    CHECK(std::abs(verdict.largest.time - 50) < 35);
    CHECK(verdict.p_value < 1e-10);
    const std::string text = sentence(verdict);
    CAPTURE(text);
    CHECK(text.starts_with("disagrees: at d = 1600, sgd-d1600 differs from ode by "));
    CHECK(text.find(" in Q[") != std::string::npos);
}

TEST_CASE("verdict: diverged replicas are left out and counted") {
    Simulator simulator(13);
    hidyn::Trajectory simulation = simulator.run({}, 400, 16);
    hidyn::Series& series = simulation.series[0];
    for (std::size_t time = 30; time < series.times; ++time)
        for (double& value : series.at(5, time)) value = std::numeric_limits<double>::infinity();
    for (std::size_t time = 10; time < 30; ++time)
        for (double& value : series.at(5, time)) value += 0.01;
    const Verdict verdict = judge_one(simulation, synthetic::theory({}), 400);
    CHECK(verdict.outcome == Outcome::agrees);
    CHECK(verdict.diverged() == 1);
    CHECK(verdict.comparisons[0][0].used[9 * 29] == 16);
    CHECK(verdict.comparisons[0][0].used[9 * 30] == 15);
    CHECK(sentence(verdict).find("; 1 of 16 replicas diverged") != std::string::npos);
}

TEST_CASE("verdict: what most replicas did not survive is not judged by the others") {
    hidyn::Trajectory simulation = Simulator(23).run({}, 400, 16);
    const hidyn::Trajectory theory = synthetic::theory({});
    const auto lose = [&](std::size_t replica) {
        simulation.series[0].at(replica, 99)[0] = std::numeric_limits<double>::quiet_NaN();
    };
    for (std::size_t replica = 0; replica < 8; ++replica) lose(replica);
    CHECK(judge_one(simulation, theory, 400).outcome == Outcome::agrees);
    lose(8);
    const Verdict verdict = judge_one(simulation, theory, 400);
    CHECK(verdict.outcome == Outcome::inconclusive);
    CHECK(verdict.obstacle == Obstacle::most_diverged);
    CHECK(sentence(verdict).find("; 9 of 16 replicas diverged") != std::string::npos);
}

TEST_CASE(
    "verdict: smaller sizes confirm nothing where the largest was lost, nor means that single runs move away "
    "from") {
    Simulator simulator(26);
    const hidyn::Trajectory theory = synthetic::theory({});
    std::vector<hidyn::Trajectory> runs;
    for (const double d : {100.0, 400.0, 1600.0}) runs.push_back(simulator.run({}, d, 16));
    const auto verdict = [&] {
        const std::vector<SimulationRun> sizes = {
            {"sgd-d100", 100, &runs[0]}, {"sgd-d400", 400, &runs[1]}, {"sgd-d1600", 1600, &runs[2]}};
        return judge(sizes, {"ode", &theory}, hidyn::TimeGrid::linear(99, 100));
    };
    REQUIRE(verdict().outcome == Outcome::agrees);
    const hidyn::Trajectory sound = runs[2];
    for (std::size_t replica = 0; replica < 9; ++replica)
        runs[2].series[0].at(replica, 99)[0] = std::numeric_limits<double>::quiet_NaN();
    CHECK(verdict().obstacle == Obstacle::most_diverged);
    CHECK(sentence(verdict()).find("most replicas of sgd diverged at d = 1600") != std::string::npos);

    // Excursions that grow with d, in both directions: no mean is significantly off.
    runs[2] = sound;
    for (std::size_t size = 0; size < 3; ++size)
        for (std::size_t replica = 0; replica < 16; ++replica)
            for (std::size_t time = 50; time < 100; ++time)
                runs[size].series[0].at(replica, time)[0] +=
                    (replica % 2 == 0 ? 1.0 : -1.0) * std::pow(10.0, static_cast<double>(size));
    const Verdict away = verdict();
    CHECK(away.mean_p_value > 0.01);
    CHECK(away.outcome == Outcome::inconclusive);
    CHECK(away.obstacle == Obstacle::moves_away);
    CHECK(sentence(away).find("single runs move away from it as d grows") != std::string::npos);
}

TEST_CASE("verdict: a deviation that only the replicas left over have is no finding") {
    hidyn::Trajectory simulation = Simulator(29).run({}, 400, 32);
    hidyn::Trajectory theory = synthetic::theory({});
    for (std::size_t time = 80; time < 100; ++time) {
        theory.series[0].at(0, time)[0] += 1.0;
        for (std::size_t replica = 0; replica < 4; ++replica)
            for (double& value : simulation.series[0].at(replica, time))
                value = std::numeric_limits<double>::quiet_NaN();
    }
    const Verdict selected = judge_one(simulation, theory, 400);
    CHECK(selected.obstacle == Obstacle::selection);
    CHECK(sentence(selected).find("only where some of its replicas have diverged") != std::string::npos);
    // What differs before they diverge is one, and is told from before.
    for (std::size_t time = 60; time < 80; ++time) theory.series[0].at(0, time)[4] += 0.5;
    const Verdict earlier = judge_one(simulation, theory, 400);
    CHECK(earlier.outcome == Outcome::disagrees);
    CHECK(earlier.largest.time < 80.0);
    CHECK(earlier.largest.component == "[2,2]");
}

TEST_CASE("verdict: a theory's own error that is larger than the statistical one is told") {
    const hidyn::Trajectory simulation = Simulator(27).run({}, 1600, 64);
    hidyn::Trajectory theory = synthetic::theory({});
    theory.series[0].error.assign(theory.series[0].values.size(), 1e-4);
    CHECK(judge_one(simulation, theory, 1600).vague.observable.empty());
    for (std::size_t time = 30; time < 100; ++time) theory.series[0].error[9 * time + 4] = 0.5;
    const Verdict verdict = judge_one(simulation, theory, 1600);
    CHECK(verdict.vague.component == "[2,2]");
    CHECK(sentence(verdict).find(
              "; the own error of ode is larger than the statistical one in Q[2,2] (first at t = ") !=
          std::string::npos);
}

TEST_CASE("verdict: a theory of this very size is given no allowance of order 1/d") {
    const hidyn::Trajectory simulation = Simulator(28).run({.slope = 0.4}, 50, 4000);
    const hidyn::Trajectory theory = synthetic::theory({});
    const std::vector<SimulationRun> runs = {{"sgd", 50, &simulation}};
    const hidyn::TimeGrid grid = hidyn::TimeGrid::linear(99, 100);
    CHECK(judge(runs, {"ode", &theory}, grid).outcome == Outcome::agrees);
    CHECK(judge(runs, {"ode", &theory}, grid, {.finite_size = 0.0}).outcome == Outcome::disagrees);
}

TEST_CASE("verdict: a hole in one component of a theory hides no other component, and is told") {
    const hidyn::Trajectory simulation = Simulator(24).run({}, 1600, 64);
    hidyn::Trajectory theory = synthetic::theory({});
    for (std::size_t time = 30; time < 100; ++time)
        theory.series[0].at(0, time)[0] = std::numeric_limits<double>::quiet_NaN();
    const Verdict sound = judge_one(simulation, theory, 1600);
    CHECK(sound.outcome == Outcome::agrees);
    CHECK(sound.times_tested == 100);
    CHECK(std::isinf(sound.theory_ends_at));
    CHECK(sound.hole.observable == "Q");
    CHECK(sound.hole.component == "[1,1]");
    CHECK(sentence(sound).find("leaves Q[1,1] undefined or its error unknown (first at t = ") !=
          std::string::npos);
    CHECK(std::isfinite(sound.comparisons[0][0].z[50 * 9 + 4]));
    CHECK(std::isnan(sound.comparisons[0][0].z[50 * 9]));
    // Another component is wrong where the first is not known.
    for (std::size_t time = 60; time < 100; ++time) theory.series[0].at(0, time)[4] += 0.05;
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::disagrees);
}

TEST_CASE("verdict: too few replicas, none left, nothing in common are outcomes of their own") {
    Simulator simulator(14);
    const hidyn::Trajectory theory = synthetic::theory({});
    hidyn::Trajectory simulation = simulator.run({}, 400, 3);
    const Verdict few = judge_one(simulation, theory, 400);
    CHECK(few.outcome == Outcome::inconclusive);
    CHECK(few.obstacle == Obstacle::too_few_replicas);
    CHECK(sentence(few) ==
          "inconclusive: sgd has at most 3 usable replicas at any size, and 4 are needed to judge ode");

    for (std::size_t replica = 0; replica < 3; ++replica)
        simulation.series[0].at(replica, 99)[0] = std::numeric_limits<double>::quiet_NaN();
    CHECK(judge_one(simulation, theory, 400).obstacle == Obstacle::all_diverged);

    simulation.series[0].observable.name = "R";
    CHECK(judge_one(simulation, theory, 400).obstacle == Obstacle::nothing_in_common);
}

TEST_CASE("verdict: each replica is held against the theory from its own start") {
    // Starts scatter by O(1), as do the curves; only the difference of pairs is small.
    Simulator simulator(15);
    hidyn::Trajectory simulation = simulator.run({}, 1600, 16);
    hidyn::Series paired(synthetic::matrix(3), 16, 100);
    for (std::size_t replica = 0; replica < 16; ++replica) {
        const double start = simulator.normal();
        for (std::size_t time = 0; time < 100; ++time)
            for (std::size_t component = 0; component < 9; ++component) {
                paired.at(replica, time)[component] = synthetic::limit(time, component) + start;
                simulation.series[0].at(replica, time)[component] += start;
            }
    }
    hidyn::Trajectory theory{{paired}};
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::agrees);
    for (double& value : theory.series[0].values) value += 0.03;
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::disagrees);
}

TEST_CASE("verdict: a theory's own error is a range within which nothing is held against it") {
    Simulator simulator(16);
    const hidyn::Trajectory simulation = simulator.run({.wrong = 0.05}, 1600, 64);
    hidyn::Trajectory theory = synthetic::theory({});
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::disagrees);
    theory.series[0].error.assign(theory.series[0].values.size(), 0.05);
    CHECK(judge_one(simulation, theory, 1600).outcome == Outcome::agrees);
}

TEST_CASE("verdict: a prescribed start is no evidence up to rounding, and damning beyond") {
    Simulator simulator(17);
    hidyn::Trajectory simulation = simulator.run({}, 400, 16);
    const hidyn::Trajectory theory = synthetic::theory({});
    const auto start_at = [&](double shift) {
        for (std::size_t replica = 0; replica < 16; ++replica)
            for (std::size_t component = 0; component < 9; ++component)
                simulation.series[0].at(replica, 0)[component] =
                    theory.series[0].at(0, 0)[component] + shift + (replica % 2 == 0 ? 1e-16 : 0.0);
    };
    start_at(1e-15);
    CHECK(judge_one(simulation, theory, 400).outcome == Outcome::agrees);
    start_at(0.01);
    const Verdict verdict = judge_one(simulation, theory, 400);
    CHECK(verdict.outcome == Outcome::disagrees);
    CHECK(verdict.largest.time == 0);
}

TEST_CASE("verdict: sizes that do not follow 1/d are dropped, and the sentence says so") {
    Simulator simulator(18);
    const hidyn::Trajectory theory = synthetic::theory({});
    const std::vector<double> sizes = {50, 400, 800, 1600};
    std::vector<hidyn::Trajectory> trajectories;
    std::vector<SimulationRun> runs;
    // A term 1/d^2 that is 0.4 at d = 50 and within the errors from d = 400 on.
    for (const double d : sizes) trajectories.push_back(simulator.run({.slope = 1000 / d}, d, 32));
    for (std::size_t j = 0; j < sizes.size(); ++j) runs.push_back({"sgd", sizes[j], &trajectories[j]});
    const Verdict verdict = judge(runs, {"ode", &theory}, hidyn::TimeGrid::linear(99, 100));
    CHECK(verdict.fit_p_value < 0.01);
    CHECK(verdict.sizes_used == std::vector<double>{400, 800, 1600});
    CHECK(verdict.outcome == Outcome::agrees);
    CHECK(sentence(verdict).find("; below d = 400 the means do not yet follow 1/d") != std::string::npos);
}

TEST_CASE("verdict: is a function of the data") {
    Simulator once(20), again(20);
    const Design design{.replicas = 8};
    CHECK(experiment(once, {}, design).p_value == experiment(again, {}, design).p_value);
}

TEST_CASE("verdict: a grid of another length is refused") {
    const hidyn::Trajectory theory = synthetic::theory({});
    const std::vector<SimulationRun> runs = {{"sgd", 100, &theory}};
    CHECK_THROWS_AS((void)judge(runs, {"ode", &theory}, hidyn::TimeGrid::linear(1, 5)), hidyn::InputError);
}

TEST_CASE("student score: normal to a few percent at the 1% point of Student's t") {
    // Two-sided 1% points of t with 3, 7, 63 degrees of freedom; the normal one is 2.5758.
    CHECK(student_score(5.8409, 3) == doctest::Approx(2.5758).epsilon(0.03));
    CHECK(student_score(3.4995, 7) == doctest::Approx(2.5758).epsilon(0.01));
    CHECK(student_score(-2.6561, 63) == doctest::Approx(-2.5758).epsilon(0.001));
}

TEST_CASE("upper tail: counts where there are draws, continues beyond them, never above Bonferroni") {
    std::vector<double> maxima;
    for (int draw = 1; draw <= 999; ++draw) maxima.push_back(2 + 2 * draw / 999.0);
    CHECK(upper_tail(maxima, 3.0, 1000).p_value == doctest::Approx(0.5).epsilon(0.01));
    CHECK(upper_tail(maxima, 8.0, 1000).p_value <= 1000 * two_sided_normal(8.0));
    CHECK(upper_tail(maxima, 8.0, 1000).p_value > two_sided_normal(8.0));
}

namespace {

// A straight theory of zero and replicas y_r(t) = t (bias + spread z_r(t)).
hidyn::Trajectory line(std::size_t replicas, double bias, double spread, hidyn::random::Stream& stream) {
    hidyn::Trajectory trajectory;
    hidyn::Series& series =
        trajectory.series.emplace_back(hidyn::Observable{"R", "overlap", "R", "w w* / d"}, replicas, 21);
    for (std::size_t replica = 0; replica < std::max<std::size_t>(replicas, 1); ++replica) {
        const double z = replicas == 0 ? 0.0 : stream.normal();
        for (std::size_t time = 0; time < 21; ++time)
            series.at(replica, time)[0] = 0.05 * static_cast<double>(time) * (bias + spread * z);
    }
    return trajectory;
}

}  // namespace

TEST_CASE("verdict: sizes that approach faster than fluctuations can are too small, not a finding") {
    hidyn::random::Stream stream({.seed = 5});
    const hidyn::Trajectory theory = line(0, 0.0, 0.0, stream);
    std::vector<hidyn::Trajectory> runs;
    std::vector<SimulationRun> sizes;
    const std::vector<double> d{100, 400, 1600};
    // Bias and spread both fall as 1/d and faster, as in the escape from a plateau.
    for (const double size : d)
        runs.push_back(line(64, 40 / size + 20000 / (size * size), 20 / size, stream));
    for (std::size_t index = 0; index < d.size(); ++index) sizes.push_back({"sgd", d[index], &runs[index]});
    const Verdict verdict = judge(sizes, {"ode", &theory}, hidyn::TimeGrid::linear(1.0, 21));
    CHECK(verdict.outcome == Outcome::inconclusive);
    CHECK(verdict.obstacle == Obstacle::sizes_too_small);
    CHECK(sentence(verdict).find("add larger d") != std::string::npos);
}

TEST_CASE("verdict: a theory that diverges before the replicas move apart is not confirmed by the start") {
    hidyn::random::Stream stream({.seed = 6});
    hidyn::Trajectory theory = line(0, 0.0, 0.0, stream);
    const hidyn::Trajectory runs = line(16, 0.0, 1.0, stream);
    for (std::size_t time = 1; time < 21; ++time)
        theory.series[0].at(0, time)[0] = std::numeric_limits<double>::quiet_NaN();
    const Verdict verdict = judge_one(runs, theory, 400);
    CHECK(verdict.outcome == Outcome::inconclusive);
    CHECK(verdict.obstacle == Obstacle::theory_ends_at_start);

    for (std::size_t time = 1; time < 11; ++time) theory.series[0].at(0, time)[0] = 0.0;
    const Verdict half = judge_one(runs, theory, 400);
    CHECK(half.outcome == Outcome::agrees);
    CHECK(sentence(half).find("ode diverged after t = 10") != std::string::npos);
}

}  // namespace verdict_tests
