// SPDX-License-Identifier: MIT
#include "models/quadratic_network/covariance.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::uint64_t Covariance::dimensions() const {
    auto sum = static_cast<std::uint64_t>(probes.size());
    for (const BulkBlock& block : bulk) sum += block.dimensions;
    return sum;
}

VectorXd Covariance::diagonal() const {
    VectorXd all(static_cast<Index>(dimensions()));
    all.head(probes.size()) = probes;
    Index place = probes.size();
    for (const BulkBlock& block : bulk) {
        const auto width = static_cast<Index>(block.dimensions);
        all.segment(place, width).setConstant(block.variance);
        place += width;
    }
    return all;
}

Covariance InputLaw::at(std::uint64_t d, std::size_t teachers) const {
    Covariance made;
    switch (kind) {
        case Kind::spiked: {
            const std::size_t probes = teachers + (has_spike ? 1 : 0);
            made.probes = VectorXd::Ones(static_cast<Index>(probes));
            if (has_spike) made.probes[made.probes.size() - 1] += spike;
            made.bulk = {{1.0, d - probes}};
            break;
        }
        case Kind::blocks: {
            made.probes = Eigen::Map<const VectorXd>(variances.data(), static_cast<Index>(variances.size()));
            std::uint64_t left = d - variances.size();
            for (std::size_t j = 0; j < variances.size(); ++j) {
                const bool last = j + 1 == variances.size();
                const auto wanted = static_cast<std::uint64_t>(
                    std::max(0.0, std::round(fractions[j] * static_cast<double>(d)) - 1.0));
                const std::uint64_t width = last ? left : std::min(left, wanted);
                made.bulk.push_back({variances[j], width});
                left -= width;
            }
            break;
        }
        case Kind::power_law: {
            const auto axes = static_cast<Index>(d);
            made.probes.resize(axes);
            for (Index i = 0; i < axes; ++i) made.probes[i] = std::pow(static_cast<double>(i + 1), -exponent);
            made.probes *= static_cast<double>(d) / made.probes.sum();
            break;
        }
    }
    return made;
}

MatrixXd InputLaw::teachers(std::uint64_t d, const std::vector<double>& strengths) const {
    const auto M = static_cast<Index>(strengths.size());
    if (kind == Kind::power_law)
        return MatrixXd::Constant(1, static_cast<Index>(d), std::sqrt(strengths[0] / static_cast<double>(d)));
    if (kind == Kind::blocks) {
        MatrixXd theta(1, static_cast<Index>(variances.size()));
        for (Index j = 0; j < theta.cols(); ++j)
            theta(0, j) = std::sqrt(strengths[0] * teacher_shares[static_cast<std::size_t>(j)]);
        return theta;
    }
    MatrixXd theta = MatrixXd::Zero(M, M + (has_spike ? 1 : 0));
    for (Index r = 0; r < M; ++r) theta(r, r) = std::sqrt(strengths[static_cast<std::size_t>(r)]);
    if (has_spike) {
        theta(0, M) = spike_overlap * theta(0, 0);
        theta(0, 0) *= std::sqrt(1.0 - spike_overlap * spike_overlap);
    }
    return theta;
}

Index InputLaw::spike_probe(std::size_t teachers) const {
    return kind == Kind::spiked && has_spike ? static_cast<Index>(teachers) : -1;
}

std::uint64_t InputLaw::smallest_dimension(std::size_t teachers) const {
    switch (kind) {
        case Kind::spiked:
            return teachers + (has_spike ? 2 : 1);
        case Kind::blocks:
            return 2 * variances.size();
        case Kind::power_law:
            break;
    }
    return 1;
}

}  // namespace hidyn::quadratic_network
