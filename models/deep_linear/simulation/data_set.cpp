// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/data_set.hpp"

#include <cmath>

namespace hidyn::deep_linear {

using Eigen::Index;
using Eigen::MatrixXd;

DataSet::DataSet(const DeepLinear& problem, std::uint64_t d, const MatrixXd& teacher,
                 const random::StreamKey& key)
    : inputs(teacher.cols(), static_cast<Index>(problem.samples(d))) {
    random::Stream stream(key);
    for (double& entry : inputs.reshaped()) entry = stream.normal();
    labels = teacher * inputs;
    const double deviation = std::sqrt(problem.label_noise);
    if (deviation > 0.0)
        for (double& entry : labels.reshaped()) entry += deviation * stream.normal();
    const auto n = static_cast<double>(inputs.cols());
    covariance_ = inputs * inputs.transpose() / n;
    cross_ = labels * inputs.transpose() / n;
}

void DataSet::pull(const MatrixXd& W, MatrixXd& to) const {
    to = cross_;
    to.noalias() -= W * covariance_;
}

double DataSet::loss(const MatrixXd& W) const {
    return 0.5 * (labels - W * inputs).squaredNorm() / static_cast<double>(inputs.cols());
}

}  // namespace hidyn::deep_linear
