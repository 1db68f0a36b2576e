// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <numbers>

#include "against_theory.hpp"
#include "check_values.hpp"
#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/bayes_channel.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/simulation/recorded_run.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "route_cases.hpp"
#include "solvers/bayes_optimal/channel_information.hpp"
#include "solvers/bayes_optimal/generalized_linear.hpp"
#include "solvers/bayes_optimal/prior_error.hpp"
#include "solvers/state_evolution/generalized_linear.hpp"

namespace message_passing_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::generalized_linear;
using bayes_optimal::ChannelInformation;
using cases::regression;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using teacher_student::Loss;

namespace {

constexpr double pi = std::numbers::pi;

double density(double x, double variance = 1.0) {
    return std::exp(-0.5 * x * x / variance) / std::sqrt(2.0 * pi * variance);
}

/// P(y | z), of each channel's definition.
double likelihood(const ChannelLaw& law, double y, double z) {
    switch (law.channel) {
        case LabelChannel::additive:
            return density(y - z, law.noise_variance);
        case LabelChannel::magnitude:
            return density(y - z, law.noise_variance) + density(y + z, law.noise_variance);
        case LabelChannel::sign:
            return 0.5 * std::erfc(-y * z / std::sqrt(2.0 * law.noise_variance));
        case LabelChannel::logistic:
            return 1.0 / (1.0 + std::exp(-y * z));
    }
    return 0.0;
}

/// (E[z | y] - omega) / V by summing over z.
double brute_score(const ChannelLaw& law, double omega, double y, double V) {
    double mass = 0.0;
    double moment = 0.0;
    for (int k = -40000; k <= 40000; ++k) {
        const double z = omega + std::sqrt(V) * k * 2.5e-4;
        const double weight = density(z - omega, V) * likelihood(law, y, z);
        mass += weight;
        moment += weight * z;
    }
    return (moment / mass - omega) / V;
}

std::shared_ptr<GeneralizedLinear> amp(LabelChannel channel, double alpha, double T, double Delta,
                                       SignalLaw signal, std::size_t steps, double q0 = 0.0,
                                       double damping = 0.0) {
    Algorithm algorithm{.rule = Rule::amp, .damping = damping};
    algorithm.knowledge = Knowledge{.signal = signal,
                                    .T = T,
                                    .channel = {.channel = channel, .noise_variance = Delta},
                                    .start_variance = T - q0};
    auto problem = regression(Loss::square(), channel, alpha, T, Delta, algorithm, steps, "linear", q0, q0);
    problem->signal = signal;
    return problem;
}

cases::RouteSolution limit_of(const std::shared_ptr<GeneralizedLinear>& problem) {
    return cases::solve_route(bayes_optimal::generalized_linear_kind(), problem, {},
                              problem->recording.grid.times);
}

const SignalLaw gaussian{};
const SignalLaw rademacher{.prior = Prior::rademacher};

SignalLaw sparse(double share) {
    return {.prior = Prior::bernoulli_gauss, .sparsity = share};
}

}  // namespace

TEST_CASE("message passing: output scores are posterior means by the sum over preactivations") {
    for (const LabelChannel channel :
         {LabelChannel::additive, LabelChannel::magnitude, LabelChannel::sign, LabelChannel::logistic}) {
        const ChannelLaw law{.channel = channel, .noise_variance = 0.3};
        for (const double V : {0.2, 1.7})
            for (const double omega : {-1.3, 0.1, 2.0})
                for (const double label : {1.0, -1.0}) {
                    const double y = channel == LabelChannel::magnitude ? 0.8 + 0.5 * label : label;
                    double score = 0.0, slope = 0.0, above = 0.0, below = 0.0, unused = 0.0;
                    output_scores(law, &omega, &y, V, 1, &score, &slope);
                    CHECK(score == doctest::Approx(brute_score(law, omega, y, V)).epsilon(1e-7));
                    const double right = omega + 1e-5;
                    const double left = omega - 1e-5;
                    output_scores(law, &right, &y, V, 1, &above, &unused);
                    output_scores(law, &left, &y, V, 1, &below, &unused);
                    CHECK(slope == doctest::Approx((above - below) / 2e-5).epsilon(1e-7));
                }
    }
    // Where Phi underflows.
    for (const double x : {-20.0, -24.9999, -25.0001, -60.0, -1e6}) {
        const double ratio = inverse_mills_ratio(x);
        CHECK(ratio >= -x);
        CHECK(ratio <= -x + 1.0 / -x);
    }
    CHECK(inverse_mills_ratio(-24.9999999) ==
          doctest::Approx(inverse_mills_ratio(-25.0000001)).epsilon(1e-8));
}

TEST_CASE("message passing: posteriors of a coordinate are those of the prior's own mixture") {
    const double T = 0.8;
    for (const double noise : {0.05, 1.5})
        for (const double R : {-1.2, 0.02, 3.0}) {
            const double rho = 0.3;
            // A spike of weight 1 - rho, summed with a grid over the Gaussian part.
            double mass = (1.0 - rho) * density(R, noise);
            double first = 0.0, second = 0.0;
            for (int k = -60000; k <= 60000; ++k) {
                const double x = k * 2e-4;
                const double weight = rho * density(x, T / rho) * density(R - x, noise) * 2e-4;
                mass += weight;
                first += weight * x;
                second += weight * x * x;
            }
            const Posterior found = posterior(sparse(rho), T, R, noise);
            CHECK(found.mean == doctest::Approx(first / mass).epsilon(1e-8));
            CHECK(found.variance ==
                  doctest::Approx(second / mass - first * first / (mass * mass)).epsilon(1e-7));
            const double plus = density(R - 1.0, noise);
            const double minus = density(R + 1.0, noise);
            CHECK(posterior(rademacher, 1.0, R, noise).mean ==
                  doctest::Approx((plus - minus) / (plus + minus)).epsilon(1e-12));
            CHECK(posterior(sparse(1.0), T, R, noise).mean ==
                  doctest::Approx(posterior(gaussian, T, R, noise).mean).epsilon(1e-14));
        }
}

TEST_CASE("message passing: information and error are averages of scores and posteriors") {
    // E g_out^2 over omega and z by sums, labels by their law.
    const double T = 1.4;
    const double alpha = 1.7;
    for (const LabelChannel channel : {LabelChannel::magnitude, LabelChannel::sign, LabelChannel::logistic}) {
        const double Delta = channel == LabelChannel::logistic ? 0.0 : 0.2;
        const ChannelLaw law{.channel = channel, .noise_variance = Delta};
        for (const double V : {0.3, 1.1}) {
            double sum = 0.0;
            for (int k = -80; k <= 80; ++k) {
                const double omega = std::sqrt(T - V) * k * 0.1;
                double mean = 0.0;
                double score = 0.0;
                double slope = 0.0;
                const auto add = [&](double y, double share) {
                    output_scores(law, &omega, &y, V, 1, &score, &slope);
                    mean += share * score * score;
                };
                const double spread = std::sqrt(V + Delta);
                if (channel == LabelChannel::sign) {
                    // The label jumps with z, but its probability does not.
                    add(1.0, 0.5 * std::erfc(-omega / (spread * std::numbers::sqrt2)));
                    add(-1.0, 0.5 * std::erfc(omega / (spread * std::numbers::sqrt2)));
                }
                for (int l = -800; l <= 800 && channel != LabelChannel::sign; ++l) {
                    const double s = omega + spread * l * 0.01;  // z + noise, or z itself
                    const double weight = density(l * 0.01) * 0.01;
                    if (channel == LabelChannel::magnitude) add(std::abs(s), weight);
                    if (channel == LabelChannel::logistic) {
                        add(1.0, weight * likelihood(law, 1.0, s));
                        add(-1.0, weight * likelihood(law, -1.0, s));
                    }
                }
                sum += density(k * 0.1) * 0.1 * mean;
            }
            CAPTURE(static_cast<int>(channel));
            CHECK(ChannelInformation(law, alpha, T)(V) == doctest::Approx(alpha * sum).epsilon(1e-7));
        }
    }
    for (const double qhat : {0.01, 0.7, 30.0, 2e4})
        for (const SignalLaw& law : {gaussian, rademacher, sparse(0.1), sparse(0.9)}) {
            const double scale = law.prior == Prior::rademacher ? 1.0 : T;
            // Over R itself, on a grid fine enough for both widths.
            const double noise = 1.0 / qhat;
            const double finest = 0.01 * std::sqrt(noise);
            double sum = 0.0;
            const auto add = [&](double share, double centre, double variance) {
                const double step = std::max(finest, 2e-4 * std::sqrt(variance));
                for (double x = -10.0 * std::sqrt(variance); x <= 10.0 * std::sqrt(variance); x += step)
                    sum += share * step * density(x, variance) *
                           posterior(law, scale, centre + x, noise).variance;
            };
            if (law.prior == Prior::rademacher) add(1.0, 1.0, noise);
            if (law.prior == Prior::gaussian) add(1.0, 0.0, scale + noise);
            if (law.prior == Prior::bernoulli_gauss) {
                add(1.0 - law.sparsity, 0.0, noise);
                add(law.sparsity, 0.0, scale / law.sparsity + noise);
            }
            CAPTURE(qhat);
            CAPTURE(law.sparsity);
            CHECK(bayes_optimal::prior_error(law, scale, qhat) == doctest::Approx(sum).epsilon(1e-7));
        }
}

TEST_CASE("message passing: the public check values of the scalar recursion, to 1e-8") {
    const test::CheckValues known("message-passing");
    const std::vector<std::pair<std::string, std::shared_ptr<GeneralizedLinear>>> rows{
        {"regression", amp(LabelChannel::additive, 1.5, 1.0, 0.1, gaussian, 12)},
        {"sparse-regression", amp(LabelChannel::additive, 0.5, 1.0, 0.01, sparse(0.1), 12)},
        {"perceptron", amp(LabelChannel::sign, 2.0, 1.0, 0.0, gaussian, 12)},
        {"binary-perceptron", amp(LabelChannel::sign, 1.2, 1.0, 0.0, rademacher, 12)},
        {"logistic", amp(LabelChannel::logistic, 3.0, 4.0, 0.0, gaussian, 12)},
        {"magnitude", amp(LabelChannel::magnitude, 1.5, 1.0, 0.0, gaussian, 12, 0.1)}};
    const std::vector<double> times = known.numbers("times");
    for (const auto& row : rows) {
        const std::string& name = row.first;
        CAPTURE(name);
        const cases::RouteSolution found = limit_of(row.second);
        const std::vector<double> q = known.numbers(name + ".q");
        REQUIRE(q.size() == times.size());
        for (std::size_t k = 0; k < times.size(); ++k) {
            const auto t = static_cast<std::size_t>(times[k]);
            CHECK(std::abs(found.at("Q", t) - q[k]) < known.number("tolerance"));
            CHECK(found.at("R", t) == found.at("Q", t));
        }
    }
    const std::vector<double> alphas = known.numbers("fixed-points.sample_ratio");
    for (std::size_t k = 0; k < alphas.size(); ++k) {
        auto one = amp(LabelChannel::sign, alphas[k], 1.0, 0.0, gaussian, 200);
        CHECK(limit_of(one).at("Q", 200) == known.approx("fixed-points", "perceptron", k));
        auto two = amp(LabelChannel::logistic, alphas[k], 4.0, 0.0, gaussian, 200);
        CHECK(limit_of(two).at("Q", 200) / 4.0 == known.approx("fixed-points", "logistic", k));
    }
}

TEST_CASE("message passing: phase retrieval leaves 0 at half a sample per dimension, and ends at 1.12847") {
    const test::CheckValues known("message-passing");
    // The published threshold lies between these sides.
    const auto sides = [&](const std::string& name) {
        const std::pair found{known.number(name + ".below"), known.number(name + ".above")};
        CHECK(found.first < known.number(name + ".sample_ratio"));
        CHECK(found.second > known.number(name + ".sample_ratio"));
        return found;
    };
    const auto end = [](double alpha, double q0, std::size_t steps) {
        auto problem = amp(LabelChannel::magnitude, alpha, 1.0, 0.0, gaussian, steps, q0);
        problem->recording.grid.times = {static_cast<double>(steps)};
        problem->recording.two_time = false;
        return limit_of(problem).at("Q", 0);
    };
    // Near 0 the overlap is multiplied by 2 alpha.
    for (const double alpha : {0.4, 0.6})
        CHECK(end(alpha, 1e-6, 1) / 1e-6 == doctest::Approx(2.0 * alpha).epsilon(1e-5));
    CHECK(end(0.49, 1e-3, 2000) < 1e-10);
    CHECK(end(0.51, 1e-3, 5000) > 4e-3);
    const auto [below, above] = sides("phase-retrieval-threshold");
    CHECK(end(below, 1e-3, 20000) < 0.95);
    CHECK(end(above, 1e-3, 20000) > 1.0 - 1e-9);
    // The binary perceptron finds its teacher from 1.4926 on.
    const auto perceptron = [](double alpha) {
        auto problem = amp(LabelChannel::sign, alpha, 1.0, 0.0, rademacher, 5000);
        problem->recording.grid.times = {5000.0};
        problem->recording.two_time = false;
        return limit_of(problem).at("Q", 0);
    };
    const auto [too_few, enough] = sides("binary-perceptron-threshold");
    CHECK(perceptron(too_few) < 0.95);
    CHECK(perceptron(enough) > 1.0 - 1e-9);
}

TEST_CASE("message passing: the general equations of first-order methods contain the scalar ones") {
    struct Case {
        std::shared_ptr<GeneralizedLinear> problem;
        double tolerance;
    };
    for (const Case& one : {Case{amp(LabelChannel::additive, 0.7, 1.0, 0.05, sparse(0.2), 10), 4e-3},
                            Case{amp(LabelChannel::sign, 1.2, 1.0, 0.0, rademacher, 10), 4e-3},
                            Case{amp(LabelChannel::logistic, 3.0, 4.0, 0.0, gaussian, 10), 4e-3},
                            Case{amp(LabelChannel::magnitude, 1.5, 1.0, 0.0, gaussian, 10, 0.3), 2e-2}}) {
        const auto general =
            cases::solve_route(state_evolution::generalized_linear_kind(), one.problem,
                               {{"samples", std::int64_t{16384}}}, one.problem->recording.grid.times);
        const auto scalar = limit_of(one.problem);
        for (const char* name :
             {"Q", "R", "mse", "debiasing_deviation", "tau", "rho", "Sigma", "C", "test_loss"})
            for (std::size_t t = 0; t <= 10; ++t) {
                const Series& expected = *scalar.trajectory.find(name);
                for (std::size_t c = 0; c < expected.components(); ++c) {
                    const double value = expected.at(0, t)[c];
                    if (std::isnan(value)) continue;
                    CAPTURE(name);
                    CAPTURE(t);
                    CAPTURE(c);
                    CHECK(std::abs(general.at(name, t, c) - value) <=
                          one.tolerance * std::max(1.0, std::abs(value)));
                }
            }
        for (std::size_t t = 0; t <= 10; ++t)
            CHECK(general.at("debiasing_bias", t) == doctest::Approx(1.0).epsilon(one.tolerance));
    }
}

TEST_CASE("message passing: no other first-order method has a smaller error at any time") {
    auto best = amp(LabelChannel::additive, 2.0, 1.0, 0.25, gaussian, 10);
    const auto bayes = limit_of(best);
    const test::CheckValues known("message-passing");
    for (std::size_t t = 0; t <= 10; ++t)
        CHECK(std::abs(bayes.at("mse", t) - known.numbers("least-error.mean_square_error").at(t)) <
              known.number("least-error.tolerance"));
    for (const double eta : {0.1, 0.15, 0.25, 0.3})
        for (const Algorithm& other : {Algorithm{.rule = Rule::gradient_descent},
                                       Algorithm{.rule = Rule::gradient_descent, .ridge = 0.25},
                                       Algorithm{.rule = Rule::heavy_ball, .ridge = 0.25, .momentum = 0.3},
                                       Algorithm{.rule = Rule::nesterov, .momentum = 0.6}}) {
            Algorithm one = other;
            one.learning_rate = eta;
            auto problem = regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.25, one, 10);
            const auto found = cases::solve_route(state_evolution::generalized_linear_kind(), problem, {},
                                                  problem->recording.grid.times);
            for (std::size_t t = 0; t <= 10; ++t) CHECK(bayes.at("mse", t) <= found.at("mse", t) + 1e-12);
        }
}

TEST_CASE("message passing: on one data set it ends at the posterior mean, damped or not") {
    const double Delta = 0.3;
    std::vector<VectorXd> ends;
    for (const double damping : {0.0, 0.5}) {
        const auto problem = amp(LabelChannel::additive, 1.3, 1.0, Delta, gaussian, 120, 0.0, damping);
        const random::StreamKey key{.seed = 5};
        const Signal signal = draw_signal(*problem, 1500, key);
        const Samples samples = draw_samples(*problem, 1500, signal, key);
        const Method method(problem->algorithm, problem->steps());
        const RecordedRun run = run_method(method, problem->loss, samples, {signal.start}, 1e12,
                                           [](std::size_t) { return true; });
        REQUIRE(run.finished == 121);
        ends.emplace_back(run.theta.row(120));
        MatrixXd A(static_cast<Index>(samples.count), 1500);
        for (Index i = 0; i < A.rows(); ++i)
            A.row(i) = Eigen::Map<const Eigen::RowVectorXd>(samples.row(static_cast<std::size_t>(i)), 1500);
        const VectorXd y = Eigen::Map<const VectorXd>(samples.labels.data(), A.rows());
        MatrixXd gram = A.transpose() * A;
        gram.diagonal().array() += Delta;
        const VectorXd mean = gram.llt().solve(A.transpose() * y);
        // V comes from the spectrum's limit and not from this matrix: hence 1/d.
        CHECK((ends.back() - mean).norm() / mean.norm() < 3.0 / 1500.0);
    }
    CHECK((ends[0] - ends[1]).norm() / ends[0].norm() < 1e-9);
}

TEST_CASE("message passing: simulations meet the scalar recursion in every channel and prior") {
    const auto against = [](const std::shared_ptr<GeneralizedLinear>& problem, std::uint64_t d) {
        cases::check_against_theory(bayes_optimal::generalized_linear_kind(), problem, d, 24, 12.0);
    };
    against(amp(LabelChannel::additive, 1.5, 1.0, 0.1, gaussian, 8), 600);
    against(amp(LabelChannel::additive, 1.0, 1.0, 0.1, rademacher, 6), 600);
    against(amp(LabelChannel::additive, 0.7, 1.0, 0.05, sparse(0.3), 6), 1200);
    against(amp(LabelChannel::sign, 2.0, 1.0, 0.1, gaussian, 8), 600);
    against(amp(LabelChannel::sign, 1.2, 1.0, 0.0, rademacher, 8), 600);
    against(amp(LabelChannel::logistic, 3.0, 4.0, 0.0, gaussian, 8), 600);
    against(amp(LabelChannel::magnitude, 1.5, 1.0, 0.1, gaussian, 5, 0.3), 1200);
    auto other = amp(LabelChannel::additive, 1.5, 2.0, 0.2, gaussian, 8);
    other->design.kind = Design::rademacher;
    against(other, 600);
}

TEST_CASE("message passing: what has no state evolution is refused, and damping leaves no estimates") {
    const auto damped = amp(LabelChannel::additive, 1.5, 1.0, 0.1, gaussian, 4, 0.0, 0.3);
    const RouteKind kinds[] = {bayes_optimal::generalized_linear_kind(),
                               state_evolution::generalized_linear_kind()};
    for (const RouteKind& kind : kinds) {
        Complaints complaints;
        const Table table = cases::table_of(kind, {});
        CHECK(kind.make({damped, table, {}, damped->recording.grid}, complaints) == nullptr);
        REQUIRE(complaints.sentences().size() == 1);
        CHECK(complaints.sentences().front().find("damped") != std::string::npos);
    }
    const auto run =
        cases::solve_route(simulation_kind(), damped, {{"d", std::int64_t{1}}}, damped->recording.grid.times,
                           {.name = "sim", .d = 50, .replicas = 2});
    CHECK(std::isnan(run.at("test_loss_estimate", 2)));
    CHECK(std::get<std::string>(run.outcome.attributes.at("warning")).find("damping") != std::string::npos);
}

TEST_CASE("message passing: below weak recovery it forgets what it was told") {
    // Most labels tell next to nothing here: that is no reason to stop.
    auto problem = amp(LabelChannel::magnitude, 0.45, 1.0, 0.0, gaussian, 10, 0.05);
    problem->recording.two_time = false;
    cases::check_against_theory(bayes_optimal::generalized_linear_kind(), problem, 1500, 24, 12.0);
}

TEST_CASE("fresh samples: binary labels and magnitudes, by formulas of their own") {
    const double T = 1.7, Q = 0.9, R = 0.6, Delta = 0.3;
    const auto errors = [&](LabelChannel channel, Loss loss) {
        return FreshSample(*regression(std::move(loss), channel, 1.0, T, Delta, {}, 1)).errors(Q, R);
    };
    CHECK(errors(LabelChannel::sign, Loss::logistic()).classification ==
          doctest::Approx(std::acos(R / std::sqrt(Q * (T + Delta))) / pi).epsilon(1e-10));
    CHECK(errors(LabelChannel::magnitude, Loss::square()).loss == doctest::Approx(0.5 * (Q + T + Delta)));
    // Logistic labels and loss, by a plain sum over both preactivations.
    const auto problem = regression(Loss::logistic(), LabelChannel::logistic, 1.0, T, 0.0, {}, 1);
    double loss = 0.0;
    for (int i = -160; i <= 160; ++i)
        for (int j = -160; j <= 160; ++j) {
            const double a = i * 0.05, b = j * 0.05;
            const double teacher = std::sqrt(T) * a;
            const double student = R / std::sqrt(T) * a + std::sqrt(Q - R * R / T) * b;
            const double p = 1.0 / (1.0 + std::exp(-teacher));
            loss += density(a) * density(b) * 0.0025 *
                    (p * std::log1p(std::exp(-student)) + (1.0 - p) * std::log1p(std::exp(student)));
        }
    CHECK(FreshSample(*problem).errors(Q, R).loss == doctest::Approx(loss).epsilon(1e-9));
    CHECK(FreshSample(*problem).errors(0.0, 0.0).classification == doctest::Approx(0.5).epsilon(1e-12));
}

}  // namespace message_passing_tests
