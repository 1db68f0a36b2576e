// SPDX-License-Identifier: MIT
#include "models/multi_index/observer.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "math/gaussian/sobol_normals.hpp"
#include "math/matrices/triangular_root.hpp"

namespace hidyn::multi_index {
namespace {

// Error about 1e-4 for smooth functions of a few variables.
constexpr std::size_t points = 16384;

}  // namespace

Observer::Observer(const MultiIndex& problem) : problem_(problem), report_(problem) {
    const Link& student = problem.loss.link();
    const Link& teacher = problem.label.teacher();
    if (!problem.classifies() && student.activation() && teacher.activation()) {
        closed_ = std::make_unique<math::MeanSquareResidual>(*student.activation(), *teacher.activation(),
                                                             problem.students(), problem.teachers());
        coefficients_.resize(student.weights().size() + teacher.weights().size());
        coefficients_ << student.weights(), -teacher.weights();
        return;
    }
    if (problem.classifies() && student.linear() && teacher.linear()) return;  // an angle
    points_ = math::sobol_normals(points, problem.students() + problem.teachers());
}

double Observer::test_error(const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R) {
    if (!Q.allFinite() || !R.allFinite()) return std::numeric_limits<double>::quiet_NaN();
    Eigen::MatrixXd joint(Q.rows() + R.cols(), Q.rows() + R.cols());
    joint << Q, R, R.transpose(), problem_.initial.T;
    if (closed_) return closed_->half(joint, coefficients_);
    if (points_.size() > 0) return mean_over_points(joint);
    const Eigen::VectorXd& v = problem_.loss.link().weights();
    const Eigen::VectorXd& v_star = problem_.label.teacher().weights();
    const double norm = std::sqrt(v.dot(Q * v) * v_star.dot(problem_.initial.T * v_star));
    return norm > 0.0 ? std::acos(std::clamp(v.dot(R * v_star) / norm, -1.0, 1.0)) / std::numbers::pi : 0.5;
}

double Observer::mean_over_points(const Eigen::MatrixXd& joint) {
    math::TriangularRoot root;
    root.compute(joint);
    const Eigen::MatrixXd fields = points_ * root.L.transpose();
    const auto count = static_cast<std::size_t>(fields.rows());
    std::array<const double*, 2 * most_units> rows{};
    for (Eigen::Index unit = 0; unit < fields.cols(); ++unit)
        rows[static_cast<std::size_t>(unit)] = fields.col(unit).data();
    const std::span<const double* const> all(rows.data(), static_cast<std::size_t>(fields.cols()));
    std::vector<double> f(count);
    std::vector<double> f_star(count);
    problem_.loss.link().values(all.first(problem_.students()), count, f.data());
    problem_.label.teacher().values(all.subspan(problem_.students()), count, f_star.data());
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double difference = f[i] - f_star[i];
        if (problem_.classifies())
            sum += (f[i] < 0.0) != (f_star[i] < 0.0) ? 1.0 : 0.0;
        else
            sum += 0.5 * difference * difference;
    }
    return sum / static_cast<double>(count);
}

void Observer::observe(const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R, double train_loss,
                       const Slot& slot) {
    slot.record(report_.Q, Q);
    slot.record(report_.R, R);
    slot.record(report_.train_loss, train_loss);
    slot.record(report_.test_error, test_error(Q, R));
    // A student or teacher of length zero points nowhere.
    Eigen::MatrixXd overlap(R.rows(), R.cols());
    for (Eigen::Index i = 0; i < R.rows(); ++i)
        for (Eigen::Index m = 0; m < R.cols(); ++m) {
            const double square = Q(i, i) * problem_.initial.T(m, m);
            overlap(i, m) = square <= 0.0 ? 0.0 : R(i, m) / std::sqrt(square);
        }
    slot.record(report_.overlap, overlap);
}

}  // namespace hidyn::multi_index
