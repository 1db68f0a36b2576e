// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "models/teacher_student/sample_loss.hpp"
#include "random/stream.hpp"

namespace multi_index_loss_tests {

using namespace hidyn;
using namespace hidyn::teacher_student;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Case {
    const char* what;
    SampleLoss loss;
    bool sign_labels = false;
};

math::MultivariateExpression expression(const char* text, std::vector<std::string> variables,
                                        std::size_t differentiated) {
    return math::MultivariateExpression::parse(text, std::move(variables), differentiated);
}

Link sum_of(const char* activation, std::initializer_list<double> weights) {
    VectorXd v(static_cast<Index>(weights.size()));
    std::ranges::copy(weights, v.begin());
    return Link::units(math::Activation::named(activation), v);
}

std::vector<Case> all_cases() {
    const Link product = Link::expression(expression("z1 * tanh(z2) + z1^2", {"z1", "z2"}, 2), 2);
    return {{"linear regression", {sum_of("linear", {1.0}), Loss::square()}},
            {"logistic regression", {sum_of("linear", {1.0}), Loss::logistic()}, true},
            {"phase retrieval", {sum_of("quadratic", {1.0}), Loss::square(0.5)}},
            {"phase retrieval, pseudo-huber", {sum_of("quadratic", {1.0}), Loss::pseudo_huber(0.7, 0.5)}},
            {"erf", {sum_of("erf", {1.0}), Loss::square()}},
            {"tanh committee", {sum_of("tanh", {0.7, -1.3}), Loss::square()}},
            {"erf committee, logistic", {sum_of("erf", {1.0, 2.0}), Loss::logistic()}, true},
            {"cubic committee, pseudo-huber", {sum_of("he3", {0.5, 1.0, 0.25}), Loss::pseudo_huber(2.0)}},
            {"a link of two directions", {product, Loss::square()}},
            {"a link and a loss of one's own",
             {product, Loss::expression(expression("log(1 + (f - y)^2) + 0.1*f*y", {"f", "y"}, 1))}}};
}

double value_at(const SampleLoss& loss, const VectorXd& lambda, double y) {
    double value = 0.0;
    loss.evaluate(lambda.data(), 1, &y, 1, {.value = &value, .stride = 1});
    return value;
}

}  // namespace

TEST_CASE("multi-index: gradient and Hessian of every loss agree with differences of its values") {
    random::Stream stream({.seed = 5});
    for (const Case& one : all_cases()) {
        CAPTURE(one.what);
        const auto K = static_cast<Index>(one.loss.arguments());
        // More samples than a block, and a tail.
        const Index count = 150;
        Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> lambda(K, count);
        VectorXd y(count);
        for (double& entry : lambda.reshaped()) entry = stream.normal();
        for (double& label : y) {
            label = stream.normal();
            if (one.sign_labels) label = label < 0.0 ? -1.0 : 1.0;
        }
        const Index pairs = K * (K + 1) / 2;
        VectorXd value(count);
        VectorXd gradient_alone(K * count);
        VectorXd gradient(K * count);
        VectorXd hessian(pairs * count);
        const auto n = static_cast<std::size_t>(count);
        one.loss.evaluate(
            lambda.data(), n, y.data(), n,
            {.value = value.data(), .gradient = gradient.data(), .hessian = hessian.data(), .stride = n});
        one.loss.evaluate(lambda.data(), n, y.data(), n, {.gradient = gradient_alone.data(), .stride = n});
        CHECK((gradient - gradient_alone).cwiseAbs().maxCoeff() <= 1e-14 * gradient.cwiseAbs().maxCoeff());
        const double h = 1e-4;
        double worst = 0.0;
        for (Index i = 0; i < count; ++i) {
            const VectorXd at = lambda.col(i);
            const double scale = 1.0 + std::abs(value[i]);
            worst = std::max(worst, std::abs(value_at(one.loss, at, y[i]) - value[i]) / scale);
            const auto moved = [&](Index k, double dk, Index l, double dl) {
                VectorXd place = at;
                place[k] += dk;
                place[l] += dl;
                return value_at(one.loss, place, y[i]);
            };
            for (Index k = 0; k < K; ++k) {
                const double slope = (8.0 * (moved(k, h, k, 0.0) - moved(k, -h, k, 0.0)) -
                                      (moved(k, 2 * h, k, 0.0) - moved(k, -2 * h, k, 0.0))) /
                                     (12.0 * h);
                const double size = scale + std::abs(slope) * 10.0;
                worst = std::max(worst, std::abs(slope - gradient[k * count + i]) / size);
                for (Index l = 0; l <= k; ++l) {
                    const double H = 1e-3;
                    const double curvature =
                        (moved(k, H, l, H) - moved(k, H, l, -H) - moved(k, -H, l, H) + moved(k, -H, l, -H)) /
                        (4.0 * H * H);
                    const double found = hessian[(k * (k + 1) / 2 + l) * count + i];
                    worst = std::max(worst, 1e-3 * std::abs(curvature - found) / (size + std::abs(found)));
                }
            }
        }
        CHECK(worst < 1e-7);
    }
}

TEST_CASE("multi-index: only a linear link under the square loss has a constant Hessian") {
    for (const Case& one : all_cases()) {
        const bool constant = std::string(one.what) == "linear regression";
        CHECK(one.loss.constant_hessian().has_value() == constant);
        CHECK(one.loss.twice_differentiable());
    }
    const SampleLoss two(sum_of("linear", {1.0, 2.0}), Loss::square());
    CHECK(*two.constant_hessian() == (MatrixXd(2, 2) << 1.0, 2.0, 2.0, 4.0).finished());
    CHECK_FALSE(SampleLoss(sum_of("relu", {1.0}), Loss::square()).twice_differentiable());
}

TEST_CASE("multi-index: the logistic loss neither overflows nor loses digits far out") {
    const SampleLoss loss(sum_of("linear", {1.0}), Loss::logistic());
    const auto check = [&](double lambda, double y, double value, double slope) {
        double found = 0.0;
        double gradient = 0.0;
        double hessian = 0.0;
        loss.evaluate(&lambda, 1, &y, 1,
                      {.value = &found, .gradient = &gradient, .hessian = &hessian, .stride = 1});
        CHECK(found == doctest::Approx(value).epsilon(1e-14));
        CHECK(gradient == doctest::Approx(slope).epsilon(1e-14));
        CHECK(std::isfinite(hessian));
    };
    check(800.0, 1.0, 0.0, 0.0);
    check(-800.0, 1.0, 800.0, -1.0);
    check(-800.0, -1.0, 0.0, 0.0);
    check(30.0, 1.0, std::exp(-30.0), -std::exp(-30.0));
    check(0.0, -1.0, std::log(2.0), 0.5);
}

TEST_CASE("multi-index: labels are the teacher's output with noise, or its sign") {
    const std::size_t count = 100;
    std::vector<double> lambda(2 * count);
    std::vector<double> noise(count);
    random::Stream stream({.seed = 9});
    for (double& entry : lambda) entry = stream.normal();
    for (double& entry : noise) entry = stream.normal();
    const Link teacher = sum_of("tanh", {1.0, -0.5});
    std::vector<double> y(count);
    std::vector<double> sign(count);
    Label(teacher, LabelChannel::additive, 0.25)
        .evaluate(lambda.data(), count, noise.data(), count, y.data());
    Label(teacher, LabelChannel::sign, 0.25).evaluate(lambda.data(), count, noise.data(), count, sign.data());
    for (std::size_t i = 0; i < count; ++i) {
        CHECK(y[i] ==
              doctest::Approx(std::tanh(lambda[i]) - 0.5 * std::tanh(lambda[count + i]) + 0.5 * noise[i])
                  .epsilon(1e-12));
        CHECK(sign[i] == (y[i] < 0.0 ? -1.0 : 1.0));
    }
}

}  // namespace multi_index_loss_tests
