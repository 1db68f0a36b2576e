// SPDX-License-Identifier: MIT
#include "solvers/equations/quadratic_network/factor_gradient.hpp"

#include "models/quadratic_network/moments.hpp"

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;

FactorGradient::FactorGradient(const QuadraticNetwork& problem, std::uint64_t d)
    : covariance_(problem.inputs.at(d, problem.teachers())), Theta_(problem.Theta(d)) {}

MatrixXd FactorGradient::of(const Factors& state) const {
    const Moments moments(state.Gamma(covariance_), state.A, Theta_, covariance_.probes);
    Index columns = state.A.cols();
    for (const MatrixXd& block : state.L) columns += block.cols();
    MatrixXd gradient(state.A.rows(), columns);
    gradient.leftCols(state.A.cols()) = moments.probe_gradient(state.A, Theta_, covariance_.probes);
    Index place = state.A.cols();
    for (std::size_t j = 0; j < state.L.size(); ++j) {
        gradient.middleCols(place, state.L[j].cols()).noalias() =
            covariance_.bulk[j].variance * moments.H * state.L[j];
        place += state.L[j].cols();
    }
    return gradient;
}

void FactorGradient::subtract(const MatrixXd& change, Factors& state) {
    state.A -= change.leftCols(state.A.cols());
    Index place = state.A.cols();
    for (MatrixXd& block : state.L) {
        block -= change.middleCols(place, block.cols());
        place += block.cols();
    }
}

}  // namespace hidyn::quadratic_network
