// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "math/activation.hpp"

/// A two-layer network on a small data set, for what its curvature does.
///
///   student  f(x) = sum_k a_k g(w_k.x + b_k), k = 1..hidden, all trained
///   inputs   uniform on the sphere |x|^2 = d, n = sample_ratio d of them
///   labels   y = amplitude sum_j sin(frequency kappa_j.x / sqrt(d)), kappa_j ~ N(0, I), j = 1..waves
///   loss     mean of (f - y)^2 / 2
///   time     steps
///
/// Sources: Cohen et al., arXiv 2103.00065; Andreyev & Beneventano, arXiv 2412.20553.
namespace hidyn::two_layer {

class TwoLayer final : public Problem {
  public:
    std::size_t hidden = 32;
    math::Activation activation = math::Activation::named("tanh");
    std::size_t waves = 8;
    double frequency = 3.0;
    double amplitude = 0.5;
    double sample_ratio = 32.0;
    double learning_rate = 0.0;
    double momentum = 0.0;
    std::uint64_t batch_size = 0;  ///< 0: all samples
    double first_scale = 0.7;      ///< deviation of w times sqrt(d)
    double second_scale = 0.7;     ///< deviation of a times sqrt(hidden)
    std::uint64_t start_seed = 0;
    std::uint64_t data_seed = 0;

    [[nodiscard]] bool whole_batch() const { return batch_size == 0; }
    [[nodiscard]] std::uint64_t samples(std::uint64_t d) const;
    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override { return 1.0; }
    [[nodiscard]] std::vector<StartArray> start() const override { return {}; }
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const TwoLayer& problem);

    Handle train_loss, sharpness;
    Handle batch_sharpness, ratio_of_means;  ///< unless every batch is the whole data set
};

/// Inputs (a column a sample) and labels.
struct Samples {
    Eigen::MatrixXd x;
    Eigen::VectorXd y;
};
[[nodiscard]] Samples draw_samples(const TwoLayer& problem, std::uint64_t d, std::uint32_t replica);

}  // namespace hidyn::two_layer
