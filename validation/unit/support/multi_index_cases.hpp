// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <memory>

#include "committee_cases.hpp"
#include "models/multi_index/simulation/flow.hpp"
#include "models/multi_index/simulation/learner.hpp"
#include "models/multi_index/simulation/stepping.hpp"

/// Problems on a data set shared by the tests of simulations and theories.
namespace cases {}
namespace multi_index_cases {

using namespace cases;

using hidyn::multi_index::Algorithm;
using hidyn::multi_index::Jump;
using hidyn::multi_index::LabelChannel;
using hidyn::multi_index::Learner;
using hidyn::multi_index::Link;
using hidyn::multi_index::Loss;
using hidyn::multi_index::MultiIndex;
using hidyn::multi_index::Rule;

inline Link sum_of(const char* activation, Eigen::VectorXd weights) {
    return Link::units(hidyn::math::Activation::named(activation), std::move(weights));
}

/// One neuron and its teacher of the same activation, T = 1.
inline std::shared_ptr<MultiIndex> neuron(const char* activation, Loss loss, double alpha, double noise,
                                          Algorithm algorithm, double Q = 1.0, double R = 0.1,
                                          LabelChannel channel = LabelChannel::additive) {
    const Link link = sum_of(activation, Eigen::VectorXd::Ones(1));
    auto problem = std::make_shared<MultiIndex>(hidyn::multi_index::SampleLoss(link, std::move(loss)),
                                                hidyn::multi_index::Label(link, channel, noise));
    problem->sample_ratio = alpha;
    problem->algorithm = algorithm;
    problem->initial = {
        .Q = matrix({{Q}}), .R = matrix({{R}}), .T = matrix({{1.0}}), .v = Eigen::VectorXd::Ones(1)};
    return problem;
}

/// A committee with these second layers, from generic overlaps (K = M = 2).
inline std::shared_ptr<MultiIndex> pair(const char* activation, Eigen::VectorXd second_layer, double alpha,
                                        double noise, Algorithm algorithm) {
    auto problem = std::make_shared<MultiIndex>(
        hidyn::multi_index::SampleLoss(sum_of(activation, std::move(second_layer)), Loss::square()),
        hidyn::multi_index::Label(sum_of(activation, Eigen::VectorXd::Ones(2)), LabelChannel::additive,
                                  noise));
    problem->sample_ratio = alpha;
    problem->algorithm = algorithm;
    problem->initial = {.Q = matrix({{0.5, 0.1}, {0.1, 0.5}}),
                        .R = matrix({{0.3, 0.1}, {0.05, 0.3}}),
                        .T = Eigen::MatrixXd::Identity(2, 2),
                        .v = Eigen::VectorXd::Ones(2)};
    return problem;
}

/// At this size, in steps or as a flow of this accuracy.
inline hidyn::Solve simulation_of(const std::shared_ptr<MultiIndex>& problem, std::uint64_t d,
                                  double tolerance) {
    const double steps = problem->steps_per_unit_time(static_cast<double>(d));
    return [=](const hidyn::RouteRun& run) {
        return steps > 0.0 ? simulate_steps(*problem, 1.0 / steps, run)
                           : simulate_flow(*problem, tolerance, run);
    };
}

/// Everything of a learner as plain matrices: W (K x d), the samples (n x d) and their labels.
struct Plain {
    Eigen::MatrixXd W, teacher, X;
    Eigen::VectorXd y;

    Plain(const Learner& learner, Eigen::Index teachers, Eigen::Index d) {
        const auto rows = [&](const double* place, std::size_t count) {
            Eigen::MatrixXd matrix(static_cast<Eigen::Index>(count), d);
            for (Eigen::Index k = 0; k < matrix.rows(); ++k)
                for (Eigen::Index j = 0; j < d; ++j)
                    matrix(k, j) = place[static_cast<std::size_t>(k) * learner.weights().stride() +
                                         static_cast<std::size_t>(j)];
            return matrix;
        };
        W = rows(learner.weights().data(), learner.weights().rows());
        teacher = rows(learner.weights().teachers(), static_cast<std::size_t>(teachers));
        X = rows(learner.data().row(0), learner.data().samples());
        y = Eigen::Map<const Eigen::VectorXd>(learner.data().labels().data(), X.rows());
    }
};

}  // namespace multi_index_cases
