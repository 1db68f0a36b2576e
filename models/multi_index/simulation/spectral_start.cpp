// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/spectral_start.hpp"

#include <cmath>
#include <limits>

#include "models/spectral/leading_vector.hpp"

namespace hidyn::multi_index {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;

VectorXd spectral_start(const MultiIndex& problem, std::uint64_t d, const DataSet& data) {
    const auto n = static_cast<Index>(data.samples());
    const VectorXd magnitudes =
        (Map<const VectorXd>(data.labels().data(), n) / problem.initial.T(0, 0)).cwiseSqrt();
    VectorXd weight(n);
    problem.spectral->evaluate({magnitudes.data(), data.samples()}, {weight.data(), data.samples()});
    weight *= static_cast<double>(d) / static_cast<double>(n);
    const spectral::LeadingPair found = spectral::leading_pair({data.row(0), d, data.stride(), weight});
    const auto size = static_cast<Index>(d);
    if (!found.converged) return VectorXd::Constant(size, std::numeric_limits<double>::quiet_NaN());
    return found.vector * std::sqrt(static_cast<double>(d) * problem.initial.Q(0, 0));
}

}  // namespace hidyn::multi_index
