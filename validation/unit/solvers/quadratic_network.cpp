// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "models/quadratic_network/declaration/declaration.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "models/quadratic_network/simulation/learner.hpp"
#include "random/stream.hpp"
#include "route_cases.hpp"
#include "solvers/closed_form/quadratic_network.hpp"
#include "solvers/closed_form/wide_students.hpp"
#include "solvers/equations/quadratic_network/factor_gradient.hpp"
#include "solvers/ode/quadratic_network.hpp"
#include "solvers/riccati/quadratic_network.hpp"

namespace quadratic_network_tests {

using namespace hidyn;
using namespace hidyn::quadratic_network;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// The start of the public check values: A_k1 = a0 cos k, A_k2 = b0 sin(1 + k), Q - A A^T = y0 / K diag(1 +
/// 0.3 k).
std::shared_ptr<QuadraticNetwork> spiked(std::size_t K, double spike, double a0, double b0, double y0,
                                         Algorithm algorithm, double Delta = 0.0) {
    auto problem = std::make_shared<QuadraticNetwork>();
    problem->students = K;
    problem->inputs.has_spike = true;
    problem->inputs.spike = spike;
    problem->label_noise = Delta;
    problem->algorithm = algorithm;
    const auto size = static_cast<Index>(K);
    MatrixXd A(size, 2);
    VectorXd bulk(size);
    for (Index k = 0; k < size; ++k) {
        const auto x = static_cast<double>(k);
        A(k, 0) = a0 * std::cos(x);
        A(k, 1) = b0 * std::sin(1.0 + x);
        bulk[k] = std::sqrt(y0 / static_cast<double>(K) * (1.0 + 0.3 * x));
    }
    problem->starts = {{A, {MatrixXd(bulk.asDiagonal())}}};
    return problem;
}

std::shared_ptr<QuadraticNetwork> isotropic(std::uint64_t d, double spike, double s0, Algorithm algorithm) {
    auto problem = std::make_shared<QuadraticNetwork>();
    problem->students = d;
    problem->inputs.has_spike = true;
    problem->inputs.spike = spike;
    problem->algorithm = algorithm;
    problem->isotropic_start = true;
    problem->start_size = d;
    problem->starts = {isotropic_factors(problem->inputs.at(d, 1), d, s0)};
    return problem;
}

cases::RouteSolution solve(const RouteKind& kind, const std::shared_ptr<QuadraticNetwork>& problem,
                           const std::vector<double>& times, RouteInfo info = {}) {
    std::map<std::string, Value> keys;
    if (!kind.theory) keys["d"] = std::int64_t{1};
    return cases::solve_route(kind, problem, keys, times, info);
}

const test::CheckValues& known() {
    static const test::CheckValues values("quadratic-network");
    return values;
}

void check_rows(const cases::RouteSolution& found, const std::string& name) {
    const double tolerance = known().number(name + ".tolerance");
    for (const std::vector<double>& row : known().rows(name + ".rows")) {
        const auto time = static_cast<std::size_t>(row.at(0));
        CAPTURE(name);
        CAPTURE(time);
        CHECK(std::abs(found.at("signal_mass", time) - row.at(1)) < tolerance);
        CHECK(std::abs(found.at("spike_mass", time) - row.at(2)) < tolerance);
        CHECK(std::abs(found.at("signal_mass", time) / found.at("alignment", time) - row.at(3)) <
              3.0 * tolerance);
        CHECK(std::abs(found.at("generalization_error", time) / 2.0 - row.at(4)) < tolerance);
    }
}

std::vector<double> up_to(int last) {
    std::vector<double> times;
    for (int t = 0; t <= last; ++t) times.push_back(t);
    return times;
}

}  // namespace

TEST_CASE("quadratic network: moments are averages over samples, and the gradient that of the loss") {
    const auto problem = spiked(2, 3.0, 0.4, 0.3, 0.5, {}, 0.2);
    const Factors& start = problem->starts.front();
    const Covariance covariance = problem->inputs.at(40, 1);
    const MatrixXd Theta = problem->Theta(40);
    const Moments moments(start.Gamma(covariance), start.A, Theta, covariance.probes);
    // Samples of lambda and lambda* through their own weights.
    random::Stream stream({.seed = 3});
    constexpr int samples = 400000;
    MatrixXd noise = MatrixXd::Zero(2, 2);
    MatrixXd drift = MatrixXd::Zero(2, 2);
    double loss = 0.0;
    for (int i = 0; i < samples; ++i) {
        VectorXd x(4);
        for (double& entry : x) entry = stream.normal();
        VectorXd lambda = start.A.col(0) * x[0] + start.A.col(1) * (2.0 * x[1]) + start.L[0] * x.tail(2);
        const double rest = lambda.squaredNorm() - x[0] * x[0];
        const double noisy = rest - std::sqrt(0.2) * stream.normal();
        loss += 0.25 * rest * rest / samples;
        drift += rest * lambda * lambda.transpose() / samples;
        noise += noisy * noisy * lambda * lambda.transpose() / samples;
    }
    CHECK(loss == doctest::Approx(moments.loss()).epsilon(0.02));
    CHECK((drift - moments.drift()).norm() < 0.02 * moments.drift().norm());
    CHECK((noise - moments.noise(0.2)).norm() < 0.04 * moments.noise(0.2).norm());

    // sqrt(d) grad L in the factors' coordinates is half of dL / d[A | L], for W = sqrt(d) [A | L V].
    const FactorGradient gradient(*problem, 40);
    const MatrixXd found = gradient.of(start);
    const auto loss_at = [&](const Factors& state) {
        return Moments(state.Gamma(covariance), state.A, Theta, covariance.probes).loss();
    };
    for (Index column = 0; column < found.cols(); ++column)
        for (Index row = 0; row < 2; ++row) {
            MatrixXd change = MatrixXd::Zero(2, found.cols());
            change(row, column) = 1e-5;
            Factors up = start;
            Factors down = start;
            FactorGradient::subtract(-change, up);
            FactorGradient::subtract(change, down);
            CHECK((loss_at(up) - loss_at(down)) / 2e-5 == doctest::Approx(found(row, column)).epsilon(1e-7));
        }
}

TEST_CASE("quadratic network: the public check values of the population loss") {
    const Algorithm descent{.rule = Rule::gradient_descent, .learning_rate = 0.01};
    check_rows(solve(closed_form::quadratic_network_kind(), spiked(2, 6, .05, .05, .05, descent), up_to(400)),
               "population");
    Algorithm spectral{.rule = Rule::spectral_descent, .learning_rate = 0.01};
    check_rows(solve(closed_form::quadratic_network_kind(), spiked(2, 6, .05, .05, .05, spectral), up_to(20)),
               "population-spectral");
    spectral.regularization = 1e-3;
    check_rows(
        solve(closed_form::quadratic_network_kind(), spiked(2, 6, .05, .05, .05, spectral), up_to(120)),
        "population-regularized");
}

TEST_CASE("quadratic network: the public check values of batches and of online SGD") {
    Algorithm batch{
        .rule = Rule::gradient_descent, .learning_rate = 0.05, .source = Source::fresh, .ratio = 3.0};
    check_rows(
        solve(closed_form::quadratic_network_kind(), spiked(3, 4, .1, .08, .09, batch, 0.1), up_to(30)),
        "batches");
    batch.rule = Rule::spectral_descent;
    check_rows(
        solve(closed_form::quadratic_network_kind(), spiked(3, 4, .1, .08, .09, batch, 0.1), up_to(20)),
        "batches-spectral");
    const Algorithm online{.rule = Rule::online_sgd, .learning_rate = 0.04, .source = Source::fresh};
    check_rows(solve(ode::quadratic_network_kind(), spiked(2, 3, .2, .1, .3, online, 0.1), up_to(20)),
               "online");
}

TEST_CASE("quadratic network: three singular values, and the same network by its factors") {
    struct Case {
        Algorithm algorithm;
        std::string rows;  ///< step, p^2, q^2, r^2, alignment
    };
    const std::vector<Case> cases{
        {{.rule = Rule::gradient_descent, .learning_rate = 0.002}, "wide.gradient"},
        {{.rule = Rule::spectral_descent, .learning_rate = 0.002}, "wide.spectral"}};
    for (const Case& one : cases) {
        const auto problem = isotropic(40, 10, 0.02, one.algorithm);
        const auto wide = solve(closed_form::wide_students_kind(), problem, up_to(1500));
        const double tolerance = known().number("wide.tolerance");
        for (const std::vector<double>& row : known().rows(one.rows)) {
            const auto t = static_cast<std::size_t>(row.at(0));
            CHECK(std::abs(wide.at("signal_mass", t) - row.at(1)) < tolerance);
            CHECK(std::abs(wide.at("spike_mass", t) - row.at(2)) < tolerance);
            CHECK(std::abs(wide.at("bulk_mass", t) / 38.0 - row.at(3)) < tolerance);
            CHECK(std::abs(wide.at("alignment", t) - row.at(4)) < tolerance);
        }
        // Factors and real weights, before a spectral step flips signs back and forth.
        const int last = one.algorithm.spectral() ? 50 : 300;
        const auto factors = solve(closed_form::quadratic_network_kind(), problem, up_to(last));
        const auto real =
            solve(simulation_kind(), problem, up_to(last), {.name = "sim", .d = 40, .replicas = 1});
        for (const char* name : {"signal_mass", "spike_mass", "bulk_mass", "generalization_error",
                                 "frobenius_alignment", "singular_values"})
            for (const std::size_t t : {std::size_t{20}, static_cast<std::size_t>(last)}) {
                CAPTURE(name);
                CHECK(factors.at(name, t) == doctest::Approx(wide.at(name, t)).epsilon(1e-8));
                CHECK(real.at(name, t) == doctest::Approx(wide.at(name, t)).epsilon(1e-8));
            }
    }
}

TEST_CASE("quadratic network: the recursion of factors is the network's own, at any size") {
    struct Case {
        std::uint64_t d;
        std::size_t K;
        InputLaw inputs;
    };
    InputLaw spike{.has_spike = true, .spike = 4.0};
    InputLaw tilted{.has_spike = true, .spike = 4.0, .spike_overlap = 0.6};
    InputLaw blocks{.kind = InputLaw::Kind::blocks,
                    .variances = {0.5, 1.0, 3.0},
                    .fractions = {0.3, 0.5, 0.2},
                    .teacher_shares = {0.2, 0.5, 0.3}};
    InputLaw power{.kind = InputLaw::Kind::power_law, .exponent = 1.0};
    for (const Case& one : {Case{60, 1, spike},
                            {80, 3, spike},
                            {50, 12, tilted},
                            {60, 4, blocks},
                            {30, 30, spike},
                            {40, 5, power}})
        for (const Rule rule : {Rule::gradient_descent, Rule::spectral_descent}) {
            auto problem = std::make_shared<QuadraticNetwork>();
            problem->students = one.K;
            problem->inputs = one.inputs;
            problem->algorithm = {.rule = rule,
                                  .learning_rate = 0.01,
                                  .regularization = rule == Rule::spectral_descent ? 1e-4 : 0.0};
            problem->start_size = one.d;
            problem->starts = {random_factors(problem->inputs.at(one.d, 1), one.K,
                                              0.3 / std::sqrt(static_cast<double>(one.K)), 7, 0)};
            const auto theory = solve(closed_form::quadratic_network_kind(), problem, up_to(200));
            const auto real =
                solve(simulation_kind(), problem, up_to(200), {.name = "sim", .d = one.d, .replicas = 1});
            CAPTURE(one.d);
            CAPTURE(one.K);
            for (const char* name : {"signal_mass", "alignment", "generalization_error", "top_alignment"})
                for (const std::size_t t : {std::size_t{1}, std::size_t{50}, std::size_t{200}})
                    CHECK(real.at(name, t) == doctest::Approx(theory.at(name, t)).epsilon(1e-7));
        }
}

TEST_CASE("quadratic network: small steps are the flow") {
    auto problem = spiked(2, 3.0, 0.2, 0.1, 0.2, {.rule = Rule::gradient_flow});
    const auto flow = solve(ode::quadratic_network_kind(), problem, {0, 1, 2});
    std::vector<double> error;
    for (const int steps : {400, 800}) {
        problem->algorithm = {.rule = Rule::gradient_descent, .learning_rate = 1.0 / steps};
        const auto discrete = solve(closed_form::quadratic_network_kind(), problem, up_to(2 * steps));
        error.push_back(discrete.at("signal_mass", static_cast<std::size_t>(steps)) -
                        flow.at("signal_mass", 1));
    }
    CHECK(std::abs(error[1]) < 5e-3);
    CHECK(error[0] / error[1] == doctest::Approx(2.0).epsilon(0.1));
    problem->algorithm = {.rule = Rule::spectral_flow, .regularization = 1e-2};
    const auto spectral = solve(ode::quadratic_network_kind(), problem, {0, 0.3});
    problem->algorithm = {.rule = Rule::spectral_descent, .learning_rate = 1e-3, .regularization = 1e-2};
    const auto discrete = solve(closed_form::quadratic_network_kind(), problem, up_to(300));
    CHECK(discrete.at("signal_mass", 300) == doctest::Approx(spectral.at("signal_mass", 1)).epsilon(0.01));
}

TEST_CASE("quadratic network: real samples meet the limits of batches and of online SGD") {
    struct Case {
        const char* name;
        Algorithm algorithm;
        RouteKind theory;
        std::vector<double> times;
        std::size_t K;
    };
    const std::vector<Case> all{
        {"batch",
         {.rule = Rule::gradient_descent, .learning_rate = 0.05, .source = Source::fresh, .ratio = 3.0},
         closed_form::quadratic_network_kind(),
         {0, 5, 10, 20},
         3},
        {"spectral batch",
         {.rule = Rule::spectral_descent, .learning_rate = 0.05, .source = Source::fresh, .ratio = 3.0},
         closed_form::quadratic_network_kind(),
         {0, 2, 5, 10},
         3},
        {"online",
         {.rule = Rule::online_sgd, .learning_rate = 0.04, .source = Source::fresh},
         ode::quadratic_network_kind(),
         {0, 2, 5, 10},
         2}};
    for (const Case& one : all) {
        const auto problem = spiked(one.K, 4, .3, .2, .3, one.algorithm, 0.1);
        const auto theory = solve(one.theory, problem, one.times);
        std::vector<double> rms;
        for (const std::uint64_t d : {100, 400}) {
            constexpr std::size_t replicas = 24;
            const auto found = solve(simulation_kind(), problem, one.times,
                                     {.name = "sim", .d = d, .replicas = replicas, .seed = 5});
            double square = 0.0;
            for (const char* name : {"signal_mass", "spike_mass", "bulk_mass", "generalization_error"})
                for (std::size_t time = 0; time < one.times.size(); ++time) {
                    double mean = 0.0;
                    double spread = 0.0;
                    for (std::size_t replica = 0; replica < replicas; ++replica) {
                        const double x =
                            found.trajectory.find(name)->at(replica, time)[0] - theory.at(name, time);
                        mean += x / replicas;
                        spread += x * x / replicas;
                    }
                    square += spread;
                    CAPTURE(one.name);
                    CAPTURE(name);
                    CAPTURE(d);
                    CAPTURE(time);
                    const double error = std::sqrt(std::max(spread - mean * mean, 0.0) / (replicas - 1.0));
                    CHECK(std::abs(mean) <= 4.0 * error + 4.0 / static_cast<double>(d));
                }
            rms.push_back(std::sqrt(square));
        }
        // Four times the size, half the deviation.
        CHECK(rms[0] / rms[1] == doctest::Approx(2.0).epsilon(0.35));
    }
}

TEST_CASE("quadratic network: a large data set is the population") {
    auto problem =
        spiked(3, 4, .2, .1, .2,
               {.rule = Rule::gradient_descent, .learning_rate = 0.05, .source = Source::population});
    const auto population = solve(closed_form::quadratic_network_kind(), problem, {20});
    std::vector<double> away;
    problem->algorithm.source = Source::data_set;
    for (const double ratio : {8.0, 64.0}) {
        problem->algorithm.ratio = ratio;
        const auto found =
            solve(simulation_kind(), problem, {20}, {.name = "sim", .d = 60, .replicas = 8, .seed = 2});
        double mean = 0.0;
        for (std::size_t replica = 0; replica < 8; ++replica)
            mean += found.trajectory.find("signal_mass")->at(replica, 0)[0] / 8.0;
        away.push_back(std::abs(mean - population.at("signal_mass", 0)));
    }
    CHECK(away[1] < 0.03);
    CHECK(away[0] > 2.0 * away[1]);
}

TEST_CASE("riccati: the public check values of many students and dimensions") {
    auto problem = std::make_shared<QuadraticNetwork>();
    problem->students = 80;
    problem->strengths = {1.0, 0.6};
    problem->algorithm.rule = Rule::gradient_flow;
    problem->start_size = 160;
    problem->start_scale = std::sqrt(1.0 / 80.0);
    problem->starts = {random_factors(problem->inputs.at(160, 2), 80, problem->start_scale, 1, 0)};
    const std::vector<double> times = known().numbers("riccati.times");
    const auto limit = solve(riccati::riccati_limit_kind(), problem, times);
    for (std::size_t t = 0; t < times.size(); ++t) {
        const std::vector<double> masses = known().rows("riccati.signal_masses").at(t);
        CHECK(std::abs(limit.at("signal_mass", t) - (masses.at(0) + masses.at(1))) <
              known().number("riccati.tolerance"));
        CHECK(std::abs(limit.at("bulk_mass", t) - known().numbers("riccati.bulk_mass").at(t)) <
              known().number("riccati.tolerance"));
    }
}

TEST_CASE("riccati: the closed form is the flow of real weights, early and late") {
    for (const std::size_t K : {3, 12, 40}) {
        auto problem = std::make_shared<QuadraticNetwork>();
        problem->students = K;
        problem->strengths = {1.0, 0.5};
        problem->algorithm.rule = Rule::gradient_flow;
        problem->start_size = 30;
        problem->start_scale = 0.3;
        problem->starts = {random_factors(problem->inputs.at(30, 2), K, 0.3, 5, 0)};
        const std::vector<double> times{0.0, 0.3, 1.0, 3.0, 12.0};
        const auto closed = solve(riccati::riccati_kind(), problem, times);
        const auto flow = solve(simulation_kind(), problem, times, {.name = "sim", .d = 30, .replicas = 1});
        const auto factors = solve(ode::quadratic_network_kind(), problem, times);
        for (const char* name : {"signal_mass", "bulk_mass", "generalization_error", "frobenius_alignment",
                                 "top_alignment", "singular_values"})
            for (std::size_t t = 0; t < times.size(); ++t) {
                CAPTURE(K);
                CAPTURE(name);
                CAPTURE(t);
                CHECK(std::abs(closed.at(name, t) - flow.at(name, t)) < 2e-7);
                CHECK(std::abs(factors.at(name, t) - flow.at(name, t)) < 2e-7);
            }
    }
}

TEST_CASE("riccati: random weights approach their limit, masses and spectrum") {
    std::vector<double> away;
    for (const std::uint64_t d : {40, 160}) {
        auto problem = std::make_shared<QuadraticNetwork>();
        problem->students = d / 2;
        problem->strengths = {1.0, 0.6};
        problem->algorithm.rule = Rule::gradient_flow;
        problem->start_size = d;
        problem->start_scale = std::sqrt(1.0 / static_cast<double>(d / 2));
        problem->start_per_replica = true;
        for (std::uint32_t replica = 0; replica < 12; ++replica)
            problem->starts.push_back(
                random_factors(problem->inputs.at(d, 2), d / 2, problem->start_scale, 3, replica));
        const std::vector<double> times{0.5, 2.0};
        const auto exact = solve(riccati::riccati_kind(), problem, times, {.replicas = 12});
        const auto limit = solve(riccati::riccati_limit_kind(), problem, times, {.replicas = 12});
        double square = 0.0;
        for (std::size_t t = 0; t < times.size(); ++t) {
            for (const char* name : {"signal_mass", "bulk_mass"})
                for (std::size_t replica = 0; replica < 12; ++replica)
                    square += std::pow(exact.trajectory.find(name)->at(replica, t)[0] - limit.at(name, t), 2);
            // The bulk of the spectrum, away from its ends.
            for (std::size_t level = 3; level < 14; ++level) {
                double mean = 0.0;
                for (std::size_t replica = 0; replica < 12; ++replica)
                    mean += exact.trajectory.find("spectrum")->at(replica, t)[level] / 12.0;
                if (d == 160) CHECK(mean == doctest::Approx(limit.at("spectrum", t, level)).epsilon(0.04));
            }
        }
        away.push_back(std::sqrt(square));
    }
    CHECK(away[0] / away[1] == doctest::Approx(2.0).epsilon(0.4));
}

TEST_CASE("quadratic network: one neuron's spectral path is its plain path, at another speed") {
    const auto curve = [](Rule rule, double eta, int steps) {
        const auto problem = spiked(1, 4.0, 0.2, 0.15, 0.1, {.rule = rule, .learning_rate = eta});
        return solve(closed_form::quadratic_network_kind(), problem, up_to(steps));
    };
    const auto plain = curve(Rule::gradient_descent, 5e-4, 6000);
    const auto spectral = curve(Rule::spectral_descent, 5e-4, 1000);
    // The plain path where its signal is as large as that of a spectral step.
    for (const std::size_t t : {std::size_t{100}, std::size_t{400}, std::size_t{800}}) {
        const double signal = spectral.at("signal_mass", t);
        std::size_t s = 0;
        while (plain.at("signal_mass", s + 1) < signal) ++s;
        const double low = plain.at("signal_mass", s);
        const double share = (signal - low) / (plain.at("signal_mass", s + 1) - low);
        const double spike =
            (1.0 - share) * plain.at("spike_mass", s) + share * plain.at("spike_mass", s + 1);
        CHECK(spectral.at("spike_mass", t) == doctest::Approx(spike).epsilon(5e-3));
    }
}

}  // namespace quadratic_network_tests
