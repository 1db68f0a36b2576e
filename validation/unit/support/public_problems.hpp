// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/multi_index/multi_index.hpp"

/// Multi-index problems shared by the tests of simulations and theories: those of the public check values.
namespace cases {}
namespace multi_index_cases {

using namespace cases;

using hidyn::multi_index::Algorithm;
using hidyn::multi_index::Label;
using hidyn::multi_index::LabelChannel;
using hidyn::multi_index::Link;
using hidyn::multi_index::Loss;
using hidyn::multi_index::MultiIndex;
using hidyn::multi_index::Rule;
using hidyn::multi_index::SampleLoss;

inline std::shared_ptr<MultiIndex> multi_index(const char* activation, Eigen::Index units, Loss loss,
                                               LabelChannel channel, double noise, double sample_ratio,
                                               Algorithm algorithm) {
    const Link link = Link::units(hidyn::math::Activation::named(activation), Eigen::VectorXd::Ones(units));
    auto problem =
        std::make_shared<MultiIndex>(SampleLoss{link, std::move(loss)}, Label{link, channel, noise});
    problem->sample_ratio = sample_ratio;
    problem->algorithm = std::move(algorithm);
    return problem;
}

/// Q = q, R = r, T = 1.
inline void start_one(MultiIndex& problem, double q, double r) {
    problem.initial = {.Q = Eigen::MatrixXd::Constant(1, 1, q),
                       .R = Eigen::MatrixXd::Constant(1, 1, r),
                       .T = Eigen::MatrixXd::Identity(1, 1),
                       .v = Eigen::VectorXd::Ones(1)};
}

/// Linear regression, alpha = 2, eta = 0.8, Delta = 0.25, Q = 1, R = 0.1.
inline std::shared_ptr<MultiIndex> linear(Algorithm algorithm) {
    algorithm.learning_rate = 0.8;
    auto problem =
        multi_index("linear", 1, Loss::square(), LabelChannel::additive, 0.25, 2.0, std::move(algorithm));
    start_one(*problem, 1.0, 0.1);
    return problem;
}

/// More weights than samples: alpha = 0.5, eta = 0.6, Delta = 0.1, Q = 1, R = 0.1.
inline std::shared_ptr<MultiIndex> overparametrised_linear(Algorithm algorithm) {
    algorithm.learning_rate = 0.6;
    auto problem =
        multi_index("linear", 1, Loss::square(), LabelChannel::additive, 0.1, 0.5, std::move(algorithm));
    start_one(*problem, 1.0, 0.1);
    return problem;
}

/// erf, alpha = 2, Delta = 0.1, Q = 1, R = 0.2.
inline std::shared_ptr<MultiIndex> erf(Algorithm algorithm) {
    auto problem =
        multi_index("erf", 1, Loss::square(), LabelChannel::additive, 0.1, 2.0, std::move(algorithm));
    start_one(*problem, 1.0, 0.2);
    return problem;
}

/// Phase retrieval from a warm start, alpha = 3, no noise.
inline std::shared_ptr<MultiIndex> phase(Loss loss, double overlap, Algorithm algorithm) {
    auto problem =
        multi_index("quadratic", 1, std::move(loss), LabelChannel::additive, 0.0, 3.0, std::move(algorithm));
    start_one(*problem, 1.0, overlap);
    return problem;
}

/// Logistic loss on noisy signs, alpha = 2, Delta = 0.2.
inline std::shared_ptr<MultiIndex> logistic(Algorithm algorithm) {
    auto problem =
        multi_index("linear", 1, Loss::logistic(), LabelChannel::sign, 0.2, 2.0, std::move(algorithm));
    start_one(*problem, 1.0, 0.2);
    return problem;
}

/// K = M = 2 erf committee, alpha = 3, Delta = 0.05.
inline std::shared_ptr<MultiIndex> committee(Algorithm algorithm) {
    auto problem =
        multi_index("erf", 2, Loss::square(), LabelChannel::additive, 0.05, 3.0, std::move(algorithm));
    problem->initial = {.Q = Eigen::MatrixXd{{0.5, 0.1}, {0.1, 0.5}},
                        .R = Eigen::MatrixXd{{0.3, 0.1}, {0.05, 0.3}},
                        .T = Eigen::MatrixXd::Identity(2, 2),
                        .v = Eigen::VectorXd::Ones(2)};
    return problem;
}

}  // namespace multi_index_cases
