// SPDX-License-Identifier: MIT
#include "models/sparse_regression/sparse_regression.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "math/matrices/spectrum.hpp"
#include "random/stream.hpp"

namespace hidyn::sparse_regression {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd SparseRegression::teacher(std::uint64_t d) const {
    VectorXd w = VectorXd::Zero(static_cast<Index>(d));
    for (std::size_t k = 0; k < signal.size(); ++k) w[static_cast<Index>(k)] = signal[k];
    return w;
}

SparseRegression::Data SparseRegression::data(std::uint64_t d, std::uint32_t replica) const {
    random::Stream stream({.seed = data_seed, .replica = replica, .purpose = random::Purpose::data});
    Data made{.X = Eigen::MatrixXd(static_cast<Index>(samples * agents()), static_cast<Index>(d)), .y = {}};
    for (double& entry : made.X.reshaped()) entry = stream.normal();
    made.y = made.X * teacher(d);
    const double deviation = std::sqrt(label_noise);
    for (double& label : made.y) label += deviation * stream.normal();
    return made;
}

double SparseRegression::mixing_rate() const {
    if (agents() == 1) return 0.0;
    VectorXd moduli = math::symmetric_eigenvalues(mixing).cwiseAbs();
    std::sort(moduli.begin(), moduli.end());
    return moduli[moduli.size() - 2];
}

Observables::Observables(const SparseRegression& problem) {
    estimation_error = add({.name = "estimation_error",
                            .long_name = "estimation error",
                            .symbol = "|\\bar w - w^*|",
                            .normalization = "Euclidean norm, of the mean over agents",
                            .derived = true});
    consensus = add("consensus", "distance between agents", "(\\langle |w_i - \\bar w|^2 \\rangle)^{1/2}",
                    "root of the mean over agents of the squared distance from their mean");
    support_weights =
        add("support_weights", "weights on the support", "\\bar w",
            "entries of the mean over agents where w* is not 0", {{"nonzero", problem.signal.size()}});
    off_support = add("off_support", "largest weight off the support", "\\max_j |\\bar w_j|",
                      "of the mean over agents where w* is 0");
}

std::vector<Observable> SparseRegression::observables() const {
    return Observables(*this).all();
}

std::vector<Problem::StartArray> SparseRegression::start() const {
    return {{{.name = "initial_scale",
              .long_name = "scale of the start",
              .symbol = "\\alpha",
              .normalization = "u = v = alpha"},
             {scale}}};
}

void record_weights(const SparseRegression& problem, const Observables& report, const VectorXd& mean,
                    double consensus, const Slot& slot) {
    const auto nonzeros = static_cast<Index>(problem.signal.size());
    const double error = (mean - problem.teacher(static_cast<std::uint64_t>(mean.size()))).norm();
    const double rest =
        mean.size() > nonzeros ? mean.tail(mean.size() - nonzeros).cwiseAbs().maxCoeff() : 0.0;
    slot.record(report.estimation_error, error);
    slot.record(report.consensus, consensus);
    slot.record(report.support_weights, std::span(mean.data(), problem.signal.size()));
    slot.record(report.off_support, rest);
}

}  // namespace hidyn::sparse_regression
