// SPDX-License-Identifier: MIT
#include "models/committee/simulation/direct_network.hpp"

#include <algorithm>
#include <cmath>

#include "math/vectors/row_kernels.hpp"
#include "models/teacher_student/placement.hpp"

namespace hidyn::committee {
namespace {

using Eigen::Index;

random::StreamKey with_purpose(random::StreamKey key, random::Purpose purpose) {
    key.purpose = purpose;
    return key;
}

}  // namespace

DirectNetwork::DirectNetwork(const Committee& problem, std::uint64_t d, const random::StreamKey& key)
    : problem_(problem),
      d_(d),
      students_(problem.students),
      teachers_(problem.teachers),
      stride_(teacher_student::padded_length(d)),
      unit_(1.0 / std::sqrt(static_cast<double>(d))),
      gaussian_(with_purpose(key, random::Purpose::dynamics)),
      noise_(with_purpose(key, random::Purpose::label_noise)),
      weights_((students_ + teachers_) * stride_, 0.0),
      input_(stride_, 0.0),
      gradient_(problem.algorithm.batch_size > 1 ? students_ * stride_ : 0, 0.0),
      fields_(students_ + teachers_),
      values_(students_ + teachers_),
      slopes_(students_),
      factors_(students_),
      second_layer_sum_(students_, 0.0) {
    const OrderParameters& start = problem.start_of(key.replica);
    second_layer_.assign(start.v.begin(), start.v.end());
    teacher_student::place(start, d, with_purpose(key, random::Purpose::frame), stride_, weights_);
    teacher_norm_ = squared_norm(students_);
    if (problem.algorithm.spherical)
        for (std::size_t k = 0; k < students_; ++k) kept_norms_.push_back(squared_norm(k));
}

void DirectNetwork::respond(const double* input, double noise) {
    math::project_rows(weights_.data(), stride_, students_ + teachers_, input, stride_, fields_.data());
    for (double& field : fields_) field *= unit_;
    const std::span<double> fields(fields_);
    const std::span<double> values(values_);
    problem_.activation.values_and_derivatives(fields.first(students_), values.first(students_), slopes_);
    problem_.teacher_activation.values(fields.subspan(students_), values.subspan(students_));

    double residual = std::sqrt(problem_.label_noise) * noise;
    for (std::size_t m = 0; m < teachers_; ++m)
        residual += problem_.teacher_second_layer[static_cast<Index>(m)] * values_[students_ + m];
    for (std::size_t k = 0; k < students_; ++k) residual -= second_layer_[k] * values_[k];
    for (std::size_t k = 0; k < students_; ++k) {
        factors_[k] = second_layer_[k] * slopes_[k] * residual;
        second_layer_sum_[k] += values_[k] * residual;
    }
}

void DirectNetwork::apply(const double* input) {
    const OnlineSgd& sgd = problem_.algorithm;
    const double d = static_cast<double>(d_);
    const double batch = static_cast<double>(sgd.batch_size);
    const double keep = 1.0 - sgd.weight_decay / d;
    if (sgd.batch_size == 1) {
        for (double& factor : factors_) factor *= sgd.learning_rate * unit_;
        math::update_rows(weights_.data(), stride_, students_, keep, factors_.data(), input, stride_);
    } else {
        const double factor = sgd.learning_rate * unit_ / batch;
        for (std::size_t k = 0; k < students_; ++k)
            math::update_rows(weights_.data() + k * stride_, stride_, 1, keep, &factor,
                              gradient_.data() + k * stride_, stride_);
        std::ranges::fill(gradient_, 0.0);
    }
    for (std::size_t k = 0; k < students_; ++k) {
        second_layer_[k] = (1.0 - sgd.second_layer_weight_decay / d) * second_layer_[k] +
                           sgd.second_layer_learning_rate / (d * batch) * second_layer_sum_[k];
        second_layer_sum_[k] = 0.0;
    }
    if (sgd.spherical) restore_norms();
}

// The norm is measured, not updated: the error of an updated one would grow like the norm of free weights.
void DirectNetwork::restore_norms() {
    for (std::size_t k = 0; k < students_; ++k) {
        const double factor = std::sqrt(kept_norms_[k] / squared_norm(k));
        double* w = weights_.data() + k * stride_;
#pragma omp simd
        for (std::size_t i = 0; i < stride_; ++i) w[i] *= factor;
    }
}

void DirectNetwork::step() {
    const bool noisy = problem_.label_noise > 0.0;
    for (std::uint64_t sample = 0; sample < problem_.algorithm.batch_size; ++sample) {
        gaussian_.normals(input_);
        std::fill(input_.begin() + static_cast<std::ptrdiff_t>(d_), input_.end(), 0.0);
        respond(input_.data(), noisy ? noise_.normal() : 0.0);
        if (problem_.algorithm.batch_size > 1)
            math::update_rows(gradient_.data(), stride_, students_, 1.0, factors_.data(), input_.data(),
                              stride_);
    }
    apply(input_.data());
}

void DirectNetwork::step_on(const double* inputs, const double* noise) {
    for (std::uint64_t sample = 0; sample < problem_.algorithm.batch_size; ++sample) {
        std::copy_n(inputs + sample * d_, d_, input_.begin());
        respond(input_.data(), noise[sample]);
        if (problem_.algorithm.batch_size > 1)
            math::update_rows(gradient_.data(), stride_, students_, 1.0, factors_.data(), input_.data(),
                              stride_);
    }
    apply(input_.data());
}

OrderParameters DirectNetwork::order_parameters() const {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto stride = static_cast<Index>(stride_);
    const Eigen::Map<const RowMajor> students(weights_.data(), static_cast<Index>(students_), stride);
    const Eigen::Map<const RowMajor> teachers(weights_.data() + students_ * stride_,
                                              static_cast<Index>(teachers_), stride);
    const double d = static_cast<double>(d_);
    OrderParameters state;
    state.Q = students * students.transpose() / d;
    state.R = students * teachers.transpose() / d;
    state.T = teachers * teachers.transpose() / d;
    state.v = Eigen::Map<const Eigen::VectorXd>(second_layer_.data(), static_cast<Index>(students_));
    return state;
}

double DirectNetwork::squared_overlap() const {
    double products[2];
    math::project_rows(weights_.data(), stride_, 2, row(0), stride_, products);
    return products[1] * products[1] / (products[0] * teacher_norm_);
}

double DirectNetwork::squared_norm(std::size_t unit) const {
    return math::squared_norm(row(unit), stride_);
}

double DirectNetwork::largest_norm() const {
    double largest = 0.0;
    for (std::size_t k = 0; k < students_; ++k) {
        const double norm = squared_norm(k) / static_cast<double>(d_);
        if (!(norm <= largest)) largest = norm;
    }
    return largest;
}

}  // namespace hidyn::committee
