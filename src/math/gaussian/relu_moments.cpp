// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "math/gaussian/gaussian_integrals.hpp"
#include "math/gaussian/residual_moments.hpp"

namespace hidyn::math {

namespace {

template <int size>
Eigen::Matrix<double, size, size> part(const Eigen::MatrixXd& Omega, const std::array<int, size>& units) {
    Eigen::Matrix<double, size, size> C;
    for (int x = 0; x < size; ++x)
        for (int y = 0; y < size; ++y)
            C(x, y) = Omega(units[static_cast<std::size_t>(x)], units[static_cast<std::size_t>(y)]);
    return C;
}

class ReluMoments final : public ResidualMomentsEngine {
  public:
    ReluMoments(std::size_t students, std::size_t teachers)
        : K(static_cast<int>(students)), n(static_cast<int>(students + teachers)) {}

    void compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                 ResidualMoments& out) const override {
        out.F.setZero(K, n);
        out.N.resize(K, K);
        out.G.setZero(K);
        double mean_square = 0.0;
        for (int a = 0; a < n; ++a)
            for (int b = 0; b <= a; ++b) {
                const double I2 = relu_integrals::I2(part<2>(Omega, {a, b}));
                mean_square += (a == b ? 1.0 : 2.0) * A[a] * A[b] * I2;
                if (a < K) out.G[a] -= A[b] * I2;
                if (b < K && a != b) out.G[b] -= A[a] * I2;
            }
        out.half_mean_square = std::max(0.0, 0.5 * mean_square);
        for (int i = 0; i < K; ++i) {
            for (int p = 0; p < n; ++p)
                for (int l = 0; l < n; ++l)
                    out.F(i, p) -= A[i] * A[l] * relu_integrals::I3(part<3>(Omega, {i, p, l}), {i, p, l});
            for (int k = 0; k <= i; ++k)
                out.N(i, k) = out.N(k, i) = A[i] * A[k] * second_order(Omega, A, label_noise, i, k);
        }
    }

    [[nodiscard]] std::string method() const override { return "closed form (relu)"; }

    [[nodiscard]] std::unique_ptr<ResidualMomentsEngine> clone() const override {
        return std::make_unique<ReluMoments>(*this);
    }

  private:
    [[nodiscard]] double second_order(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A,
                                      double label_noise, int i, int k) const {
        double sum = label_noise * relu_integrals::J2(part<2>(Omega, {i, k}), {i, k});
        for (int j = 0; j < n; ++j)
            for (int l = 0; l <= j; ++l)
                sum += (j == l ? 1.0 : 2.0) * A[j] * A[l] *
                       relu_integrals::I4(part<4>(Omega, {i, k, j, l}), {i, k, j, l});
        return sum;
    }

    int K, n;
};

}  // namespace

std::unique_ptr<ResidualMomentsEngine> make_relu_moments(std::size_t students, std::size_t teachers) {
    return std::make_unique<ReluMoments>(students, teachers);
}

}  // namespace hidyn::math
