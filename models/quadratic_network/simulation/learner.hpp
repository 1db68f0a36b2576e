// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "math/vectors/fused_pass.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "random/gaussian_lanes.hpp"
#include "random/stream.hpp"

namespace hidyn::quadratic_network {

/// One network on real weights, K x d, and its gradient: of the population loss, of a data set or of fresh
/// samples. Rows are padded with zeros to a stride.
class Learner {
  public:
    /// `key` names the replica's streams.
    Learner(const QuadraticNetwork& problem, std::uint64_t d, const Factors& start,
            const random::StreamKey& key);

    void step();
    /// sqrt(d) grad L, K x d, of the next step.
    [[nodiscard]] const Eigen::MatrixXd& gradient();

    /// W / sqrt(d), row after row, for an integrator.
    [[nodiscard]] std::vector<double> packed() const;
    void unpack(const std::vector<double>& packed);

    [[nodiscard]] Eigen::MatrixXd A() const;
    [[nodiscard]] Eigen::MatrixXd Q() const;
    [[nodiscard]] Eigen::MatrixXd Gamma() const;
    /// (1/n) sum_i (f - y_i)^2 / 4 on the data set.
    [[nodiscard]] double train_loss();

    void archive(Archive& archive) { archive(inputs_, weights_, noise_); }

    /// Bytes of a data set or a batch.
    [[nodiscard]] static double bytes(const QuadraticNetwork& problem, std::uint64_t d);

  private:
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Weights = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;
    using ConstWeights = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;

    [[nodiscard]] Weights weights() { return {weights_.data(), K_, d_, Eigen::OuterStride<>(stride_)}; }
    [[nodiscard]] ConstWeights weights() const {
        return {weights_.data(), K_, d_, Eigen::OuterStride<>(stride_)};
    }
    /// Inputs and labels of `count` samples from the replica's stream into rows_ and labels_.
    void draw(std::size_t count);
    void population_gradient();
    void sample_gradient();

    random::GaussianLanes inputs_;
    const QuadraticNetwork& problem_;
    Covariance covariance_;
    Eigen::MatrixXd Theta_;
    Eigen::VectorXd deviation_;  ///< of inputs, along all axes
    Eigen::Index K_, d_, stride_;
    AlignedVector weights_;
    AlignedVector teachers_;  ///< M rows
    std::size_t samples_ = 0;
    AlignedVector rows_;
    std::vector<double> labels_;
    random::Stream noise_;
    teacher_student::FusedPass pass_;
    AlignedVector sum_;
    Eigen::MatrixXd gradient_;
};

}  // namespace hidyn::quadratic_network
