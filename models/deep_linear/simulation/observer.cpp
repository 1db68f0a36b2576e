// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/observer.hpp"

#include <cmath>

namespace hidyn::deep_linear {

using Eigen::Index;
using Eigen::MatrixXd;

TangentKernel::TangentKernel(const std::vector<MatrixXd>& layers) {
    const Surroundings around(layers);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        outer_.emplace_back(around.above[l] * around.above[l].transpose());
        inner_.emplace_back(around.below[l].transpose() * around.below[l]);
    }
}

double TangentKernel::product(const TangentKernel& other) const {
    double sum = 0.0;
    for (std::size_t l = 0; l < outer_.size(); ++l)
        for (std::size_t k = 0; k < outer_.size(); ++k)
            sum +=
                outer_[l].cwiseProduct(other.outer_[k]).sum() * inner_[l].cwiseProduct(other.inner_[k]).sum();
    return sum;
}

double TangentKernel::alignment(const TangentKernel& other) const {
    return product(other) / std::sqrt(product(*this) * other.product(other));
}

Observer::Observer(const DeepLinear& problem, std::uint64_t d, const Network& start)
    : problem_(problem), report_(problem), M_(problem.teacher(d)) {
    if (report_.kernel_alignment) kernel_.emplace(start.layers());
}

void Observer::strengths(const Network& network, std::vector<double>& into) const {
    into.resize(problem_.modes());
    for (std::size_t k = 0; k < problem_.modes(); ++k)
        into[k] = network.product()(static_cast<Index>(k), static_cast<Index>(k));
}

void Observer::observe(const Network& network, const Slot& slot) const {
    MatrixXd W = network.product();
    slot.record(report_.error, 0.5 * (W - M_).squaredNorm());
    std::vector<double> modes;
    strengths(network, modes);
    slot.record(report_.mode_strength, modes);
    for (std::size_t k = 0; k < problem_.modes(); ++k) W(static_cast<Index>(k), static_cast<Index>(k)) = 0.0;
    slot.record(report_.off_diagonal, W.norm());
    const std::vector<MatrixXd>& layers = network.layers();
    if (report_.imbalance) {
        std::vector<double> imbalance;
        imbalance.reserve(layers.size() - 1);
        for (std::size_t l = 0; l + 1 < layers.size(); ++l)
            imbalance.push_back(
                (layers[l + 1].transpose() * layers[l + 1] - layers[l] * layers[l].transpose()).norm());
        slot.record(report_.imbalance, imbalance);
    }
    if (kernel_) slot.record(report_.kernel_alignment, TangentKernel(layers).alignment(*kernel_));
    if (report_.mode_diffusion) observe_diffusion(network, slot);
}

// One step gains the variance eta^2 Var(sum_l p_l^T G q_l) with p_l = A_l A_l^T u_alpha, q_l = C_l^T C_l
// v_alpha and Cov(G_ij, G_kl) = [(E E^T + Delta)_ik delta_jl + E_il E_kj] / B for Gaussian inputs.
void Observer::observe_diffusion(const Network& network, const Slot& slot) const {
    const auto K = static_cast<Index>(problem_.modes());
    const std::size_t L = network.layers().size();
    const Surroundings around(network.layers());
    const MatrixXd E = network.product() - M_;
    std::vector<MatrixXd> p, q, back;  // columns: modes; back = E^T p
    for (std::size_t l = 0; l < L; ++l) {
        p.emplace_back(around.above[l] * around.above[l].topRows(K).transpose());
        q.emplace_back(around.below[l].transpose() * around.below[l].leftCols(K));
        back.emplace_back(E.transpose() * p.back());
    }
    const double rate = problem_.learning_rate / static_cast<double>(problem_.batch_size);
    std::vector<double> D(problem_.modes(), 0.0);
    for (Index mode = 0; mode < K; ++mode)
        for (std::size_t l = 0; l < L; ++l)
            for (std::size_t k = 0; k < L; ++k)
                D[static_cast<std::size_t>(mode)] +=
                    rate * ((back[l].col(mode).dot(back[k].col(mode)) +
                             problem_.label_noise * p[l].col(mode).dot(p[k].col(mode))) *
                                q[l].col(mode).dot(q[k].col(mode)) +
                            back[l].col(mode).dot(q[k].col(mode)) * back[k].col(mode).dot(q[l].col(mode)));
    slot.record(report_.mode_diffusion, D);
}

}  // namespace hidyn::deep_linear
