// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/linear_parameters.hpp"

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::RowVectorXd;
using generalized_linear::Term;

LinearParameters::LinearParameters(const generalized_linear::GeneralizedLinear& problem,
                                   const generalized_linear::Method& method)
    : method_(method) {
    const auto times = static_cast<Index>(method.steps() + 1);
    gram_.setZero(times + 2, times + 2);
    gram_.topLeftCorner(2, 2) << problem.T(), problem.R0(), problem.R0(), problem.Q0();
    iterate_.setZero(times, times + 2);
    theta_.setZero(times, times + 2);
    iterate_(0, 1) = 1.0;
    theta_(0, 1) = 1.0;
}

ParameterRow LinearParameters::row() const {
    const Index known = now_ + 2;  // the basis so far
    const auto theta = theta_.row(now_).head(known);
    const RowVectorXd products = theta * gram_.topLeftCorner(known, known);
    return {.C = theta_.topLeftCorner(now_ + 1, known) * products.transpose(),
            .R = products[0],
            .rho = theta.tail(now_)};
}

void LinearParameters::advance(const SampleRow& samples) {
    const Index field = now_ + 2;  // the place of W^t
    gram_.row(field).segment(2, now_ + 1) = samples.Sigma;
    gram_.col(field).segment(2, now_ + 1) = samples.Sigma;
    // v^{t+1} = h^t + sum_r b_tr theta^r
    RowVectorXd v = samples.tau.transpose() * theta_.topRows(now_ + 1);
    v[0] += samples.delta;
    v[field] += 1.0;
    const auto t = static_cast<std::size_t>(now_);
    for (const Term& term : method_.b(t)) v += term.factor * theta_.row(static_cast<Index>(term.index));
    ++now_;
    iterate_.row(now_) = v;
    for (const Term& term : method_.e(t + 1))
        theta_.row(now_) += term.factor * iterate_.row(static_cast<Index>(term.index));
}

}  // namespace hidyn::state_evolution
