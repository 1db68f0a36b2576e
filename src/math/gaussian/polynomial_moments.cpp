// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "math/gaussian/gaussian_integrals.hpp"
#include "math/gaussian/residual_moments.hpp"

namespace hidyn::math {

namespace {

using polynomial_integrals::derivative;
using polynomial_integrals::product;

Eigen::Matrix2d two(const Eigen::MatrixXd& Omega, Eigen::Index a, Eigen::Index b) {
    return Eigen::Matrix2d{{Omega(a, a), Omega(a, b)}, {Omega(a, b), Omega(b, b)}};
}

class PolynomialMoments final : public ResidualMomentsEngine {
  public:
    PolynomialMoments(const Activation& student, const Activation& teacher, std::size_t students,
                      std::size_t teachers)
        : K(static_cast<Eigen::Index>(students)),
          n(static_cast<Eigen::Index>(students + teachers)),
          of_student(student.coefficients()),
          of_teacher(teacher.coefficients()),
          slope(derivative(of_student)),
          curvature(derivative(slope)) {}

    void compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                 ResidualMoments& out) const override {
        out.F.setZero(K, n);
        out.N.resize(K, K);
        out.G.setZero(K);
        double mean_square = 0.0;
        for (Eigen::Index a = 0; a < n; ++a)
            for (Eigen::Index b = 0; b <= a; ++b) {
                const double I2 = product(g(a), g(b), two(Omega, a, b));
                mean_square += (a == b ? 1.0 : 2.0) * A[a] * A[b] * I2;
                if (a < K) out.G[a] -= A[b] * I2;
                if (b < K && a != b) out.G[b] -= A[a] * I2;
            }
        out.half_mean_square = std::max(0.0, 0.5 * mean_square);
        for (Eigen::Index i = 0; i < K; ++i) {
            add_first_order(Omega, A, i, out);
            for (Eigen::Index k = 0; k <= i; ++k)
                out.N(i, k) = out.N(k, i) = A[i] * A[k] * second_order(Omega, A, label_noise, i, k);
        }
    }

    [[nodiscard]] std::string method() const override { return "closed form (polynomial)"; }

    [[nodiscard]] std::unique_ptr<ResidualMomentsEngine> clone() const override {
        return std::make_unique<PolynomialMoments>(*this);
    }

  private:
    [[nodiscard]] const std::vector<double>& g(Eigen::Index unit) const {
        return unit < K ? of_student : of_teacher;
    }

    /// Stein's lemma: E[g'(u_i) u_p g(u_l)] = Omega_ip E[g''(u_i) g(u_l)] + Omega_lp E[g'(u_i) g'(u_l)].
    void add_first_order(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, Eigen::Index i,
                         ResidualMoments& out) const {
        for (Eigen::Index l = 0; l < n; ++l) {
            const Eigen::Matrix2d C = two(Omega, i, l);
            const double by_i = product(curvature, g(l), C);
            const double by_l = product(slope, l < K ? slope : teacher_slope, C);
            out.F.row(i) -= A[i] * A[l] * (by_i * Omega.row(i) + by_l * Omega.row(l));
        }
    }

    [[nodiscard]] double second_order(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A,
                                      double label_noise, Eigen::Index i, Eigen::Index k) const {
        double sum = label_noise == 0.0 ? 0.0 : label_noise * product(slope, slope, two(Omega, i, k));
        for (Eigen::Index j = 0; j < n; ++j)
            for (Eigen::Index l = 0; l <= j; ++l) {
                const std::array<Eigen::Index, 4> unit{i, k, j, l};
                Eigen::Matrix4d C;
                for (std::size_t x = 0; x < 4; ++x)
                    for (std::size_t y = 0; y < 4; ++y)
                        C(static_cast<Eigen::Index>(x), static_cast<Eigen::Index>(y)) =
                            Omega(unit[x], unit[y]);
                sum += (j == l ? 1.0 : 2.0) * A[j] * A[l] * product(slope, slope, g(j), g(l), C);
            }
        return sum;
    }

    Eigen::Index K, n;
    std::vector<double> of_student, of_teacher, slope, curvature;
    std::vector<double> teacher_slope = derivative(of_teacher);
};

}  // namespace

std::unique_ptr<ResidualMomentsEngine> make_polynomial_moments(const Activation& student,
                                                               const Activation& teacher,
                                                               std::size_t students, std::size_t teachers) {
    return std::make_unique<PolynomialMoments>(student, teacher, students, teachers);
}

}  // namespace hidyn::math
