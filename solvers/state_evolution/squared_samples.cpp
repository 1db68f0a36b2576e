// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/squared_samples.hpp"

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::RowVectorXd;

SquaredSamples::SquaredSamples(const generalized_linear::GeneralizedLinear& problem,
                               const generalized_linear::Method& method)
    : alpha_(problem.sample_ratio),
      eta_(method.algorithm().learning_rate),
      T_(problem.T()),
      Delta_(problem.label.noise_variance()) {
    const auto times = static_cast<Index>(method.steps() + 1);
    U_.setZero(times, times);
    K_.setZero(times, times);
}

SampleRow SquaredSamples::visit(const ParameterRow& parameters) {
    const auto t = static_cast<Index>(R_.size());
    R_.push_back(parameters.R);
    const Index known = t + 1;
    for (Index s = 0; s < known; ++s)
        K_(t, s) = K_(s, t) = parameters.C[s] - parameters.R - R_[static_cast<std::size_t>(s)] + T_ + Delta_;
    U_.row(t).head(t) = -eta_ * parameters.rho.transpose() * U_.topLeftCorner(t, t);
    U_(t, t) = -eta_;
    const RowVectorXd u = U_.row(t).head(known);
    const RowVectorXd products = u * K_.topLeftCorner(known, known);
    SampleRow row;
    row.tau = alpha_ * u.transpose();
    row.delta = -row.tau.sum();
    row.Sigma = alpha_ * U_.topLeftCorner(known, known) * products.transpose();
    row.train_loss = 0.5 * products.dot(u) / (eta_ * eta_);
    row.test_loss = 0.5 * K_(t, t);
    return row;
}

}  // namespace hidyn::state_evolution
