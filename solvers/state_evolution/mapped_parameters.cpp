// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/mapped_parameters.hpp"

#include <cmath>

#include "math/gaussian/normal_quantile.hpp"

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using generalized_linear::Prior;
using generalized_linear::Term;

namespace {

/// The prior's quantile, up to scale.
double quantile(const generalized_linear::SignalLaw& law, double u) {
    switch (law.prior) {
        case Prior::gaussian:
            return math::normal_quantile(u);
        case Prior::rademacher:
            return u < 0.5 ? -1.0 : 1.0;
        case Prior::bernoulli_gauss:
            break;
    }
    // Negative values, zeros, positive values.
    const double half = 0.5 * law.sparsity;
    if (u < half) return math::normal_quantile(u / law.sparsity);
    return u > 1.0 - half ? -math::normal_quantile((1.0 - u) / law.sparsity) : 0.0;
}

}  // namespace

MappedParameters::MappedParameters(const generalized_linear::GeneralizedLinear& problem,
                                   const generalized_linear::Method& method, const Draw& draw)
    : method_(method),
      root_(method.steps() + 1),
      responses_(draw.points, method.steps() + 1, !method.memoryless()),
      slope_(draw.points),
      weight_(draw.points, 1.0 / static_cast<double>(draw.points)) {
    const auto points = static_cast<Index>(draw.points);
    const auto times = static_cast<Index>(method.steps() + 1);
    const MatrixXd uniforms = base_uniforms(draw, Side::parameters, method.steps() + 3);
    signal_ = uniforms.col(0).unaryExpr([&](double u) { return quantile(problem.signal, u); });
    signal_ *= std::sqrt(problem.T() * static_cast<double>(points)) / signal_.norm();
    normals_ = uniforms.rightCols(uniforms.cols() - 1).unaryExpr(&math::normal_quantile);
    whiten(signal_, normals_);
    theta_.setZero(points, times);
    iterate_.setZero(points, times);
    const double along = problem.R0() / problem.T();
    const double rest = std::max(problem.Q0() - along * problem.R0(), 0.0);
    iterate_.col(0) = along * signal_ + std::sqrt(rest) * normals_.col(0);
    theta_.col(0) = iterate_.col(0);
    mean_response_.setZero(times, times);
    rho_.setZero(times, times);
}

ParameterRow MappedParameters::row() const {
    const double points = static_cast<double>(theta_.rows());
    return {.C = theta_.leftCols(now_ + 1).transpose() * theta_.col(now_) / points,
            .R = signal_.dot(theta_.col(now_)) / points,
            .rho = rho_.row(now_).head(now_)};
}

void MappedParameters::advance(const SampleRow& samples) {
    const auto t = static_cast<std::size_t>(now_);
    const VectorXd coefficients = root_.append(samples.Sigma);
    const double gain = method_.gain(samples.tau[now_]);
    VectorXd v = theta_.leftCols(now_ + 1) * samples.tau + samples.delta * signal_;
    v.noalias() += normals_.middleCols(1, coefficients.size()) * coefficients;
    v *= gain;
    for (const Term& term : method_.b(t)) v += term.factor * theta_.col(static_cast<Index>(term.index));
    ++now_;
    method_.map(v.data(), gain, slope_.size(), iterate_.col(now_).data(), slope_.data());
    responses_.append(method_.response_memory(t, {samples.tau.data(), t + 1}), gain, slope_.data(),
                      weight_.data(), {mean_response_.row(now_).data(), t + 1});
    for (const Term& term : method_.e(t + 1)) {
        const auto place = static_cast<Index>(term.index);
        theta_.col(now_) += term.factor * iterate_.col(place);
        rho_.row(now_) += term.factor * mean_response_.row(place);
    }
}

double MappedParameters::bytes(double points, double times, bool remembers) {
    const double responses =
        math::ResponseRows<float>::bytes(static_cast<std::size_t>(points), static_cast<std::size_t>(times));
    return 8.0 * points * (3.0 * times + 6.0) + (remembers ? responses : 0.0);
}

}  // namespace hidyn::state_evolution
