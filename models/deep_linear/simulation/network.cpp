// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/network.hpp"

#include <utility>

namespace hidyn::deep_linear {

using Eigen::Map;
using Eigen::MatrixXd;

Network::Network(std::vector<MatrixXd> weights)
    : W_(std::move(weights)), below_(W_.size()), behind_(W_.size()), direction_(W_.size()) {
    forward();
}

const MatrixXd& Network::forward() {
    below_.front() = W_.front();
    for (std::size_t l = 1; l < W_.size(); ++l) below_[l].noalias() = W_[l] * below_[l - 1];
    return below_.back();
}

const std::vector<MatrixXd>& Network::backward(const MatrixXd& pull) {
    const std::size_t L = W_.size();
    behind_.back() = pull;
    for (std::size_t l = L; --l > 0;) {
        direction_[l].noalias() = behind_[l] * below_[l - 1].transpose();
        behind_[l - 1].noalias() = W_[l].transpose() * behind_[l];
    }
    direction_.front() = behind_.front();
    return direction_;
}

void Network::step(double learning_rate, const MatrixXd& pull) {
    backward(pull);
    for (std::size_t l = 0; l < W_.size(); ++l) W_[l] += learning_rate * direction_[l];
    forward();
}

std::vector<double> Network::packed() const {
    std::vector<double> all;
    for (const MatrixXd& W : W_) all.insert(all.end(), W.data(), W.data() + W.size());
    return all;
}

void Network::unpack(const std::vector<double>& packed) {
    const double* from = packed.data();
    for (MatrixXd& W : W_) {
        W = Map<const MatrixXd>(from, W.rows(), W.cols());
        from += W.size();
    }
    forward();
}

bool Network::finite() const {
    constexpr double largest = 1e6;
    for (const MatrixXd& W : W_)
        if (!(W.squaredNorm() <= largest)) return false;
    return true;
}

Surroundings::Surroundings(const std::vector<MatrixXd>& layers) : above(layers.size()), below(layers.size()) {
    const std::size_t L = layers.size();
    below.front() = MatrixXd::Identity(layers.front().cols(), layers.front().cols());
    above.back() = MatrixXd::Identity(layers.back().rows(), layers.back().rows());
    for (std::size_t l = 1; l < L; ++l) {
        below[l] = layers[l - 1] * below[l - 1];
        above[L - 1 - l] = above[L - l] * layers[L - l];
    }
}

}  // namespace hidyn::deep_linear
