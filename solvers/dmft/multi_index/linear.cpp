// SPDX-License-Identifier: MIT
#include "solvers/dmft/multi_index/linear.hpp"

#include "core/error.hpp"

namespace hidyn::dmft {

using Eigen::Index;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

namespace {

/// The residual's covariance C_y, row by row, and what it needs.
class Residuals {
  public:
    Residuals(const Process& process, double label_noise, double step, std::size_t steps)
        : eta(process.learning_rate),
          alpha(process.sample_ratio),
          mean(process.driver_mean(step)),
          variance(variance_of(process.driver, mean)),
          target(process.T(0, 0) + label_noise) {
        const auto size = static_cast<Index>(steps + 1);
        for (RowMajor* matrix : {&D, &K, &C_tilde, &C_y}) matrix->setZero(size, size);
    }

    /// Row m of everything, from kernels known up to m.
    void extend(const CausalKernels& kernels) {
        const auto m = static_cast<Index>(kernels.now());
        const Index n = m + 1;
        const RowMajor& R_w = kernels.response();
        D.block(m, 0, 1, n) = -eta * mean * R_w.block(m, 0, 1, n) * D.topLeftCorner(n, n);
        D(m, m) = 1.0;
        K.block(m, 0, 1, n) = -eta * D.block(m, 0, 1, n) * R_w.topLeftCorner(n, n);
        for (Index s = 0; s <= m; ++s)
            C_tilde(m, s) = C_tilde(s, m) = kernels.correlation()(m, s) - kernels.R(kernels.now())(0, 0) -
                                            kernels.R(static_cast<std::size_t>(s))(0, 0) + target;
        const RowVectorXd seen = D.block(m, 0, 1, n) * C_tilde.topLeftCorner(n, n);
        const RowVectorXd kicked =
            variance * K.block(m, 0, 1, n).cwiseProduct(C_y.diagonal().head(n).transpose());
        C_y.block(m, 0, 1, n) =
            seen * D.topLeftCorner(n, n).transpose() + kicked * K.topLeftCorner(n, n).transpose();
    }

    [[nodiscard]] ForceRows forces(const CausalKernels& kernels) const {
        const auto m = static_cast<Index>(kernels.now());
        const Index n = m + 1;
        ForceRows rows;
        rows.correlation = eta * eta * mean *
                           (mean * C_y.block(m, 0, 1, n) +
                            variance * K.block(m, 0, 1, n).cwiseProduct(C_y.diagonal().head(n).transpose()));
        rows.correlation(0, m) = eta * eta * (variance + mean * mean) * C_y(m, m);
        rows.memory = -alpha * eta * mean * D.block(m, 0, 1, n);
        // alpha E g lambda* = Gamma R + Gamma_* T with Gamma_* = alpha eta E[z] sum_s D(m, s).
        double memory_overlap = 0.0;
        for (Index s = 0; s < n; ++s)
            memory_overlap += rows.memory(0, s) * kernels.R(static_cast<std::size_t>(s))(0, 0);
        rows.teacher.resize(1, 1);
        rows.teacher(0, 0) = (memory_overlap - rows.memory.sum() * teacher_norm) / alpha;
        return rows;
    }

    [[nodiscard]] double train_loss(std::size_t m) const {
        return 0.5 * C_y(static_cast<Index>(m), static_cast<Index>(m));
    }

    double teacher_norm = 1.0;

  private:
    double eta, alpha, mean, variance, target;
    RowMajor D, K, C_tilde, C_y;
};

}  // namespace

Solution solve_linear(const Process& process, double label_noise, const Discretization& grid,
                      Progress& progress) {
    Solution solution{.kernels = CausalKernels(process, grid.step, grid.steps)};
    Residuals residuals(process, label_noise, grid.step, grid.steps);
    residuals.teacher_norm = process.T(0, 0);
    for (std::size_t m = 0;; ++m) {
        if (progress.stop_requested()) throw Interrupted();
        residuals.extend(solution.kernels);
        solution.train_loss.push_back(residuals.train_loss(m));
        if (m == grid.steps) break;
        solution.kernels.advance(residuals.forces(solution.kernels));
        progress.advance(1.0 / static_cast<double>(grid.steps));
        solution.trouble = trouble_of(solution.kernels, solution.train_loss.back(), grid);
        if (!solution.trouble.empty()) break;
    }
    return solution;
}

}  // namespace hidyn::dmft
