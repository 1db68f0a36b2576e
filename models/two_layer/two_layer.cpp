#include "models/two_layer/two_layer.hpp"

#include <algorithm>
#include <cmath>

#include "random/stream.hpp"

namespace hidyn::two_layer {

using Eigen::Index;
using Eigen::MatrixXd;

std::uint64_t TwoLayer::samples(std::uint64_t d) const {
    return static_cast<std::uint64_t>(std::max(1.0, std::round(sample_ratio * static_cast<double>(d))));
}

std::vector<Observable> TwoLayer::observables() const {
    std::vector<Observable> declared{
        {.name = "train_loss",
         .long_name = "training loss",
         .symbol = "\\hat L",
         .normalization = "mean of (f - y)^2 / 2 over the data set",
         .derived = true},
        {.name = "sharpness",
         .long_name = "sharpness",
         .symbol = "\\lambda_{\\max}",
         .normalization = "largest eigenvalue of the Hessian of the training loss"}};
    if (whole_batch()) return declared;
    declared.push_back(
        {.name = "batch_sharpness",
         .long_name = "batch sharpness",
         .symbol = "\\langle g^T H g / |g|^2 \\rangle",
         .normalization = "gradient g and Hessian H of the same batch, mean over batches of the ratio"});
    declared.push_back(
        {.name = "batch_sharpness_ratio",
         .long_name = "batch sharpness (ratio of means)",
         .symbol = "\\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
         .normalization = "gradient g and Hessian H of the same batch, means over batches of both"});
    return declared;
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
