// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "models/committee/committee.hpp"
#include "random/gaussian_lanes.hpp"

namespace hidyn::committee {

/// One replica of the network as real vectors: K + M rows of length d.
class DirectNetwork {
  public:
    DirectNetwork(const Committee& problem, std::uint64_t d, const random::StreamKey& key);

    /// One SGD step on a fresh batch.
    void step();
    /// The same step on given inputs: batch_size rows of length d (contiguous) and label-noise normals.
    void step_on(const double* inputs, const double* noise);

    [[nodiscard]] OrderParameters order_parameters() const;
    /// R^2 / (Q T) of a single student and teacher.
    [[nodiscard]] double squared_overlap() const;
    /// Largest |w_k|^2 / d; not finite if any entry is not.
    [[nodiscard]] double largest_norm() const;
    /// Row `unit` of the stacked weights, students first.
    [[nodiscard]] const double* row(std::size_t unit) const { return weights_.data() + unit * stride_; }

    void archive(Archive& archive) { archive(gaussian_, noise_, weights_, second_layer_); }

  private:
    /// Preactivations, residual and the sample's contribution to both gradients.
    void respond(const double* input, double noise);
    void apply(const double* input);
    /// Of a row of the stacked weights.
    [[nodiscard]] double squared_norm(std::size_t unit) const;
    void restore_norms();

    const Committee& problem_;
    std::uint64_t d_;
    std::size_t students_, teachers_, stride_;
    double unit_;  // 1 / sqrt(d)
    random::GaussianLanes gaussian_;
    random::Stream noise_;
    AlignedVector weights_;   // (K + M) x stride, students first
    AlignedVector input_;     // stride
    AlignedVector gradient_;  // K x stride: the batch's sum, used when batch_size > 1
    std::vector<double> fields_, values_, slopes_;
    std::vector<double> factors_;  // v_k g'(lambda_k) E
    std::vector<double> second_layer_, second_layer_sum_;
    std::vector<double> kept_norms_;  // |w_k|^2 at the start, if spherical
    double teacher_norm_;             // |w*_1|^2
};

}  // namespace hidyn::committee
