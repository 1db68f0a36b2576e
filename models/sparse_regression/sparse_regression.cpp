#include "models/sparse_regression/sparse_regression.hpp"

#include <algorithm>
#include <cmath>

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

std::vector<Observable> SparseRegression::observables() const {
    return {{.name = "estimation_error",
             .long_name = "estimation error",
             .symbol = "|\\bar w - w^*|",
             .normalization = "Euclidean norm, of the mean over agents",
             .derived = true},
            {.name = "consensus",
             .long_name = "distance between agents",
             .symbol = "(\\langle |w_i - \\bar w|^2 \\rangle)^{1/2}",
             .normalization = "root of the mean over agents of the squared distance from their mean"},
            {.name = "support_weights",
             .long_name = "weights on the support",
             .symbol = "\\bar w",
             .normalization = "entries of the mean over agents where w* is not 0",
             .dimensions = {{"nonzero", signal.size()}}},
            {.name = "off_support",
             .long_name = "largest weight off the support",
             .symbol = "\\max_j |\\bar w_j|",
             .normalization = "of the mean over agents where w* is 0"}};
}

std::vector<Problem::StartArray> SparseRegression::start() const {
    return {{{.name = "initial_scale",
              .long_name = "scale of the start",
              .symbol = "\\alpha",
              .normalization = "u = v = alpha"},
             {scale}}};
}

void record_weights(const SparseRegression& problem, const VectorXd& mean, double consensus,
                    Recorder& recorder, std::size_t replica, std::size_t time, double weight) {
    const auto nonzeros = static_cast<Index>(problem.signal.size());
    const double error = (mean - problem.teacher(static_cast<std::uint64_t>(mean.size()))).norm();
    const double rest =
        mean.size() > nonzeros ? mean.tail(mean.size() - nonzeros).cwiseAbs().maxCoeff() : 0.0;
    recorder.blend(ObservablePlaces::error, replica, time, weight, {&error, 1});
    recorder.blend(ObservablePlaces::consensus, replica, time, weight, {&consensus, 1});
    recorder.blend(ObservablePlaces::support, replica, time, weight,
                   {mean.data(), static_cast<std::size_t>(nonzeros)});
    recorder.blend(ObservablePlaces::off_support, replica, time, weight, {&rest, 1});
}

}  // namespace hidyn::sparse_regression
