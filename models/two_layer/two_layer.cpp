// SPDX-License-Identifier: MIT
#include "models/two_layer/two_layer.hpp"

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"
#include "random/stream.hpp"

namespace hidyn::two_layer {

using Eigen::Index;
using Eigen::MatrixXd;

std::uint64_t TwoLayer::samples(std::uint64_t d) const {
    return counted(sample_ratio, d);
}

Observables::Observables(const TwoLayer& problem) {
    train_loss = add({.name = "train_loss",
                      .long_name = "training loss",
                      .symbol = "\\hat L",
                      .normalization = "mean of (f - y)^2 / 2 over the data set",
                      .derived = true});
    sharpness = add("sharpness", "sharpness", "\\lambda_{\\max}",
                    "largest eigenvalue of the Hessian of the training loss");
    if (problem.whole_batch()) return;
    batch_sharpness = add("batch_sharpness", "batch sharpness", "\\langle g^T H g / |g|^2 \\rangle",
                          "gradient g and Hessian H of the same batch, mean over batches of the ratio");
    ratio_of_means = add("batch_sharpness_ratio", "batch sharpness (ratio of means)",
                         "\\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
                         "gradient g and Hessian H of the same batch, means over batches of both");
}

std::vector<Observable> TwoLayer::observables() const {
    return Observables(*this).all();
}

Samples draw_samples(const TwoLayer& problem, std::uint64_t d, std::uint32_t replica) {
    random::Stream stream({.seed = problem.data_seed, .replica = replica, .purpose = random::Purpose::data});
    const auto size = static_cast<Index>(d);
    MatrixXd waves(static_cast<Index>(problem.waves), size);
    for (double& entry : waves.reshaped()) entry = stream.normal();
    Samples made{.x = MatrixXd(size, static_cast<Index>(problem.samples(d))), .y = {}};
    for (double& entry : made.x.reshaped()) entry = stream.normal();
    const double root = std::sqrt(static_cast<double>(d));
    for (Index sample = 0; sample < made.x.cols(); ++sample)
        made.x.col(sample) *= root / made.x.col(sample).norm();
    made.y = problem.amplitude * (problem.frequency / root * waves * made.x).array().sin().colwise().sum();
    return made;
}

}  // namespace hidyn::two_layer
