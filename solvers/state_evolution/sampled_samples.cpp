// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/sampled_samples.hpp"

#include <algorithm>
#include <cmath>

#include "math/gaussian/normal_quantile.hpp"

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;

SampledSamples::SampledSamples(const generalized_linear::GeneralizedLinear& problem,
                               const generalized_linear::Method& method, const Draw& draw)
    : problem_(problem),
      method_(method),
      points_(draw.points),
      copies_(problem.label.binary() ? 2 : 1),
      normals_(base_uniforms(draw, Side::samples, method.steps() + 3).unaryExpr(&math::normal_quantile)),
      root_(method.steps() + 2),
      label_(points_ * copies_),
      weight_(points_ * copies_),
      forces_(static_cast<Index>(points_ * copies_), static_cast<Index>(method.steps() + 1)),
      preactivation_(points_ * copies_),
      value_(points_ * copies_),
      slope_(points_ * copies_),
      responses_(points_ * copies_, method.steps() + 1, !method.memoryless()) {
    whiten(Eigen::MatrixXd(normals_.rows(), 0), normals_);
    teacher_ = root_.append(VectorXd::Constant(1, problem.T()))[0] * normals_.col(1);
    const double each = 1.0 / static_cast<double>(points_);
    if (copies_ == 1) {
        problem.label.evaluate(teacher_.data(), points_, normals_.data(), points_, label_.data());
        std::ranges::fill(weight_, each);
        return;
    }
    problem.label.positive_probability(teacher_.data(), points_, points_, weight_.data());
    for (std::size_t i = 0; i < points_; ++i) {
        const double positive = weight_[i];
        label_[i] = 1.0;
        label_[points_ + i] = -1.0;
        weight_[i] = each * positive;
        weight_[points_ + i] = each * (1.0 - positive);
    }
}

double SampledSamples::weighted_mean(const double* values) const {
    const auto count = static_cast<Index>(weight_.size());
    return Map<const VectorXd>(weight_.data(), count).dot(Map<const VectorXd>(values, count));
}

void SampledSamples::evaluate_losses(const ParameterRow& parameters) {
    const auto t = static_cast<Index>(overlaps_.size());
    const auto points = static_cast<Index>(points_);
    const std::size_t count = points_ * copies_;
    // Without memory: a fresh sample.
    for (std::size_t copy = 0; copy < copies_; ++copy)
        Map<VectorXd>(preactivation_.data() + copy * points_, points) = fresh_;
    problem_.loss.evaluate(preactivation_.data(), count, label_.data(), count,
                           {.value = value_.data(), .stride = count});
    test_loss_ = weighted_mean(value_.data());
    // With it: a sample that was trained on.
    Map<VectorXd> trained(preactivation_.data(), static_cast<Index>(count));
    trained.noalias() += forces_.leftCols(t) * parameters.rho;
    if (!method_.memoryless()) {
        method_.forces(problem_.loss, preactivation_.data(), label_.data(), 0.0, count, value_.data(),
                       forces_.col(t).data(), slope_.data());
        train_loss_ = weighted_mean(value_.data());
        return;
    }
    problem_.loss.evaluate(preactivation_.data(), count, label_.data(), count,
                           {.value = value_.data(), .stride = count});
    train_loss_ = weighted_mean(value_.data());
    double V = method_.algorithm().knowledge->start_variance;
    if (t > 0) {
        V = parameters.rho[t - 1];
        trained += method_.correction(V) * forces_.col(t - 1);
    }
    method_.forces(problem_.loss, preactivation_.data(), label_.data(), V, count, nullptr,
                   forces_.col(t).data(), slope_.data());
}

SampleRow SampledSamples::visit(const ParameterRow& parameters) {
    const auto t = static_cast<Index>(overlaps_.size());
    const double alpha = problem_.sample_ratio;
    VectorXd covariances(t + 2);
    covariances << parameters.R, parameters.C;
    const VectorXd coefficients = root_.append(covariances);
    fresh_ = normals_.middleCols(1, coefficients.size()) * coefficients;
    evaluate_losses(parameters);
    overlaps_.push_back(parameters.R);

    SampleRow row;
    row.train_loss = train_loss_;
    row.test_loss = test_loss_;
    row.tau.resize(t + 1);
    std::vector<double> memory(parameters.rho.begin(), parameters.rho.end());
    if (t > 0) memory.back() += method_.correction(memory.back());
    responses_.append(memory, 1.0, slope_.data(), weight_.data(),
                      {row.tau.data(), static_cast<std::size_t>(t) + 1});
    row.tau *= alpha;
    const VectorXd weighted =
        forces_.col(t).cwiseProduct(Map<const VectorXd>(weight_.data(), forces_.rows()));
    row.Sigma = alpha * forces_.leftCols(t + 1).transpose() * weighted;
    double along = 0.0;
    for (std::size_t copy = 0; copy < copies_; ++copy)
        along +=
            weighted.segment(static_cast<Index>(copy * points_), static_cast<Index>(points_)).dot(teacher_);
    row.delta = (alpha * along - row.tau.dot(Map<const VectorXd>(overlaps_.data(), t + 1))) / problem_.T();
    if (copies_ == 2) {
        const double* rows[] = {fresh_.data()};
        problem_.loss.link().values(rows, points_, value_.data());
        for (std::size_t i = 0; i < points_; ++i)
            row.classification_error += value_[i] < 0.0 ? weight_[i] : weight_[points_ + i];
    }
    return row;
}

double SampledSamples::bytes(double points, double times, bool binary, bool remembers) {
    const double count = binary ? 2.0 * points : points;
    return 8.0 * points * (times + 4.0) + 8.0 * count * (times + 5.0) +
           (remembers ? math::ResponseRows<float>::bytes(static_cast<std::size_t>(count),
                                                         static_cast<std::size_t>(times))
                      : 0.0);
}

}  // namespace hidyn::state_evolution
