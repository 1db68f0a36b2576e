// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/archive.hpp"

namespace hidyn::deep_linear {

/// Real weight matrices and the way of a gradient through their product: with -dL/dW given,
///   -dL/dW_l = A_l^T (-dL/dW) C_l^T, A_l = W_L .. W_{l+1}, C_l = W_{l-1} .. W_1,
/// in 3 (L - 1) matrix products, by prefixes and suffixes.
class Network {
  public:
    explicit Network(std::vector<Eigen::MatrixXd> weights);

    [[nodiscard]] const std::vector<Eigen::MatrixXd>& layers() const { return W_; }
    /// W_L .. W_1; after every change of the weights before `backward` or `product`.
    const Eigen::MatrixXd& forward();
    [[nodiscard]] const Eigen::MatrixXd& product() const { return below_.back(); }
    /// -dL/dW_l of all layers, which stay until the next call.
    const std::vector<Eigen::MatrixXd>& backward(const Eigen::MatrixXd& pull);
    /// One step along -dL/dW, all layers at once.
    void step(double learning_rate, const Eigen::MatrixXd& pull);

    [[nodiscard]] std::vector<double> packed() const;
    void unpack(const std::vector<double>& packed);
    /// False once weights are beyond all bounds.
    [[nodiscard]] bool finite() const;

    void archive(Archive& archive) {
        archive(W_);
        if (archive.loading()) forward();
    }

  private:
    std::vector<Eigen::MatrixXd> W_;
    std::vector<Eigen::MatrixXd> below_;      ///< W_l .. W_1
    std::vector<Eigen::MatrixXd> behind_;     ///< A_l^T (-dL/dW), of n_l x d
    std::vector<Eigen::MatrixXd> direction_;  ///< -dL/dW_l
};

/// A_l = W_L .. W_{l+1} and C_l = W_{l-1} .. W_1 of every layer, identities at the ends.
struct Surroundings {
    std::vector<Eigen::MatrixXd> above, below;

    explicit Surroundings(const std::vector<Eigen::MatrixXd>& layers);
};

}  // namespace hidyn::deep_linear
