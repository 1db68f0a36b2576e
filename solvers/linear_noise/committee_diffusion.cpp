// SPDX-License-Identifier: MIT
#include "solvers/linear_noise/committee_diffusion.hpp"

#include "math/vectors/row_kernels.hpp"

namespace hidyn::linear_noise {
namespace {

using Eigen::Index;

// Nodes collected before the matrix products.
constexpr Index chunk = 1024;

std::vector<math::Activation> units_of(const committee::Committee& problem) {
    std::vector<math::Activation> units(problem.students, problem.activation);
    units.insert(units.end(), problem.teachers, problem.teacher_activation);
    return units;
}

// Every product in Sigma is even under u -> -u if all activations are even or all are odd.
math::QuadratureOptions with_parity(math::QuadratureOptions options, const committee::Committee& problem) {
    options.even = math::have_common_parity(units_of(problem));
    options.moment_order = 4;
    return options;
}

}  // namespace

CommitteeDiffusion::CommitteeDiffusion(const committee::Committee& problem,
                                       const math::QuadratureOptions& quadrature)
    : problem_(problem),
      students_(static_cast<Index>(problem.students)),
      teachers_(static_cast<Index>(problem.teachers)),
      q_size_(students_ * (students_ + 1) / 2),
      size_(q_size_ + students_ * teachers_ + (problem.algorithm.trains_second_layer() ? students_ : 0)),
      nodes_(units_of(problem), problem.students, with_parity(quadrature, problem)),
      coefficients_(students_ + teachers_),
      linear_(size_, chunk),
      square_(q_size_, chunk),
      moments_(4, chunk),
      slopes_(students_, chunk),
      products_(size_) {}

void CommitteeDiffusion::operator()(const committee::OrderParameters& state, Eigen::MatrixXd& diffusion) {
    coefficients_ << state.v, -problem_.teacher_second_layer;
    second_moment_.setZero(size_, size_);
    cross_.setZero(size_, q_size_);
    mean_.setZero(size_);
    nodes_.visit(state.joint_covariance(), [this](const math::NodeBatch& batch) { add(batch); });
    flush();
    for (Index row = 0; row < size_; ++row)
        for (Index column = 0; column < row; ++column)
            second_moment_(column, row) = second_moment_(row, column);
    second_moment_.leftCols(q_size_) += cross_;
    second_moment_.topRows(q_size_) += cross_.transpose();
    diffusion = second_moment_ - mean_ * mean_.transpose();
    diffusion /= static_cast<double>(problem_.algorithm.batch_size);
    if (problem_.algorithm.spherical) {
        const Eigen::MatrixXd map = restored_norms(state);
        diffusion = map * diffusion * map.transpose();
    }
}

Eigen::MatrixXd CommitteeDiffusion::restored_norms(const committee::OrderParameters& state) const {
    const auto norm_place = [](Index i) { return i * (i + 1) / 2 + i; };
    Eigen::MatrixXd map = Eigen::MatrixXd::Identity(size_, size_);
    Index place = 0;
    for (Index i = 0; i < students_; ++i)
        for (Index j = 0; j <= i; ++j, ++place) {
            map(place, norm_place(i)) -= 0.5 * state.Q(i, j) / state.Q(i, i);
            map(place, norm_place(j)) -= 0.5 * state.Q(i, j) / state.Q(j, j);
        }
    for (Index i = 0; i < students_; ++i)
        for (Index m = 0; m < teachers_; ++m, ++place)
            map(place, norm_place(i)) -= 0.5 * state.R(i, m) / state.Q(i, i);
    return map;
}

void CommitteeDiffusion::add(const math::NodeBatch& batch) {
    const committee::OnlineSgd& sgd = problem_.algorithm;
    const double eta = sgd.learning_rate;
    const double quadratic = eta * eta / static_cast<double>(sgd.batch_size);
    const double noise = problem_.label_noise;
    const auto count = static_cast<Index>(batch.count);
    if (filled_ + count > linear_.cols()) flush();
    if (count > linear_.cols())
        for (Rows* rows : {&linear_, &square_, &moments_, &slopes_}) rows->resize(rows->rows(), count);

    const auto nodes = [count](const double* values) {
        return Eigen::Map<const Eigen::ArrayXd>(values, count);
    };
    const auto row = [this, count](Rows& rows, Index index) {
        return Eigen::Map<Eigen::ArrayXd>(rows.data() + index * rows.cols() + filled_, count);
    };
    const auto field = [&](Index unit) { return nodes(batch.u[static_cast<std::size_t>(unit)]); };

    residual_.setZero(count);
    for (Index a = 0; a < coefficients_.size(); ++a)
        residual_ -= coefficients_[a] * nodes(batch.g[static_cast<std::size_t>(a)]);
    const auto& e = residual_;
    const auto weight = nodes(batch.weight);
    row(moments_, 0) = weight * e;
    row(moments_, 1) = weight * (e.square() + noise);
    row(moments_, 2) = weight * e * (e.square() + 3.0 * noise);
    row(moments_, 3) = weight * (e.square() * (e.square() + 6.0 * noise) + 3.0 * noise * noise);

    for (Index i = 0; i < students_; ++i)
        row(slopes_, i) = coefficients_[i] * nodes(batch.dg[static_cast<std::size_t>(i)]);
    Index index = 0;
    for (Index i = 0; i < students_; ++i)
        for (Index j = 0; j <= i; ++j, ++index) {
            row(linear_, index) = eta * (row(slopes_, i) * field(j) + row(slopes_, j) * field(i));
            row(square_, index) = quadratic * row(slopes_, i) * row(slopes_, j);
        }
    for (Index i = 0; i < students_; ++i)
        for (Index m = 0; m < teachers_; ++m)
            row(linear_, index++) = eta * row(slopes_, i) * field(students_ + m);
    if (sgd.trains_second_layer())
        for (Index i = 0; i < students_; ++i)
            row(linear_, index++) =
                sgd.second_layer_learning_rate * nodes(batch.g[static_cast<std::size_t>(i)]);
    filled_ += count;
}

void CommitteeDiffusion::flush() {
    const auto length = static_cast<std::size_t>(filled_);
    const auto stride = static_cast<std::size_t>(linear_.cols());
    // The products of a few rows over many nodes: for such shapes dot products beat a general matrix product.
    const auto project = [&](const Rows& rows, Index count) {
        math::project_rows(rows.data(), stride, static_cast<std::size_t>(count), weighted_.data(), length,
                           products_.data());
    };
    const auto moment = [this](Index order) { return moments_.row(order - 1).head(filled_).transpose(); };

    weighted_ = moment(1);
    project(linear_, size_);
    mean_ += products_.head(size_);
    weighted_ = moment(2);
    project(square_, q_size_);
    mean_.head(q_size_) += products_.head(q_size_);
    for (Index row = 0; row < size_; ++row) {
        weighted_ = moment(2) * linear_.row(row).head(filled_).transpose();
        project(linear_, row + 1);
        second_moment_.row(row).head(row + 1) += products_.head(row + 1).transpose();
        weighted_ = moment(3) * linear_.row(row).head(filled_).transpose();
        project(square_, q_size_);
        cross_.row(row) += products_.head(q_size_).transpose();
    }
    for (Index row = 0; row < q_size_; ++row) {
        weighted_ = moment(4) * square_.row(row).head(filled_).transpose();
        project(square_, row + 1);
        second_moment_.row(row).head(row + 1) += products_.head(row + 1).transpose();
    }
    filled_ = 0;
}

}  // namespace hidyn::linear_noise
