#include "models/deep_linear/network.hpp"

#include <cmath>

namespace hidyn::deep_linear {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;

Network::Network(const DeepLinear& problem, std::uint64_t d, std::uint32_t replica)
    : problem_(problem), W_(problem.weights(d, replica)) {
    const std::vector<Index> n = problem.widths(d);
    M_ = MatrixXd::Zero(n.back(), n.front());
    for (std::size_t k = 0; k < problem.modes(); ++k)
        M_(static_cast<Index>(k), static_cast<Index>(k)) = problem.strengths[k];
}

MatrixXd Network::product() const {
    MatrixXd all = W_.front();
    for (std::size_t l = 1; l < W_.size(); ++l) all = W_[l] * all;
    return all;
}

std::vector<MatrixXd> Network::descent() const {
    const std::size_t L = W_.size();
    // below[l] = W_l .. W_1.
    std::vector<MatrixXd> below{W_.front()};
    for (std::size_t l = 1; l < L; ++l) below.emplace_back(W_[l] * below.back());
    MatrixXd behind = M_ - below.back();  // (W_L .. W_{l+1})^T (M - W)
    std::vector<MatrixXd> all(L);
    for (std::size_t l = L; l-- > 0;) {
        all[l] = l > 0 ? MatrixXd(behind * below[l - 1].transpose()) : behind;
        if (l > 0) behind = W_[l].transpose() * behind;
    }
    return all;
}

void Network::step(double learning_rate) {
    const std::vector<MatrixXd> direction = descent();
    for (std::size_t l = 0; l < W_.size(); ++l) W_[l] += learning_rate * direction[l];
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
}

bool Network::finite() const {
    constexpr double largest = 1e6;
    for (const MatrixXd& W : W_)
        if (!(W.squaredNorm() <= largest)) return false;
    return true;
}

void Network::observe(Recorder& recorder, std::size_t replica, std::size_t time, double weight) const {
    MatrixXd W = product();
    const double error = 0.5 * (W - M_).squaredNorm();
    recorder.blend(ObservablePlaces::error, replica, time, weight, {&error, 1});
    std::vector<double> strengths;
    for (std::size_t k = 0; k < problem_.modes(); ++k) {
        const auto mode = static_cast<Index>(k);
        strengths.push_back(W(mode, mode));
        W(mode, mode) = 0.0;
    }
    recorder.blend(ObservablePlaces::mode_strength, replica, time, weight, strengths);
    const double rest = W.norm();
    recorder.blend(ObservablePlaces::off_diagonal, replica, time, weight, {&rest, 1});
    if (W_.size() == 1) return;
    std::vector<double> imbalance;
    for (std::size_t l = 0; l + 1 < W_.size(); ++l)
        imbalance.push_back((W_[l + 1].transpose() * W_[l + 1] - W_[l] * W_[l].transpose()).norm());
    recorder.blend(ObservablePlaces::imbalance, replica, time, weight, imbalance);
}

}  // namespace hidyn::deep_linear
