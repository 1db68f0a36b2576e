// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "models/deep_linear/deep_linear.hpp"
#include "random/stream.hpp"

namespace hidyn::deep_linear {

/// n samples of Gaussian inputs with the teacher's noisy labels, and all that full gradients need of them.
class DataSet {
  public:
    DataSet(const DeepLinear& problem, std::uint64_t d, const Eigen::MatrixXd& teacher,
            const random::StreamKey& key);

    [[nodiscard]] Eigen::Index samples() const { return inputs.cols(); }
    /// -dL/dW = Y X^T / n - W X X^T / n.
    void pull(const Eigen::MatrixXd& W, Eigen::MatrixXd& to) const;
    /// Mean of |y - W x|^2 / 2.
    [[nodiscard]] double loss(const Eigen::MatrixXd& W) const;

    Eigen::MatrixXd inputs, labels;  ///< a column a sample

  private:
    Eigen::MatrixXd covariance_, cross_;
};

}  // namespace hidyn::deep_linear
