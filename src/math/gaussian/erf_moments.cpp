// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/kernel.hpp"
#include "math/gaussian/residual_moments.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t lanes = 8;
constexpr double two_over_pi = 2.0 / std::numbers::pi;

std::size_t padded(std::size_t count) {
    return (count + lanes - 1) / lanes * lanes;
}

/// All arcsine arguments, those of I2 and those of I4 for every pair of students, lie in one buffer, so that
/// one call of the vectorised arcsine serves the whole computation. A block of the buffer is the lower
/// triangle of a matrix over (j, l), row after row. Rows are written in full vectors; what spills over a
/// row's end is overwritten by the next row.
class ErfMoments final : public ResidualMomentsEngine {
  public:
    ErfMoments(std::size_t students, std::size_t teachers)
        : K(students),
          n(students + teachers),
          stride(padded(n)),
          triangle(n * (n + 1) / 2),
          rows(n * stride),
          diagonal(stride),
          outer(stride),
          p(stride),
          q(stride),
          scale(stride),
          arguments(padded((K * (K + 1) / 2 + 1) * triangle + stride)),
          pair_weights(padded(triangle)) {}

    void compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                 ResidualMoments& out) const override;

    [[nodiscard]] std::string method() const override { return "closed form (erf)"; }

    [[nodiscard]] std::unique_ptr<ResidualMomentsEngine> clone() const override {
        return std::make_unique<ErfMoments>(*this);
    }

  private:
    void load(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const;
    void write_block(double* block, const double* first, const double* second) const;
    void tilt_and_write(std::size_t i, std::size_t k, double* block) const;
    void first_order(const Eigen::VectorXd& A, ResidualMoments& out) const;
    [[nodiscard]] double quadratic_form(const double* block) const;

    std::size_t K, n, stride, triangle;
    mutable std::vector<double> rows;  ///< Omega, rows padded with zeros to full vectors
    mutable std::vector<double> diagonal;
    mutable std::vector<double> outer;  ///< scratch vectors of one row
    mutable std::vector<double> p, q, scale;
    mutable std::vector<double> arguments;
    mutable std::vector<double> pair_weights;  ///< A_j A_l, twice for j != l, zero in the padding
};

void ErfMoments::load(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const {
    std::size_t place = 0;
    for (std::size_t j = 0; j < n; ++j) {
        const auto row = static_cast<Eigen::Index>(j);
        for (std::size_t l = 0; l < n; ++l) rows[j * stride + l] = Omega(static_cast<Eigen::Index>(l), row);
        diagonal[j] = Omega(row, row);
        for (std::size_t l = 0; l < j; ++l)
            pair_weights[place++] = 2.0 * A[row] * A[static_cast<Eigen::Index>(l)];
        pair_weights[place++] = A[row] * A[row];
    }
}

/// Arguments of the arcsine for the covariance Omega - first p^T - second q^T.
HIDYN_KERNEL void ErfMoments::write_block(double* block, const double* first, const double* second) const {
    const double* omega = rows.data();
    const double* pp = p.data();
    const double* qq = q.data();
    double* s = scale.data();
    const double* d = diagonal.data();
    for (std::size_t group = 0; group < stride; group += lanes)
#pragma omp simd
        for (std::size_t l = group; l < group + lanes; ++l)
            s[l] = 1.0 / std::sqrt(1.0 + d[l] - first[l] * pp[l] - second[l] * qq[l]);
    for (std::size_t j = 0; j < n; ++j) {
        const double* row = omega + j * stride;
        const double a = first[j];
        const double b = second[j];
        const double sj = s[j];
        for (std::size_t group = 0; group <= j; group += lanes)
#pragma omp simd
            for (std::size_t l = group; l < group + lanes; ++l) {
                const double x = (row[l] - a * pp[l] - b * qq[l]) * (sj * s[l]);
                const double below = x > 1.0 ? 1.0 : x;
                block[l] = below < -1.0 ? -1.0 : below;
            }
        block += j + 1;
    }
}

void ErfMoments::tilt_and_write(std::size_t i, std::size_t k, double* block) const {
    const double* oi = rows.data() + i * stride;
    const double* ok = rows.data() + k * stride;
    const double determinant = (1.0 + oi[i]) * (1.0 + ok[k]) - oi[k] * oi[k];
    const double x00 = (1.0 + ok[k]) / determinant;
    const double x01 = -oi[k] / determinant;
    const double x11 = (1.0 + oi[i]) / determinant;
    for (std::size_t l = 0; l < stride; ++l) {
        p[l] = x00 * oi[l] + x01 * ok[l];
        q[l] = x01 * oi[l] + x11 * ok[l];
    }
    write_block(block, oi, ok);
}

HIDYN_KERNEL double ErfMoments::quadratic_form(const double* block) const {
    double sums[lanes] = {};
    for (std::size_t k = 0; k < pair_weights.size(); k += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += pair_weights[k + lane] * block[k + lane];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// F and G.
HIDYN_KERNEL void ErfMoments::first_order(const Eigen::VectorXd& A, ResidualMoments& out) const {
    const double* asin_I2 = arguments.data();
    for (std::size_t i = 0; i < K; ++i) {
        const auto row = static_cast<Eigen::Index>(i);
        const double* oi = rows.data() + i * stride;
        const double inverse = 1.0 / (1.0 + oi[i]);
        double projection = 0.0;
        double risk_slope = 0.0;
        std::fill(outer.begin(), outer.end(), 0.0);
        for (std::size_t l = 0; l < n; ++l) {
            const double* ol = rows.data() + l * stride;
            const double weight =
                A[static_cast<Eigen::Index>(l)] / std::sqrt(1.0 + ol[l] - oi[l] * oi[l] * inverse);
            projection += weight * oi[l];
            for (std::size_t u = 0; u < stride; ++u) outer[u] += weight * ol[u];
            const std::size_t high = std::max(i, l);
            risk_slope += A[static_cast<Eigen::Index>(l)] * asin_I2[high * (high + 1) / 2 + std::min(i, l)];
        }
        const double factor = -A[row] * two_over_pi * std::sqrt(inverse);
        for (std::size_t u = 0; u < n; ++u)
            out.F(row, static_cast<Eigen::Index>(u)) = factor * (outer[u] - oi[u] * projection * inverse);
        out.G[row] = -two_over_pi * risk_slope;
    }
}

void ErfMoments::compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                         ResidualMoments& out) const {
    const auto students = static_cast<Eigen::Index>(K);
    out.F.resize(students, static_cast<Eigen::Index>(n));
    out.N.resize(students, students);
    out.G.resize(students);
    load(Omega, A);

    std::fill(p.begin(), p.end(), 0.0);
    std::fill(q.begin(), q.end(), 0.0);
    write_block(arguments.data(), p.data(), q.data());
    double* block = arguments.data() + triangle;
    for (std::size_t i = 0; i < K; ++i)
        for (std::size_t k = 0; k <= i; ++k, block += triangle) tilt_and_write(i, k, block);
    const std::span<double> used(arguments.data(),
                                 padded(static_cast<std::size_t>(block - arguments.data())));
    asin(used, used);

    out.half_mean_square = std::max(0.0, 0.5 * two_over_pi * quadratic_form(arguments.data()));
    first_order(A, out);
    block = arguments.data() + triangle;
    for (std::size_t i = 0; i < K; ++i)
        for (std::size_t k = 0; k <= i; ++k, block += triangle) {
            const double* omega = rows.data();
            const double cross = omega[i * stride + k];
            const double determinant =
                (1.0 + omega[i * stride + i]) * (1.0 + omega[k * stride + k]) - cross * cross;
            const auto row = static_cast<Eigen::Index>(i);
            const auto column = static_cast<Eigen::Index>(k);
            const double J2 = two_over_pi / std::sqrt(determinant);
            out.N(row, column) = out.N(column, row) =
                A[row] * A[column] * J2 * (two_over_pi * quadratic_form(block) + label_noise);
        }
}

}  // namespace

std::unique_ptr<ResidualMomentsEngine> make_erf_moments(std::size_t students, std::size_t teachers) {
    return std::make_unique<ErfMoments>(students, teachers);
}

}  // namespace hidyn::math
