// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "math/vectors/fused_pass.hpp"
#include "models/multi_index/simulation/data_set.hpp"
#include "models/multi_index/simulation/driver.hpp"
#include "models/multi_index/simulation/weights.hpp"

namespace hidyn::multi_index {

/// One replica at finite d: real weights that learn from a real data set.
///
///   step    W <- (1 - eta rho delta) W - eta sum_i z_i l'_i x~_i^T, all at the old weights
///   slope   dW/dt = -eta rho W - (eta d / n) sum_i l'_i x~_i^T
///
/// The ratio n / d is the one realised, so that a batch of all n samples is a step of gradient descent. Every
/// perturbed copy of the weights goes along in the same pass over the same samples.
class Learner {
  public:
    /// `step` is the time of one step; a learner in continuous time may leave it at 0.
    Learner(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key, double step);

    /// Perturbed copies will begin after these numbers of steps (increasing).
    void perturb_after(std::vector<std::uint64_t> steps);
    /// A perturbed copy begins now.
    void perturb();

    void step();
    /// dW/dt of all copies, at their weights as they stand.
    void slope(double* derivative);
    /// (1/n) sum_i l(f(lambda_i), y_i).
    [[nodiscard]] double train_loss();

    [[nodiscard]] const DataSet& data() const { return data_; }
    [[nodiscard]] Weights& weights() { return weights_; }
    [[nodiscard]] const Weights& weights() const { return weights_; }

    void archive(Archive& archive) {
        archive(weights_, *driver_, upcoming_, steps_);
        if (archive.loading()) gradient_.assign(weights_.size(), 0.0);
    }

  private:
    void start_copies();
    void step_on_one(std::size_t sample, std::size_t upcoming);
    void add_gradient(const Visits& visits, double factor);

    const MultiIndex& problem_;
    Weights weights_;
    DataSet data_;
    std::unique_ptr<Driver> driver_;
    bool single_;      ///< batches of one sample
    double keep_;      ///< 1 - eta rho delta
    double realised_;  ///< d / n
    teacher_student::FusedPass pass_;
    AlignedVector gradient_;
    std::vector<double> products_;  ///< of a single sample
    std::vector<double> factors_;
    std::size_t upcoming_ = 0;  ///< the sample of the next step, already on its way from memory
    std::uint64_t steps_ = 0;
    std::vector<std::uint64_t> perturbations_;
};

}  // namespace hidyn::multi_index
