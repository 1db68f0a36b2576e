#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/recorder.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

/// Real weight matrices under the gradient of the population loss,
///   -dL/dW_l = (W_L .. W_{l+1})^T (M - W) (W_{l-1} .. W_1)^T:
/// two matrix products a layer, by prefixes and suffixes of the product.
class Network {
  public:
    Network(const DeepLinear& problem, std::uint64_t d, std::uint32_t replica);

    /// -dL/dW_l of all layers.
    [[nodiscard]] std::vector<Eigen::MatrixXd> descent() const;
    /// One step of gradient descent, all layers at once.
    void step(double learning_rate);

    [[nodiscard]] std::vector<double> packed() const;
    void unpack(const std::vector<double>& packed);
    [[nodiscard]] bool finite() const;

    void observe(Recorder& recorder, std::size_t replica, std::size_t time, double weight = 1.0) const;

  private:
    [[nodiscard]] Eigen::MatrixXd product() const;

    const DeepLinear& problem_;
    std::vector<Eigen::MatrixXd> W_;
    Eigen::MatrixXd M_;
};

}  // namespace hidyn::deep_linear
