// SPDX-License-Identifier: MIT
#include "models/linear_stability/linear_stability.hpp"

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"
#include "random/stream.hpp"

namespace hidyn::linear_stability {

std::vector<double> LinearStability::eigenvalues(std::uint64_t d) const {
    std::vector<double> all;
    all.reserve(d);
    for (std::uint64_t k = 1; k <= d; ++k)
        all.push_back(std::pow(static_cast<double>(k), -spectrum_exponent));
    return all;
}

std::uint64_t LinearStability::samples(std::uint64_t d) const {
    return counted(sample_ratio.value_or(0.0), d);
}

Eigen::MatrixXd LinearStability::data(std::uint64_t d, std::uint32_t replica) const {
    random::Stream stream({.seed = data_seed, .replica = replica, .purpose = random::Purpose::data});
    Eigen::MatrixXd X(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(samples(d)));
    for (double& entry : X.reshaped()) entry = stream.normal();
    const std::vector<double> lambda = eigenvalues(d);
    for (Eigen::Index k = 0; k < X.rows(); ++k) X.row(k) *= std::sqrt(lambda[static_cast<std::size_t>(k)]);
    return X;
}

Observables::Observables(const LinearStability&) {
    log_norm = add("log_norm", "growth of the weights", "\\ln |\\theta|^2 / |\\theta_0|^2",
                   "theories: the logarithm of the mean square");
    critical_rate = add("critical_learning_rate", "critical learning rate", "\\eta_c",
                        "beyond which E |theta|^2 grows, at the same momentum and batch size");
    growth_factor = add("growth_factor", "growth per step in the long run", "\\rho",
                        "of E |theta|^2: the spectral radius of its recursion");
}

std::vector<Observable> LinearStability::observables() const {
    return Observables(*this).all();
}

}  // namespace hidyn::linear_stability
