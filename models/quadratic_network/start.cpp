// SPDX-License-Identifier: MIT
#include "models/quadratic_network/start.hpp"

#include <algorithm>
#include <cmath>

#include "math/matrices/spectrum.hpp"
#include "random/stream.hpp"

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd Factors::Q() const {
    MatrixXd sum = A * A.transpose();
    for (const MatrixXd& block : L) sum.noalias() += block * block.transpose();
    return sum;
}

MatrixXd Factors::Gamma(const Covariance& covariance) const {
    MatrixXd sum = A * covariance.probes.asDiagonal() * A.transpose();
    for (std::size_t j = 0; j < L.size(); ++j)
        sum.noalias() += covariance.bulk[j].variance * L[j] * L[j].transpose();
    return sum;
}

Factors random_factors(const Covariance& covariance, std::size_t students, double scale, std::uint64_t seed,
                       std::uint32_t replica) {
    random::Stream stream({.seed = seed, .replica = replica, .purpose = random::Purpose::start});
    const double unit = scale / std::sqrt(static_cast<double>(covariance.dimensions()));
    const auto K = static_cast<Index>(students);
    const auto draw = [&](Index columns) {
        MatrixXd block(K, columns);
        for (double& entry : block.reshaped()) entry = unit * stream.normal();
        return block;
    };
    Factors made{draw(covariance.probes.size()), {}};
    for (const BulkBlock& block : covariance.bulk) {
        const MatrixXd weights = draw(static_cast<Index>(block.dimensions));
        if (weights.cols() <= K) {
            made.L.push_back(weights);
            continue;
        }
        // The same Gram matrix in K columns.
        made.L.emplace_back(math::upper_factor(weights.transpose()).transpose());
    }
    return made;
}

Factors isotropic_factors(const Covariance& covariance, std::size_t students, double singular_value) {
    const auto K = static_cast<Index>(students);
    Index row = 0;
    const auto columns = [&](Index count) {
        MatrixXd block = MatrixXd::Zero(K, count);
        for (Index c = 0; c < count; ++c) block(row++, c) = singular_value;
        return block;
    };
    Factors made{columns(covariance.probes.size()), {}};
    for (const BulkBlock& block : covariance.bulk)
        made.L.push_back(columns(static_cast<Index>(block.dimensions)));
    return made;
}

MatrixXd gram_factor(const MatrixXd& Y) {
    const math::SymmetricSpectrum solver(Y);
    const VectorXd& values = solver.eigenvalues();
    const double floor = 1e-14 * std::max(values[values.size() - 1], 0.0);
    Index kept = 0;
    while (kept < values.size() && values[values.size() - 1 - kept] > floor) ++kept;
    return solver.eigenvectors().rightCols(kept) * values.tail(kept).cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

}  // namespace hidyn::quadratic_network
