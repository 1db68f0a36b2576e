// SPDX-License-Identifier: MIT
#include "math/gaussian/mean_square_residual.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "math/gaussian/gaussian_integrals.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::math {

MeanSquareResidual::MeanSquareResidual(const Activation& student, const Activation& teacher,
                                       std::size_t students, std::size_t teachers,
                                       const QuadratureOptions& options)
    : of_student(student),
      of_teacher(teacher),
      K(static_cast<Eigen::Index>(students)),
      pair_covariance(2, 2) {
    QuadratureOptions second_order = options;
    second_order.moment_order = 1;
    for (const auto& pair :
         {std::array{student, student}, std::array{student, teacher}, std::array{teacher, teacher}}) {
        second_order.even = have_common_parity(pair);
        nodes.emplace_back(std::vector(pair.begin(), pair.end()), 0, second_order);
    }
    const std::size_t n = students + teachers;
    arguments.resize((n * (n + 1) / 2 + 7) / 8 * 8);
}

double MeanSquareResidual::half(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const {
    if (of_student.family() == Family::erf && of_teacher.family() == Family::erf) return half_erf(Omega, A);
    double sum = 0.0;
    for (Eigen::Index a = 0; a < A.size(); ++a)
        for (Eigen::Index b = 0; b <= a; ++b) {
            const Eigen::Matrix2d C{{Omega(b, b), Omega(b, a)}, {Omega(b, a), Omega(a, a)}};
            const Pairing pairing = a < K    ? Pairing::student_student
                                    : b >= K ? Pairing::teacher_teacher
                                             : Pairing::student_teacher;
            sum += (a == b ? 1.0 : 2.0) * A[a] * A[b] * second_moment(pairing, C);
        }
    return std::max(0.0, 0.5 * sum);
}

double MeanSquareResidual::half_erf(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const {
    std::size_t place = 0;
    for (Eigen::Index a = 0; a < A.size(); ++a)
        for (Eigen::Index b = 0; b <= a; ++b)
            arguments[place++] =
                std::clamp(Omega(b, a) / std::sqrt((1.0 + Omega(a, a)) * (1.0 + Omega(b, b))), -1.0, 1.0);
    asin(arguments, arguments);
    double sum = 0.0;
    place = 0;
    for (Eigen::Index a = 0; a < A.size(); ++a)
        for (Eigen::Index b = 0; b <= a; ++b) sum += (a == b ? 1.0 : 2.0) * A[a] * A[b] * arguments[place++];
    return std::max(0.0, sum / std::numbers::pi);
}

double MeanSquareResidual::second_moment(Pairing pairing, const Eigen::Matrix2d& C) const {
    const Activation& g = pairing == Pairing::teacher_teacher ? of_teacher : of_student;
    const Activation& h = pairing == Pairing::student_student ? of_student : of_teacher;
    if (g.family() == h.family()) switch (g.family()) {
            case Family::erf:
                return erf_integrals::I2(C);
            case Family::relu:
                return relu_integrals::I2(C);
            case Family::polynomial:
                return polynomial_integrals::product(g.coefficients(), h.coefficients(), C);
            case Family::general:
                break;
        }
    double sum = 0.0;
    pair_covariance = C;
    nodes[static_cast<std::size_t>(pairing)].visit(pair_covariance, [&sum](const NodeBatch& batch) {
        for (std::size_t k = 0; k < batch.count; ++k) sum += batch.weight[k] * batch.g[0][k] * batch.g[1][k];
    });
    return sum;
}

}  // namespace hidyn::math
