// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <vector>

#include "core/kernel.hpp"
#include "math/gaussian/residual_moments.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t node_lanes = 8;

/// Sum of x_k y_k over a whole number of vectors, in a fixed order.
[[gnu::always_inline]] inline double dot(std::size_t count, const double* x, const double* y) {
    double sums[node_lanes] = {};
    for (std::size_t k = 0; k < count; k += node_lanes)
        for (std::size_t lane = 0; lane < node_lanes; ++lane) sums[lane] += x[k + lane] * y[k + lane];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

[[gnu::always_inline]] inline double total(std::size_t count, const double* x) {
    double sums[node_lanes] = {};
    for (std::size_t k = 0; k < count; k += node_lanes)
        for (std::size_t lane = 0; lane < node_lanes; ++lane) sums[lane] += x[k + lane];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

[[gnu::always_inline]] inline void multiply(std::size_t count, const double* x, const double* y,
                                            double* product) {
#pragma omp simd
    for (std::size_t k = 0; k < count; ++k) product[k] = x[k] * y[k];
}

/// Sums of weight * E * (...) over the nodes; the factors v_i and the noise come at the end.
struct Accumulator {
    Eigen::Index students = 0;
    Eigen::Index units = 0;
    Eigen::MatrixXd F, N, J2;
    Eigen::VectorXd G;
    double mean_square = 0.0;
    std::vector<double> residual, weighted, weighted_square, slope;
    std::vector<double> u_sum;

    void reset(Eigen::Index K, Eigen::Index n) {
        students = K;
        units = n;
        F.setZero(K, n);
        N.setZero(K, K);
        J2.setZero(K, K);
        G.setZero(K);
        mean_square = 0.0;
        u_sum.resize(static_cast<std::size_t>(n));
    }

    void add(const NodeBatch& batch, const Eigen::VectorXd& A);
    void add_student(const NodeBatch& batch, std::size_t i, double sum, double square_sum, double weight_sum);
};

HIDYN_KERNEL void Accumulator::add(const NodeBatch& batch, const Eigen::VectorXd& A) {
    const std::size_t count = batch.count;
    if (residual.size() < count) {
        residual.resize(count);
        weighted.resize(count);
        weighted_square.resize(count);
        slope.resize(count);
    }
    double constant_part = 0.0;
    for (Eigen::Index a = 0; a < units; ++a)
        if (batch.constant[static_cast<std::size_t>(a)])
            constant_part -= A[a] * batch.g[static_cast<std::size_t>(a)][0];
    std::fill_n(residual.data(), count, constant_part);
    for (std::size_t a = 0; a < static_cast<std::size_t>(units); ++a) {
        if (batch.constant[a]) continue;
        const double factor = A[static_cast<Eigen::Index>(a)];
        const double* g = batch.g[a];
        double* e = residual.data();
#pragma omp simd
        for (std::size_t k = 0; k < count; ++k) e[k] -= factor * g[k];
    }
    multiply(count, batch.weight, residual.data(), weighted.data());
    multiply(count, weighted.data(), residual.data(), weighted_square.data());

    const double sum = total(count, weighted.data());
    const double square_sum = total(count, weighted_square.data());
    const double weight_sum = total(count, batch.weight);
    mean_square += square_sum;
    for (std::size_t p = 0; p < u_sum.size(); ++p)
        u_sum[p] = batch.constant[p] ? batch.u[p][0] * sum : dot(count, weighted.data(), batch.u[p]);
    for (std::size_t i = 0; i < static_cast<std::size_t>(students); ++i)
        add_student(batch, i, sum, square_sum, weight_sum);
}

HIDYN_KERNEL void Accumulator::add_student(const NodeBatch& batch, std::size_t i, double sum,
                                           double square_sum, double weight_sum) {
    const std::size_t count = batch.count;
    const auto row = static_cast<Eigen::Index>(i);
    const double* dg = batch.dg[i];
    if (batch.constant[i]) {
        G[row] += batch.g[i][0] * sum;
        for (Eigen::Index p = 0; p < units; ++p) F(row, p) += dg[0] * u_sum[static_cast<std::size_t>(p)];
    } else {
        G[row] += dot(count, weighted.data(), batch.g[i]);
        multiply(count, weighted.data(), dg, slope.data());
        const double slope_sum = total(count, slope.data());
        for (std::size_t p = 0; p < static_cast<std::size_t>(units); ++p)
            F(row, static_cast<Eigen::Index>(p)) +=
                batch.constant[p] ? batch.u[p][0] * slope_sum : dot(count, slope.data(), batch.u[p]);
    }
    for (std::size_t j = 0; j <= i; ++j) {
        const auto column = static_cast<Eigen::Index>(j);
        const double* other = batch.dg[j];
        if (batch.constant[i] && batch.constant[j]) {
            N(row, column) += dg[0] * other[0] * square_sum;
            J2(row, column) += dg[0] * other[0] * weight_sum;
            continue;
        }
        multiply(count, dg, other, slope.data());
        N(row, column) += dot(count, weighted_square.data(), slope.data());
        J2(row, column) += dot(count, batch.weight, slope.data());
    }
}

std::vector<Activation> stacked(const Activation& student, const Activation& teacher, std::size_t students,
                                std::size_t teachers) {
    std::vector<Activation> units(students, student);
    units.insert(units.end(), teachers, teacher);
    return units;
}

QuadratureOptions folded(QuadratureOptions options, const Activation& student, const Activation& teacher) {
    options.even = have_common_parity(std::array{student, teacher});
    return options;
}

class QuadratureMoments final : public ResidualMomentsEngine {
  public:
    QuadratureMoments(const Activation& student, const Activation& teacher, std::size_t students,
                      std::size_t teachers, const QuadratureOptions& options)
        : K(static_cast<Eigen::Index>(students)),
          level(options.level),
          nodes(stacked(student, teacher, students, teachers), students, folded(options, student, teacher)) {}

    void compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                 ResidualMoments& out) const override {
        sums.reset(K, A.size());
        nodes.visit(Omega, [&](const NodeBatch& batch) { sums.add(batch, A); });
        out.F = A.head(K).asDiagonal() * sums.F;
        out.N.resize(K, K);
        for (Eigen::Index i = 0; i < K; ++i)
            for (Eigen::Index j = 0; j <= i; ++j)
                out.N(i, j) = out.N(j, i) = A[i] * A[j] * (sums.N(i, j) + label_noise * sums.J2(i, j));
        out.G = sums.G;
        out.half_mean_square = 0.5 * sums.mean_square;
    }

    [[nodiscard]] std::string method() const override { return "quadrature, level " + std::to_string(level); }

    [[nodiscard]] bool exact() const override { return false; }

    [[nodiscard]] std::unique_ptr<ResidualMomentsEngine> clone() const override {
        return std::make_unique<QuadratureMoments>(*this);
    }

  private:
    Eigen::Index K;
    std::size_t level;
    mutable GaussianNodes nodes;
    mutable Accumulator sums;
};

}  // namespace

std::unique_ptr<ResidualMomentsEngine> make_quadrature_moments(const Activation& student,
                                                               const Activation& teacher,
                                                               std::size_t students, std::size_t teachers,
                                                               const QuadratureOptions& options) {
    return std::make_unique<QuadratureMoments>(student, teacher, students, teachers, options);
}

}  // namespace hidyn::math
