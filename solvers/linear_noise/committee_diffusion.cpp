#include "solvers/linear_noise/committee_diffusion.hpp"

namespace hidyn::linear_noise {
namespace {

using Eigen::Index;

std::vector<math::Activation> units_of(const committee::Committee& problem) {
    std::vector<math::Activation> units(problem.students, problem.activation);
    units.insert(units.end(), problem.teachers, problem.teacher_activation);
    return units;
}

}  // namespace

CommitteeDiffusion::CommitteeDiffusion(const committee::Committee& problem,
                                       const math::QuadratureOptions& quadrature)
    : problem_(problem),
      students_(static_cast<Index>(problem.students)),
      teachers_(static_cast<Index>(problem.teachers)),
      q_size_(students_ * (students_ + 1) / 2),
      size_(q_size_ + students_ * teachers_ + (problem.algorithm.trains_second_layer() ? students_ : 0)),
      nodes_(units_of(problem), problem.students, quadrature),
      coefficients_(students_ + teachers_),
      linear_(size_, chunk),
      square_(q_size_, chunk),
      moment1_(chunk),
      moment2_(chunk),
      moment3_(chunk),
      moment4_(chunk) {}

void CommitteeDiffusion::operator()(const committee::OrderParameters& state, Eigen::MatrixXd& diffusion) {
    coefficients_ << state.v, -problem_.teacher_second_layer;
    second_moment_.setZero(size_, size_);
    mean_.setZero(size_);
    nodes_.visit(state.joint_covariance(), [this](const math::NodeBatch& batch) { add(batch); });
    flush();
    diffusion =
        (second_moment_ - mean_ * mean_.transpose()) / static_cast<double>(problem_.algorithm.batch_size);
}

void CommitteeDiffusion::add(const math::NodeBatch& batch) {
    const committee::OnlineSgd& sgd = problem_.algorithm;
    const double eta = sgd.learning_rate;
    const double quadratic = eta * eta / static_cast<double>(sgd.batch_size);
    const double noise = problem_.label_noise;
    for (std::size_t node = 0; node < batch.count; ++node) {
        const double weight = batch.weight[node];
        if (weight == 0.0) continue;
        double e = 0.0;
        for (std::size_t a = 0; a < batch.g.size(); ++a)
            e -= coefficients_[static_cast<Index>(a)] * batch.g[a][node];
        const double square = e * e;
        moment1_[filled_] = weight * e;
        moment2_[filled_] = weight * (square + noise);
        moment3_[filled_] = weight * e * (square + 3.0 * noise);
        moment4_[filled_] = weight * (square * square + 6.0 * square * noise + 3.0 * noise * noise);

        const auto slope = [&](Index i) {
            return coefficients_[i] * batch.dg[static_cast<std::size_t>(i)][node];
        };
        const auto field = [&](Index unit) { return batch.u[static_cast<std::size_t>(unit)][node]; };
        double* linear = linear_.col(filled_).data();
        double* squared = square_.col(filled_).data();
        for (Index i = 0; i < students_; ++i)
            for (Index j = 0; j <= i; ++j) {
                *linear++ = eta * (slope(i) * field(j) + slope(j) * field(i));
                *squared++ = quadratic * slope(i) * slope(j);
            }
        for (Index i = 0; i < students_; ++i)
            for (Index m = 0; m < teachers_; ++m) *linear++ = eta * slope(i) * field(students_ + m);
        if (sgd.trains_second_layer())
            for (Index i = 0; i < students_; ++i)
                *linear++ = sgd.second_layer_learning_rate * batch.g[static_cast<std::size_t>(i)][node];
        if (++filled_ == chunk) flush();
    }
}

void CommitteeDiffusion::flush() {
    const auto linear = linear_.leftCols(filled_);
    const auto square = square_.leftCols(filled_);
    mean_ += linear * moment1_.head(filled_).matrix();
    mean_.head(q_size_) += square * moment2_.head(filled_).matrix();
    second_moment_ += linear * moment2_.head(filled_).matrix().asDiagonal() * linear.transpose();
    const Eigen::MatrixXd cross = linear * moment3_.head(filled_).matrix().asDiagonal() * square.transpose();
    second_moment_.leftCols(q_size_) += cross;
    second_moment_.topRows(q_size_) += cross.transpose();
    second_moment_.topLeftCorner(q_size_, q_size_) +=
        square * moment4_.head(filled_).matrix().asDiagonal() * square.transpose();
    filled_ = 0;
}

}  // namespace hidyn::linear_noise
