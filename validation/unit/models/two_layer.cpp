// SPDX-License-Identifier: MIT
#include "models/two_layer/two_layer.hpp"

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <memory>

#include "models/two_layer/declaration.hpp"
#include "models/two_layer/network.hpp"
#include "route_cases.hpp"

namespace two_layer_tests {

using namespace hidyn;
using namespace hidyn::two_layer;
using Eigen::VectorXd;

TEST_CASE(
    "two-layer network: gradient, Hessian products and sharpness, by differences and by a whole Hessian") {
    TwoLayer problem;
    problem.hidden = 4;
    problem.sample_ratio = 5.0;
    const Samples samples = draw_samples(problem, 3, 0);
    CHECK(samples.x.cols() == 15);
    CHECK(samples.x.col(7).squaredNorm() == doctest::Approx(3.0));
    const Network network(problem, 3);
    VectorXd theta = network.start({.seed = 2});
    theta += 0.2 * VectorXd::Random(theta.size());
    const VectorXd v = VectorXd::Random(theta.size());
    const double h = 1e-5;
    const Network::At at(network, theta, samples);
    const auto moved = [&](double step) { return VectorXd(theta + step * v); };
    const VectorXd up = moved(h);
    const VectorXd down = moved(-h);
    const Network::At above(network, up, samples);
    const Network::At below(network, down, samples);
    CHECK(at.gradient().dot(v) == doctest::Approx((above.loss() - below.loss()) / (2 * h)).epsilon(1e-7));
    CHECK((at.hessian_times(v) - (above.gradient() - below.gradient()) / (2 * h)).norm() < 1e-7 * v.norm());
    Eigen::MatrixXd H(theta.size(), theta.size());
    for (Eigen::Index k = 0; k < theta.size(); ++k)
        H.col(k) = at.hessian_times(VectorXd::Unit(theta.size(), k));
    CHECK((H - H.transpose()).norm() < 1e-12 * H.norm());
    VectorXd direction = VectorXd::Ones(theta.size());
    const double largest = H.selfadjointView<Eigen::Lower>().eigenvalues().maxCoeff();
    CHECK(network.sharpness(at, direction) == doctest::Approx(largest).epsilon(1e-6));
    CHECK((H * direction - largest * direction).norm() < 1e-4 * largest);
}

TEST_CASE("two-layer network: whole batches settle at the edge of stability") {
    auto problem = std::make_shared<TwoLayer>();
    problem->hidden = 24;
    problem->frequency = 2.0;
    problem->sample_ratio = 16.0;
    for (const double momentum : {0.0, 0.5}) {
        problem->learning_rate = 0.4;
        problem->momentum = momentum;
        std::vector<double> times;
        for (int k = 0; k < 10; ++k) times.push_back(6000.0 + 200.0 * k);
        const auto run =
            cases::solve_route(simulation_kind(), problem, {}, times, {.name = "sim", .d = 4, .replicas = 1});
        double mean = 0.0;
        for (std::size_t time = 0; time < times.size(); ++time) mean += run.at("sharpness", time) / 10.0;
        CAPTURE(momentum);
        CHECK(mean == doctest::Approx(2.0 * (1.0 + momentum) / 0.4).epsilon(0.03));
    }
}

}  // namespace two_layer_tests
