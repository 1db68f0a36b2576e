// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "check_values.hpp"
#include "core/error.hpp"
#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/inference/inference.hpp"
#include "models/generalized_linear/simulation/samples.hpp"

namespace inference_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::generalized_linear;
using Eigen::Index;

namespace {

/// A data set in a user's units: columns of other scales and means.
struct UserData {
    RawData raw;
    Eigen::VectorXd beta;  ///< coefficients per unit of the raw inputs
    Eigen::VectorXd truth;
};

UserData user_data(const GeneralizedLinear& problem, std::uint64_t d, std::uint64_t seed) {
    const random::StreamKey key{.seed = seed};
    const Signal signal = draw_signal(problem, d, key);
    const Samples samples = draw_samples(problem, d, signal, key);
    UserData data{.raw = {.samples = samples.count, .dimensions = d, .inputs = {}, .labels = samples.labels},
                  .beta = Eigen::VectorXd(static_cast<Index>(d)),
                  .truth = Eigen::Map<const Eigen::VectorXd>(signal.truth.data(), static_cast<Index>(d))};
    const double root = std::sqrt(static_cast<double>(d));
    const auto scale = [](std::size_t j) { return 0.5 + 0.01 * static_cast<double>(j % 100); };
    for (std::size_t i = 0; i < samples.count; ++i)
        for (std::size_t j = 0; j < d; ++j)
            data.raw.inputs.push_back(3.0 + scale(j) * root * samples.row(i)[j]);
    for (std::size_t j = 0; j < d; ++j)
        data.beta[static_cast<Index>(j)] = data.truth[static_cast<Index>(j)] / (root * scale(j));
    return data;
}

double coverage(const Inference& found, const Eigen::VectorXd& beta, std::size_t t) {
    const auto row = static_cast<Index>(t);
    int inside = 0;
    for (Index j = 0; j < beta.size(); ++j)
        inside += found.lower(row, j) <= beta[j] && beta[j] <= found.upper(row, j) ? 1 : 0;
    return inside / static_cast<double>(beta.size());
}

struct Moments {
    double mean = 0.0, error = 0.0;
};

Moments moments(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double square = 0.0;
    for (const double value : values) square += (value - mean) * (value - mean);
    return {mean, std::sqrt(square / (count * (count - 1.0)))};
}

RawData tiny() {
    RawData data{.samples = 12, .dimensions = 3, .inputs = {}, .labels = {}};
    random::Stream stream({.seed = 1});
    for (int entry = 0; entry < 36; ++entry) data.inputs.push_back(stream.normal());
    for (int label = 0; label < 12; ++label) data.labels.push_back(label % 2 == 0 ? 1.0 : -1.0);
    return data;
}

std::string complaint(const RawData& data, const InferenceSettings& settings) {
    try {
        (void)infer(data, settings, "data.h5");
    } catch (const InputError& error) {
        return error.messages.front();
    }
    return "";
}

}  // namespace

TEST_CASE(
    "inference: intervals cover the truth and the test loss is known, linear and logistic, in every design") {
    for (const bool logistic : {false, true})
        for (const Design design :
             {Design::gaussian, Design::rademacher, Design::bernoulli, Design::student_t}) {
            CAPTURE(logistic);
            CAPTURE(static_cast<int>(design));
            const auto problem = logistic ? cases::logistic({.learning_rate = 1.0}, 8)
                                          : cases::linear({.rule = Rule::gradient_descent}, 8);
            problem->design.kind = design;
            FreshSample fresh(*problem);
            const InferenceSettings settings{.algorithm = problem->algorithm,
                                             .loss = logistic ? LossName::logistic : LossName::square,
                                             .iterations = 8};
            std::vector<double> first, last, difference;
            for (std::uint64_t seed = 0; seed < 24; ++seed) {
                const UserData data = user_data(*problem, 200, seed);
                const Inference found = infer(data.raw, settings, "data.h5");
                first.push_back(coverage(found, data.beta, 1));
                last.push_back(coverage(found, data.beta, 8));
                const auto theta = found.run.theta.row(8);
                const double truth =
                    fresh.errors(theta.squaredNorm() / 200.0, theta.dot(data.truth) / 200.0).loss;
                difference.push_back(found.estimate.test_loss[8] - truth);
            }
            for (const Moments& one : {moments(first), moments(last)}) {
                CHECK(std::abs(one.mean - 0.95) < 4.0 * one.error + 0.01);
                CHECK(one.error < 0.01);
            }
            const Moments estimate = moments(difference);
            CHECK(std::abs(estimate.mean) < 4.0 * estimate.error + 2.0 / 200.0);
            CHECK(estimate.error < 0.03);
        }
}

TEST_CASE("inference: stopping where the estimate is smallest costs little") {
    // Much noise: the best iteration is the second.
    auto problem = cases::linear({.rule = Rule::gradient_descent}, 20);
    problem->sample_ratio = 1.2;
    problem->label = Label(cases::one_unit("linear"), LabelChannel::additive, 2.0);
    FreshSample fresh(*problem);
    std::vector<double> regret;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const UserData data = user_data(*problem, 400, seed);
        const Inference found =
            infer(data.raw, {.algorithm = problem->algorithm, .iterations = 20}, "data.h5");
        std::vector<double> truth;
        for (Index t = 0; t <= 20; ++t) {
            const auto theta = found.run.theta.row(t);
            truth.push_back(fresh.errors(theta.squaredNorm() / 400.0, theta.dot(data.truth) / 400.0).loss);
        }
        regret.push_back(truth[found.best] - *std::ranges::min_element(truth));
        CHECK(found.best < 8);
    }
    CHECK(moments(regret).mean < 0.02);
}

TEST_CASE("inference: held-out samples agree with the estimate, and neither knows of the other") {
    const auto problem = cases::logistic({.learning_rate = 1.0}, 6);
    std::vector<double> difference;
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        const UserData data = user_data(*problem, 200, seed);
        const Inference found = infer(data.raw,
                                      {.algorithm = problem->algorithm,
                                       .loss = LossName::logistic,
                                       .iterations = 6,
                                       .hold_out = 0.3,
                                       .seed = seed},
                                      "data.h5");
        CHECK(found.held_out == 180);
        CHECK(found.samples == 420);
        difference.push_back(found.estimate.test_loss[6] - found.held_out_loss[6]);
    }
    const Moments one = moments(difference);
    CHECK(std::abs(one.mean) < 4.0 * one.error);
    CHECK(one.error < 0.03);
}

TEST_CASE("inference: the strength of a logistic signal from its moment") {
    // 2 E sigma'(2 z) = 0.30286 at T = 4: the moment of the public values.
    const double alpha = 3.0;
    const double R = test::CheckValues("state-evolution").rows("logistic.rows").at(0).at(1);
    const double moment = alpha + std::pow(alpha * 2.0 * R / 12.0, 2) * 4.0;
    CHECK(*logistic_signal_strength(moment, alpha) == doctest::Approx(4.0).epsilon(1e-4));
    CHECK(*logistic_signal_strength(alpha + std::pow(alpha * 0.5, 2) * 1e-3 * (1.0 - 1e-3 / 2.0), alpha) ==
          doctest::Approx(1e-3).epsilon(1e-3));
    CHECK_FALSE(logistic_signal_strength(alpha - 0.1, alpha));
    CHECK_FALSE(logistic_signal_strength(alpha + 2.0 * alpha * alpha / 3.14159, alpha));
}

TEST_CASE("inference: the standard rate is stable, a larger one that diverges is told") {
    const auto problem = cases::linear({.rule = Rule::gradient_descent}, 8);
    const UserData data = user_data(*problem, 100, 3);
    const Inference standard = infer(data.raw, {.iterations = 200}, "data.h5");
    CHECK(standard.run.finished == 201);
    CHECK(standard.learning_rate == doctest::Approx(1.0 / standard.largest_eigenvalue));
    CHECK(standard.largest_eigenvalue == doctest::Approx(std::pow(1.0 + std::sqrt(2.0), 2)).epsilon(0.15));
    CHECK(standard.remarks.empty());
    const Inference wild =
        infer(data.raw, {.algorithm = {.learning_rate = 3.0}, .iterations = 200}, "data.h5");
    CHECK(wild.run.finished < 60);
    CHECK(wild.remarks.front().find("diverge") != std::string::npos);
}

TEST_CASE("inference: correlated inputs are told") {
    RawData data = tiny();
    data.samples = 400;
    data.dimensions = 50;
    data.inputs.clear();
    data.labels.clear();
    random::Stream stream({.seed = 2});
    for (int i = 0; i < 400; ++i) {
        const double common = stream.normal();
        for (int j = 0; j < 50; ++j) data.inputs.push_back(common + stream.normal());
        data.labels.push_back(common);
    }
    const Inference found = infer(data, {.iterations = 5}, "data.h5");
    CHECK(found.remarks.front().find("correlated") != std::string::npos);
}

TEST_CASE("inference: what cannot be meant is refused with the place") {
    const InferenceSettings logistic{.loss = LossName::logistic, .iterations = 3};
    CHECK(complaint(tiny(), logistic).empty());
    RawData constant = tiny();
    for (std::size_t i = 0; i < 12; ++i) constant.inputs[3 * i + 1] = 7.0;
    CHECK(complaint(constant, logistic).find("column 1 of the inputs") != std::string::npos);
    RawData three = tiny();
    three.labels[4] = 2.0;
    CHECK(complaint(three, logistic).find("label 4 is 2") != std::string::npos);
    RawData same = tiny();
    std::ranges::fill(same.labels, 1.0);
    CHECK(complaint(same, logistic).find("all labels are 1") != std::string::npos);
    RawData fewer = tiny();
    fewer.labels.pop_back();
    CHECK(complaint(fewer, logistic).find("11 labels for 12 rows") != std::string::npos);
    RawData few = tiny();
    CHECK(complaint(few, {.loss = LossName::logistic, .iterations = 3, .hold_out = 0.5}).find("too few") !=
          std::string::npos);
}

}  // namespace inference_tests
