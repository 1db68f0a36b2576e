// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "multi_index_cases.hpp"

namespace multi_index_steps_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using namespace hidyn::multi_index;
using cases::Plain;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const random::StreamKey key{.seed = 11, .route = 3, .replica = 2};

// sum_i z_i l'_i x~_i^T from the definition.
MatrixXd gradient(const MultiIndex& problem, const Plain& plain, const MatrixXd& W, const VectorXd& z) {
    MatrixXd sum = MatrixXd::Zero(W.rows(), W.cols());
    for (Index i = 0; i < plain.X.rows(); ++i) {
        const VectorXd lambda = W * plain.X.row(i).transpose();
        VectorXd slope(W.rows());
        problem.loss.evaluate(lambda.data(), 1, &plain.y[i], 1, {.gradient = slope.data(), .stride = 1});
        sum += z[i] * slope * plain.X.row(i);
    }
    return sum;
}

VectorXd counts(const Visits& visits, Index n) {
    VectorXd z = VectorXd::Zero(n);
    if (visits.all)
        for (Index i = 0; i < n; ++i) z[i] = visits.weight(static_cast<std::size_t>(i));
    else
        for (std::size_t visit = 0; visit < visits.samples.size(); ++visit)
            z[static_cast<Index>(visits.samples[visit])] += visits.weight(visit);
    return z;
}

struct Dynamics {
    const char* what;
    Algorithm algorithm;
};

std::vector<Dynamics> all_dynamics() {
    const Algorithm sgd{.rule = Rule::sgd, .learning_rate = 0.8, .ridge = 0.3};
    Algorithm batch = sgd;
    batch.batch.number = 7;
    Algorithm fraction = sgd;
    fraction.batch.fraction = 0.5;
    Algorithm bernoulli = sgd;
    bernoulli.time_step = 0.2;
    Algorithm poisson = bernoulli;
    poisson.jump = Jump::poisson;
    Algorithm descent = bernoulli;
    descent.rule = Rule::gradient_descent;
    Algorithm flow = bernoulli;
    flow.rule = Rule::gradient_flow;
    Algorithm diffusion = bernoulli;
    diffusion.rule = Rule::stochastic_modified_equation;
    return {{"single samples", sgd},  {"batches", batch},      {"half of the samples", fraction},
            {"bernoulli", bernoulli}, {"poisson", poisson},    {"gradient descent", descent},
            {"explicit flow", flow},  {"diffusion", diffusion}};
}

// A link and a loss given as expressions.
std::shared_ptr<MultiIndex> product_of_two(double alpha, const Algorithm& algorithm) {
    const auto expression = [](const char* text, std::vector<std::string> variables, std::size_t count) {
        return math::MultivariateExpression::parse(text, std::move(variables), count);
    };
    const Link link = Link::expression(expression("tanh(z1) * z2", {"z1", "z2"}, 2), 2);
    const Loss loss = Loss::expression(expression("log(1 + (f - y)^2)", {"f", "y"}, 1));
    auto problem =
        std::make_shared<MultiIndex>(SampleLoss(link, loss), Label(link, LabelChannel::additive, 0.1));
    problem->sample_ratio = alpha;
    problem->algorithm = algorithm;
    problem->initial = cases::pair("erf", cases::vector({1.0, 1.0}), alpha, 0.1, algorithm)->initial;
    return problem;
}

std::vector<std::shared_ptr<MultiIndex>> problems(const Algorithm& algorithm, double alpha) {
    return {cases::neuron("erf", Loss::square(), alpha, 0.1, algorithm),
            cases::neuron("linear", Loss::logistic(), alpha, 0.1, algorithm, 1.0, 0.1, LabelChannel::sign),
            cases::pair("tanh", cases::vector({0.7, -1.3}), alpha, 0.1, algorithm),
            product_of_two(alpha, algorithm)};
}

}  // namespace

TEST_CASE("multi-index: a step of every dynamics is the one defined, also with perturbed copies") {
    // Sizes with tails everywhere, and a block of rows larger than the data set.
    for (const Index d : {Index{13}, Index{50}, Index{600}})
        for (const Dynamics& dynamics : all_dynamics())
            for (const bool response : {false, true})
                for (const auto& problem : problems(dynamics.algorithm, d == 600 ? 0.25 : 2.3)) {
                    CAPTURE(dynamics.what);
                    CAPTURE(d);
                    if (response) problem->recording.response_at = {0.0, 1.0};
                    const auto size = static_cast<std::uint64_t>(d);
                    const double step = 1.0 / problem->steps_per_unit_time(static_cast<double>(d));
                    Learner learner(*problem, size, key, step);
                    if (response) learner.perturb_after({0, 0});
                    const Plain before(learner, static_cast<Index>(problem->teachers()), d);
                    const double n = static_cast<double>(before.X.rows());
                    const std::unique_ptr<Driver> driver = make_driver(
                        problem->algorithm, learner.data().samples(), step * static_cast<double>(d) / n, key);
                    MatrixXd W = before.W;
                    const auto K = static_cast<Index>(problem->students());
                    for (int repeat = 0; repeat < 3; ++repeat) {
                        const VectorXd z = counts(driver->draw(), before.X.rows());
                        MatrixXd next = (1.0 - 0.8 * 0.3 * step) * W;
                        for (Index copy = 0; copy * K < W.rows(); ++copy)
                            next.middleRows(copy * K, K) -=
                                0.8 * gradient(*problem, before, W.middleRows(copy * K, K), z);
                        W = next;
                        learner.step();
                    }
                    const Plain after(learner, 1, d);
                    CHECK((after.W - W).cwiseAbs().maxCoeff() < 1e-12);
                }
}

TEST_CASE("multi-index: slope, train loss, overlaps and labels are those defined") {
    for (const Index d : {Index{13}, Index{600}})
        for (const auto& problem :
             problems({.rule = Rule::gradient_flow, .learning_rate = 0.8, .ridge = 0.3}, 1.2)) {
            Learner learner(*problem, static_cast<std::uint64_t>(d), key, 0.0);
            const Plain plain(learner, static_cast<Index>(problem->teachers()), d);
            const double n = static_cast<double>(plain.X.rows());
            const double dimension = static_cast<double>(d);
            std::vector<double> slope(learner.weights().size());
            learner.slope(slope.data());
            const MatrixXd expected =
                -0.8 * 0.3 * plain.W -
                0.8 * dimension / n * gradient(*problem, plain, plain.W, VectorXd::Ones(plain.X.rows()));
            double loss = 0.0;
            for (Index i = 0; i < plain.X.rows(); ++i) {
                const VectorXd lambda = plain.W * plain.X.row(i).transpose();
                double value = 0.0;
                problem->loss.evaluate(lambda.data(), 1, &plain.y[i], 1, {.value = &value, .stride = 1});
                loss += value / n;
            }
            for (Index k = 0; k < plain.W.rows(); ++k)
                for (Index j = 0; j < d; ++j)
                    CHECK(slope[static_cast<std::size_t>(k) * learner.weights().stride() +
                                static_cast<std::size_t>(j)] ==
                          doctest::Approx(expected(k, j)).epsilon(1e-12).scale(1.0));
            CHECK(learner.train_loss() == doctest::Approx(loss).epsilon(1e-12));
            CHECK((learner.weights().Q() - problem->initial.Q).cwiseAbs().maxCoeff() < 1e-12);
            CHECK((learner.weights().R() - problem->initial.R).cwiseAbs().maxCoeff() < 1e-12);
            CHECK(learner.weights().largest_norm() ==
                  doctest::Approx(problem->initial.Q.diagonal().maxCoeff()).epsilon(1e-12));
        }
}

TEST_CASE("multi-index: the data are standard normals, the labels the noisy teacher's") {
    const auto problem = cases::neuron("linear", Loss::square(), 2.0, 0.25, {.learning_rate = 1.0});
    const Index d = 300;
    const Learner learner(*problem, 300, key, 1.0);
    const Plain plain(learner, 1, d);
    const MatrixXd x = plain.X * std::sqrt(static_cast<double>(d));
    const auto entries = static_cast<double>(x.size());
    CHECK(std::abs(x.mean()) < 4.0 / std::sqrt(entries));
    CHECK(std::abs(x.squaredNorm() / entries - 1.0) < 4.0 * std::sqrt(2.0 / entries));
    const VectorXd noise = plain.y - plain.X * plain.teacher.row(0).transpose();
    const auto n = static_cast<double>(noise.size());
    CHECK(std::abs(noise.mean()) < 4.0 * std::sqrt(0.25 / n));
    CHECK(std::abs(noise.squaredNorm() / n / 0.25 - 1.0) < 4.0 * std::sqrt(2.0 / n));
}

TEST_CASE("multi-index: a batch holds distinct samples, each as often as any other") {
    const std::unique_ptr<Driver> driver =
        make_driver({.learning_rate = 1.0, .batch = {.number = 5}}, 20, 0.0, key);
    VectorXd visits = VectorXd::Zero(20);
    const int steps = 8000;
    for (int step = 0; step < steps; ++step) {
        const Visits& batch = driver->draw();
        CHECK(std::set<std::size_t>(batch.samples.begin(), batch.samples.end()).size() == 5);
        visits += counts(batch, 20);
    }
    // Mean 2000, variance 2000 * 3/4; the chi-square of 20 counts has 19 degrees of freedom.
    CHECK((visits.array() - 2000.0).square().sum() / 1500.0 < 45.0);
}

TEST_CASE("multi-index: drivers on a grid have the mean and the variance of their law") {
    const Index n = 50;
    const int steps = 20000;
    for (const double mean : {0.05, 0.6}) {
        const auto check = [&](Algorithm algorithm, double variance, double third) {
            algorithm.time_step = 0.1;
            const std::unique_ptr<Driver> driver =
                make_driver(algorithm, static_cast<std::size_t>(n), mean, key);
            VectorXd sum = VectorXd::Zero(n);
            VectorXd squares = VectorXd::Zero(n);
            double neighbours = 0.0;
            double cubes = 0.0;
            for (int step = 0; step < steps; ++step) {
                const VectorXd z = counts(driver->draw(), n).array() - mean;
                sum += z;
                squares += z.cwiseAbs2();
                neighbours += z.head(n - 1).dot(z.tail(n - 1));
                cubes += z.array().cube().sum();
            }
            const double total = static_cast<double>(steps) * static_cast<double>(n);
            const double spread = std::sqrt(variance / static_cast<double>(steps));
            CHECK((sum / static_cast<double>(steps)).cwiseAbs().maxCoeff() < 4.5 * spread);
            CHECK(squares.sum() / total == doctest::Approx(variance).epsilon(0.02));
            CHECK(std::abs(neighbours / total) < 4.5 * variance / std::sqrt(total));
            CHECK(cubes / total == doctest::Approx(third).epsilon(0.05).scale(0.05));
        };
        check({.rule = Rule::sgd}, mean * (1.0 - mean), mean * (1.0 - mean) * (1.0 - 2.0 * mean));
        check({.rule = Rule::sgd, .jump = Jump::poisson}, mean, mean);
        check({.rule = Rule::stochastic_modified_equation}, mean, 0.0);
    }
}

TEST_CASE("multi-index: at probability one every sample is visited") {
    const std::unique_ptr<Driver> driver = make_driver({.rule = Rule::sgd, .time_step = 1.0}, 30, 1.0, key);
    CHECK(counts(driver->draw(), 30) == VectorXd::Ones(30));
}

TEST_CASE("multi-index: a step of the modified equation has the drift of the flow and the noise of SGD") {
    const auto problem =
        cases::neuron("erf", Loss::square(), 2.0, 0.1,
                      {.rule = Rule::stochastic_modified_equation, .learning_rate = 1.5, .time_step = 0.1});
    const Index d = 40;
    const int repeats = 4000;
    VectorXd mean = VectorXd::Zero(d);
    VectorXd square = VectorXd::Zero(d);
    random::StreamKey own = key;
    Learner learner(*problem, 40, own, 0.1);
    const Plain start(learner, 1, d);
    // The same weights and samples with fresh noise: undo the step and go on.
    for (int repeat = 0; repeat < repeats; ++repeat) {
        for (Index j = 0; j < d; ++j) learner.weights().data()[j] = start.W(0, j);
        learner.step();
        const VectorXd change = Plain(learner, 1, d).W.row(0) - start.W.row(0);
        mean += change / repeats;
        square += change.cwiseAbs2() / repeats;
    }
    const VectorXd drift =
        -1.5 * 0.05 * gradient(*problem, start, start.W, VectorXd::Ones(start.X.rows())).row(0);
    VectorXd variance = VectorXd::Zero(d);
    for (Index i = 0; i < start.X.rows(); ++i) {
        VectorXd one = VectorXd::Zero(start.X.rows());
        one[i] = 1.0;
        variance += 1.5 * 1.5 * 0.05 * gradient(*problem, start, start.W, one).row(0).cwiseAbs2().transpose();
    }
    CHECK(((mean - drift).array() / (variance / repeats).array().sqrt()).abs().maxCoeff() < 4.5);
    CHECK(((square - drift.cwiseAbs2()).array() / variance.array() - 1.0).abs().maxCoeff() <
          4.5 * std::sqrt(2.0 / repeats));
}

}  // namespace multi_index_steps_tests
