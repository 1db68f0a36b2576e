// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/path.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

// A response without curvature cannot be inverted.
constexpr double smallest_response = 1e-10;

}  // namespace

Path::Path(std::size_t times) {
    const auto size = static_cast<Index>(times);
    for (RowMajor* matrix : {&C, &tau, &rho, &Sigma}) matrix->setZero(size, size);
    for (std::vector<double>* row : {&R, &delta, &train_loss, &test_loss, &classification_error})
        row->assign(times, 0.0);
}

std::string trouble_in(const ParameterRow& parameters, const SampleRow& samples, double largest) {
    const auto bad = [&](const auto& values) {
        return values.size() > 0 && !(values.cwiseAbs().maxCoeff() <= largest);
    };
    const auto bad_number = [&](double value) { return !(std::abs(value) <= largest); };
    if (bad(parameters.C)) return "C is not finite or too large";
    if (bad_number(parameters.R)) return "R is not finite or too large";
    if (bad(parameters.rho)) return "rho is not finite or too large";
    if (bad(samples.tau)) return "tau is not finite or too large";
    if (bad(samples.Sigma)) return "Sigma is not finite or too large";
    if (bad_number(samples.delta)) return "delta is not finite or too large";
    if (bad_number(samples.train_loss) || bad_number(samples.test_loss))
        return "the loss is not finite or too large";
    return "";
}

void store(const ParameterRow& parameters, const SampleRow& samples, std::size_t t, Path& path) {
    const auto row = static_cast<Index>(t);
    path.C.row(row).head(row + 1) = parameters.C;
    path.R[t] = parameters.R;
    path.rho.row(row).head(row) = parameters.rho;
    path.tau.row(row).head(row + 1) = samples.tau;
    path.Sigma.row(row).head(row + 1) = samples.Sigma;
    path.delta[t] = samples.delta;
    path.train_loss[t] = samples.train_loss;
    path.test_loss[t] = samples.test_loss;
    path.classification_error[t] = samples.classification_error;
}

Debiasing debiasing_of(const Path& path) {
    const std::size_t times = path.delta.size();
    Debiasing found{std::vector<double>(times, std::numeric_limits<double>::quiet_NaN()), {}};
    found.deviation = found.bias;
    Index good = 0;
    while (good < static_cast<Index>(path.finished) && std::abs(path.tau(good, good)) > smallest_response)
        ++good;
    const auto response = path.tau.topLeftCorner(good, good).triangularView<Eigen::Lower>();
    const VectorXd bias = -response.solve(Eigen::Map<const VectorXd>(path.delta.data(), good));
    const RowMajor Sigma = path.Sigma.topLeftCorner(good, good).selfadjointView<Eigen::Lower>();
    const RowMajor half = response.solve(Sigma);
    const RowMajor covariance = response.solve(RowMajor(half.transpose()));
    for (Index t = 0; t < good; ++t) {
        found.bias[static_cast<std::size_t>(t)] = bias[t];
        found.deviation[static_cast<std::size_t>(t)] = std::sqrt(std::max(covariance(t, t), 0.0));
    }
    return found;
}

}  // namespace hidyn::state_evolution
