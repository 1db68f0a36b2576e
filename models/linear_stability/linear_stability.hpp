// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"

/// Mean-square stability of SGD with momentum on interpolating least squares.
///
///   loss      (theta.x)^2 / 2, x ~ N(0, diag(lambda_k)), lambda_k = k^{-spectrum_exponent}, k = 1..d,
///             not scaled
///   step      v <- beta v + H_B theta, theta <- theta - eta v, H_B the mean of x x^T over a batch
///   time      steps
///
/// Source: Andreyev et al., arXiv 2604.14108.
namespace hidyn::linear_stability {

class LinearStability final : public Problem {
  public:
    double spectrum_exponent = 0.0;
    double learning_rate = 0.0;
    double momentum = 0.0;
    std::uint64_t batch_size = 1;
    std::optional<double> sample_ratio = {};  ///< n / d; absent: fresh samples
    std::uint64_t data_seed = 0;
    std::size_t data_replicas = 0;  ///< data sets drawn, one per replica; 0: fresh samples

    [[nodiscard]] std::vector<double> eigenvalues(std::uint64_t d) const;
    [[nodiscard]] std::uint64_t samples(std::uint64_t d) const;
    /// The data set of this replica, a column a sample; a theory of the same data draws the same.
    [[nodiscard]] Eigen::MatrixXd data(std::uint64_t d, std::uint32_t replica) const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override { return 1.0; }
    [[nodiscard]] std::vector<StartArray> start() const override { return {}; }
    [[nodiscard]] std::size_t start_replicas() const override { return data_replicas; }
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const LinearStability& problem);

    Handle log_norm, critical_rate, growth_factor;
};

}  // namespace hidyn::linear_stability
