// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "deep_linear_cases.hpp"
#include "solvers/linear_noise/deep_linear.hpp"
#include "solvers/linear_noise/learning_time.hpp"
#include "solvers/sde/deep_linear.hpp"
#include "solvers/sde/stationary_law.hpp"

namespace deep_linear_laws_tests {

using namespace hidyn;
using namespace hidyn::deep_linear;
using cases::batches;
using cases::Estimate;
using cases::simulate;

namespace {

cases::RouteSolution sde_of(const std::shared_ptr<DeepLinear>& problem, bool finite_step,
                            std::int64_t paths = 40000) {
    return cases::solve_route(sde::deep_linear_kind(), problem,
                              {{"finite_step", finite_step}, {"trajectories", paths}}, problem->grid.times);
}

}  // namespace

TEST_CASE("deep linear: the stationary law, as published, its tails and its end") {
    const test::CheckValues known("deep-linear");
    for (const std::size_t depth : {2, 3}) {
        const std::string name = depth == 2 ? "stationary-two-layers" : "stationary-three-layers";
        const auto problem = batches(depth, {1.0}, 0.9, 0.02, 1, 1.0, {0.0});
        const sde::StationaryLaw law(sde::ModeLaw(*problem, 0, false));
        CHECK(law.mean() == known.approx(name, "mean"));
        CHECK(law.variance() == known.approx(name, "variance"));
        for (const double level : {0.001, 0.1, 0.5, 0.9, 0.999})
            CHECK(law.distribution(law.quantile(level)) == doctest::Approx(level).epsilon(1e-6));
    }
    const auto strong = batches(3, {1.0}, 0.9, 0.2, 1, 1.0, {0.0});
    strong->learning_rate = 2.0;
    CHECK(sde::StationaryLaw(sde::ModeLaw(*strong, 0, false)).mean() ==
          known.approx("stationary-strong-noise", "mean"));
    const auto weak = batches(2, {0.3}, 0.3, 0.2, 1, 1.0, {0.0});
    const std::vector<double> ratios = known.numbers("stationary-weak-mode.ratios");
    for (std::size_t k = 0; k < ratios.size(); ++k) {
        weak->learning_rate = ratios[k];
        CHECK(sde::StationaryLaw(sde::ModeLaw(*weak, 0, false)).mean() ==
              known.approx("stationary-weak-mode", "mean", k));
    }
    CHECK(sde::StationaryLaw::defect(sde::ModeLaw(*weak, 0, false)).empty());
    weak->learning_rate = 0.6;
    CHECK(!sde::StationaryLaw::defect(sde::ModeLaw(*weak, 0, false)).empty());
}

TEST_CASE("deep linear: steps settle into the stationary law, at first order in the learning rate") {
    const test::CheckValues known("deep-linear");
    const std::vector<double> rates = known.numbers("finite-rate.learning_rates");
    for (const std::size_t depth : {2, 3}) {
        CAPTURE(depth);
        std::vector<double> excess;
        for (const double rate : rates) {
            // At the same learning_rate / batch_size = 0.02.
            const auto batch = static_cast<std::uint64_t>(std::lround(rate / 0.02));
            const auto problem = batches(depth, {1.0}, 0.95, rate, batch, 1.0, {16.0});
            problem->asked = {.quantiles = {0.1, 0.5, 0.9}};
            const auto run = simulate(problem, "mode", 1, 40, 1000);
            const auto law = [&](bool finite) {
                return cases::solve_route(sde::stationary_law_kind(), problem,
                                          {{"finite_step", finite}, {"law", std::string("exact")}},
                                          problem->grid.times);
            };
            const Estimate variance(run, "variance_of_modes", 0);
            excess.push_back(variance.mean / law(false).at("variance_of_modes", 0) - 1.0);
            // Corrected, the error is of second order.
            CHECK(variance.mean / law(true).at("variance_of_modes", 0) ==
                  doctest::Approx(1.0).epsilon(4.0 * rate * rate + 5.0 * variance.error / variance.mean));
            if (rate > 0.1) continue;
            for (std::size_t level = 0; level < 3; ++level) {
                const Estimate quantile(run, "mode_quantiles", 0, level);
                CHECK(std::abs(quantile.mean - law(true).at("mode_quantiles", 0, level)) <
                      4.0 * quantile.error + 0.004);
            }
        }
        // Published for two layers.
        for (std::size_t k = 0; depth == 2 && k < rates.size(); ++k)
            CHECK(excess[k] ==
                  doctest::Approx(
                      known.numbers("finite-rate.variance").at(k) / known.number("finite-rate.limit") - 1.0)
                      .epsilon(known.numbers("finite-rate.epsilon").at(k)));
        CHECK(excess[0] > 2.5 * excess[1]);
    }
}

TEST_CASE("deep linear: beyond the collapse noise destroys the mode") {
    // Threshold .5085 for m = .3 and Delta = 1.
    const auto problem = batches(2, {0.3}, 0.3, 0.02, 1, 1.0, {40.0, 160.0});
    problem->asked = {.quantiles = {0.5}};
    problem->batch_size = 1;
    const auto medians = [&](double rate) {
        // Small steps: the limit at fixed learning_rate / batch_size, by paths of the diffusion.
        problem->learning_rate = rate;
        return cases::solve_route(sde::deep_linear_kind(), problem,
                                  {{"trajectories", std::int64_t{2000}}, {"time_step", 0.02}},
                                  problem->grid.times);
    };
    const auto above = medians(0.6);
    CHECK(above.at("mode_quantiles", 1) < 1e-3 * above.at("mode_quantiles", 0));
    const auto below = medians(0.2);
    CHECK(below.at("mode_quantiles", 1) > 0.05);
    const double mean = test::CheckValues("deep-linear").numbers("stationary-weak-mode.mean").front();
    CHECK(below.at("mode_strength", 1) == doctest::Approx(mean).epsilon(0.08));
}

TEST_CASE("deep linear: paths of the diffusion have the law of steps, once steps count as finite") {
    for (const std::size_t depth : {2, 3}) {
        CAPTURE(depth);
        const std::vector<double> times =
            depth == 2 ? std::vector<double>{0.5, 1.0, 1.5, 2.0} : std::vector<double>{1.0, 1.5, 2.0, 3.0};
        const auto problem = batches(depth, {2.0}, depth == 2 ? 0.02 : 0.05, depth == 2 ? 0.04 : 0.02,
                                     depth == 2 ? 16 : 8, 0.3, times);
        problem->asked = {.learned_at = 0.7};
        const auto run = simulate(problem, "mode", 1, 40, 4000);
        const auto coarse = sde_of(problem, false, 160000);
        const auto fine = sde_of(problem, true, 160000);
        double first = 0.0;
        double second = 0.0;
        for (std::size_t time = 0; time < times.size(); ++time)
            for (const char* what : {"mode_strength", "variance_of_modes", "mode_diffusion"}) {
                CAPTURE(what);
                CAPTURE(time);
                const Estimate one(run, what, time);
                const double scale = std::max(std::abs(one.mean), 1e-3);
                first += std::abs(coarse.at(what, time) - one.mean) / scale;
                second += std::abs(fine.at(what, time) - one.mean) / scale;
                // Of the size of eta times the curvature, squared.
                CHECK(std::abs(fine.at(what, time) - one.mean) <
                      4.0 * std::hypot(one.error, fine.error_at(what, time)) + 0.02 * scale);
            }
        CHECK(second < 0.5 * first);
        const Estimate learned(run, "learning_time", 3);
        CHECK(std::abs(fine.at("learning_time", 3) - learned.mean) < 0.003);
        CHECK(fine.at("learned", 3) == doctest::Approx(Estimate(run, "learned", 3).mean).epsilon(0.02));
    }
}

TEST_CASE("deep linear: small fluctuations and learning times") {
    // Without label noise Var T = 2 (eta / B) T of the flow; published ratios are between .982 and 1.015.
    for (const std::size_t depth : {2, 3}) {
        CAPTURE(depth);
        const auto problem =
            batches(depth, {2.0}, depth == 2 ? 0.02 : 0.05, 0.005, 16, 0.0, {0.5, 1.0, 1.5, 4.0});
        problem->asked = {.learned_at = 0.8};
        const sde::ModeLaw law(*problem, 0, false);
        const linear_noise::LearningTime time(law, problem->initial.strengths[0], 1.6);
        const double L = static_cast<double>(depth);
        const auto flow_rate = [&](double s) { return std::pow(s, 1.0 - 1.0 / L) * (2.0 - s); };
        double flow = 0.0;  // int ds / (L s^{2 - 2/L} (m - s)), in ln s
        constexpr int parts = 20000;
        const double from = std::log(problem->initial.strengths[0]);
        const double h = (std::log(1.6) - from) / parts;
        for (int k = 0; k < parts; ++k) {
            const double s = std::exp(from + (k + 0.5) * h);
            flow += h * s / (L * std::pow(s, 2.0 - 2.0 / L) * (2.0 - s));
        }
        const double ratio = 0.005 / 16.0;
        CHECK(time.deviation * time.deviation == doctest::Approx(2.0 * ratio * flow).epsilon(1e-6));
        CHECK(time.mean == doctest::Approx(flow + ratio * std::log(flow_rate(1.6) /
                                                                   flow_rate(problem->initial.strengths[0])))
                               .epsilon(1e-6));
        const auto run = simulate(problem, "mode", 1, 40, 500);
        const auto theory = cases::solve_route(linear_noise::deep_linear_kind(), problem,
                                               {{"finite_step", true}}, problem->grid.times);
        CHECK(Estimate(run, "variance_of_learning_time", 3).mean / (2.0 * ratio * flow) ==
              doctest::Approx(1.0).epsilon(0.05));
        for (std::size_t t = 0; t < 4; ++t)
            for (const char* what :
                 {"mode_strength", "variance_of_modes", "mode_diffusion", "learning_time"}) {
                CAPTURE(t);
                CAPTURE(what);
                const Estimate one(run, what, t);
                const double scale =
                    what[0] == 'm' ? std::max(std::abs(one.mean), 1e-9) : std::max(one.mean, 0.002);
                CHECK(std::abs(one.mean - theory.at(what, t)) < 4.0 * one.error + 0.03 * scale);
            }
        CHECK(std::abs(Estimate(run, "learning_time", 3).mean - theory.at("learning_time", 3)) <
              4.0 * Estimate(run, "learning_time", 3).error + 1e-3);
    }
}

TEST_CASE("deep linear: diffusion peaks before the mode is learned") {
    const double where[] = {0.5, 4.0 / 7.0, 0.6};
    for (const std::size_t depth : {2, 3, 4}) {
        const auto problem = batches(depth, {1.5}, 0.1, 0.01, 1, 0.0, {0.0});
        const sde::ModeLaw law(*problem, 0, false);
        const double peak = where[depth - 2] * 1.5;
        CHECK(law.strength_diffusion(peak) > law.strength_diffusion(peak * 1.001));
        CHECK(law.strength_diffusion(peak) > law.strength_diffusion(peak * 0.999));
    }
}

}  // namespace deep_linear_laws_tests
