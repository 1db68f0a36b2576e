// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "check_values.hpp"
#include "deep_linear_cases.hpp"
#include "models/weight_diffusion/declaration.hpp"
#include "models/weight_diffusion/weight_diffusion.hpp"
#include "solvers/random_matrix/levels.hpp"
#include "solvers/sde/dyson.hpp"
#include "solvers/sde/weight_diffusion.hpp"

namespace singular_values_tests {

using namespace hidyn;
using cases::Estimate;
using Eigen::VectorXd;

namespace {

std::shared_ptr<deep_linear::DeepLinear> degenerate(std::size_t levels, double rate, std::uint64_t batch,
                                                    double noise) {
    auto problem =
        cases::batches(1, std::vector<double>(levels, 1.0), 1.0, rate, batch, noise, {12.0, 16.0, 20.0});
    problem->levels = {.wanted = true,
                       .spacings = {.from = 0.0, .to = 0.15, .bins = 15},
                       .values = {.from = 0.8, .to = 1.2, .bins = 20}};
    return problem;
}

}  // namespace

TEST_CASE("singular values: Dyson's drift is the gradient of a convex potential, steps keep the order") {
    const sde::Dyson dyson{.restoring_rate = 1.0, .noise = 0.5, .excess = 2.0};
    const VectorXd xi = VectorXd::LinSpaced(4, 0.3, 1.4);
    const Eigen::MatrixXd stiffness = dyson.stiffness(xi);
    for (Eigen::Index j = 0; j < 4; ++j) {
        const VectorXd h = 1e-5 * VectorXd::Unit(4, j);
        const VectorXd column = (dyson.drift(xi - h) - dyson.drift(xi + h)) / 2e-5;
        CHECK((stiffness.col(j) - column).norm() < 1e-7);
    }
    // A kick that would throw the order over.
    VectorXd close(4);
    close << 0.3, 0.5, 0.5001, 1.4;
    VectorXd kick(4);
    kick << -6.0, 5.0, -5.0, 0.0;
    REQUIRE(dyson.step(close, kick, 0.05));
    CHECK(close[0] > 0.0);
    CHECK(std::is_sorted(close.begin(), close.end()));
}

TEST_CASE("singular values: paths have the law of real matrices, as published") {
    const test::CheckValues known("singular-values");
    const double tolerance = known.number("relaxing.tolerance");
    auto problem = std::make_shared<weight_diffusion::WeightDiffusion>();
    problem->start_values = {0.3, 0.5, 0.9, 1.4};
    const std::vector<double> times{0.0, 0.2, 0.7};
    const auto real =
        cases::solve_route(weight_diffusion::simulation_kind(), problem, {{"members", std::int64_t{2000}}},
                           times, {.name = "sim", .d = 4, .replicas = 20});
    const auto paths = cases::solve_route(sde::weight_diffusion_kind(), problem,
                                          {{"trajectories", std::int64_t{6000}}, {"time_step", 0.01}}, times);
    for (std::size_t level = 0; level < 4; ++level) {
        CAPTURE(level);
        CHECK(real.at("singular_values", 0, level) == doctest::Approx(problem->start_values[level]));
        CHECK(std::abs(Estimate(real, "singular_values", 2, level).mean -
                       known.numbers("relaxing.mean").at(level)) < tolerance);
        CHECK(std::abs(std::sqrt(Estimate(real, "variance_of_singular_values", 2, level).mean) -
                       known.numbers("relaxing.deviation").at(level)) < tolerance);
        for (std::size_t time = 1; time < 3; ++time) {
            const Estimate one(real, "singular_values", time, level);
            const double error = std::hypot(one.error, paths.error_at("singular_values", time, level));
            // Backward Euler is off by .012 at a step of .05, published; a fifth of that at this one.
            CHECK(std::abs(one.mean - paths.at("singular_values", time, level)) < 4.0 * error + 0.0025);
            CHECK(Estimate(real, "variance_of_singular_values", time, level).mean ==
                  doctest::Approx(paths.at("variance_of_singular_values", time, level)).epsilon(0.12));
        }
    }
    // |W|^2 relaxes to M N g^2 / 2k by itself.
    const double start = 0.09 + 0.25 + 0.81 + 1.96;
    const double decay = std::exp(-1.4);
    CHECK(Estimate(real, "squared_norm", 2).score(start * decay + 24.0 * 0.125 * (1.0 - decay)) < 4.5);
}

TEST_CASE("singular values: two levels are Wigner's, at any step, in proportion to the root of eta over B") {
    for (const auto& [rate, batch] : {std::pair{0.05, std::uint64_t{4}}, std::pair{0.2, std::uint64_t{16}}}) {
        const auto problem = degenerate(2, rate, batch, 0.1);
        const auto run = cases::simulate(problem, "direct", 2, 20, 500);
        const auto theory =
            cases::solve_route(random_matrix::levels_kind(), problem, {}, problem->grid.times, {.d = 2});
        if (batch == 4)
            CHECK(theory.at("level_spacing", 0) == test::CheckValues("singular-values").approx("spacing"));
        for (std::size_t time = 0; time < 3; ++time) {
            for (const char* what :
                 {"level_spacing", "mode_strength", "variance_of_modes", "generalization_error"}) {
                CAPTURE(what);
                CHECK(Estimate(run, what, time).score(theory.at(what, time)) < 4.5);
            }
            // Moments to leading order in sigma.
            CHECK(Estimate(run, "level_moments", time).mean ==
                  doctest::Approx(theory.at("level_moments", time)).epsilon(0.03));
            for (std::size_t bin = 0; bin < 15; ++bin) {
                CAPTURE(bin);
                const Estimate one(run, "spacing_density", time, bin);
                CHECK(std::abs(one.mean - theory.at("spacing_density", time, bin)) <
                      4.5 * one.error + theory.error_at("spacing_density", time, bin) + 0.1);
            }
        }
    }
}

TEST_CASE("singular values: many levels fill the semicircle") {
    const auto problem = degenerate(20, 0.1, 40, 0.5);
    problem->levels.values = {.from = 0.75, .to = 1.25, .bins = 10};
    const auto run = cases::simulate(problem, "reduced", 20, 8, 10);
    const auto theory =
        cases::solve_route(random_matrix::levels_kind(), problem, {}, problem->grid.times, {.d = 20});
    // Published for N = 20: .263 and .141 against .2625 and .141 in units of the radius.
    CHECK(Estimate(run, "level_moments", 2, 0).mean ==
          doctest::Approx(theory.at("level_moments", 2, 0)).epsilon(0.03));
    CHECK(Estimate(run, "level_moments", 2, 1).mean ==
          doctest::Approx(theory.at("level_moments", 2, 1)).epsilon(0.06));
    double furthest = 0.0;
    double all = 0.0;
    for (std::size_t bin = 0; bin < 10; ++bin) {
        const double one = Estimate(run, "level_density", 2, bin).mean;
        furthest = std::max(furthest, std::abs(one - theory.at("level_density", 2, bin)));
        all += 0.05 * theory.at("level_density", 2, bin);
    }
    CHECK(all == doctest::Approx(1.0).epsilon(0.01));
    CHECK(furthest < 0.06 * theory.at("level_density", 2, 5) + 0.25);
}

}  // namespace singular_values_tests
