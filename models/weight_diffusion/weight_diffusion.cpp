// SPDX-License-Identifier: MIT
#include "models/weight_diffusion/weight_diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/counts.hpp"

namespace hidyn::weight_diffusion {

Eigen::Index WeightDiffusion::rows() const {
    return std::max(columns(),
                    static_cast<Eigen::Index>(counted(row_ratio, static_cast<std::uint64_t>(columns()))));
}

Observables::Observables(const WeightDiffusion& problem) {
    const Dimension level{"singular_value", problem.start_values.size()};
    singular_values =
        add("singular_values", "singular values", "\\xi", "of W, ascending; mean over members", {level});
    variance = add("variance_of_singular_values", "variance of singular values", "\\mathrm{Var}\\, \\xi",
                   "over the members of a replica, unbiased", {level});
    squared_norm = add("squared_norm", "squared norm of the weights", "|W|_F^2",
                       "sum of the squares of all singular values");
}

std::vector<Observable> WeightDiffusion::observables() const {
    return Observables(*this).all();
}

std::vector<Problem::StartArray> WeightDiffusion::start() const {
    return {{{.name = "initial_singular_values",
              .long_name = "singular values at the start",
              .symbol = "\\xi(0)",
              .normalization = "of W, ascending",
              .dimensions = {{"singular_value", start_values.size()}}},
             start_values}};
}

void record_levels(const Observables& report, const Eigen::MatrixXd& members, const Slot& slot) {
    std::vector<double> means, variances;
    const auto count = static_cast<double>(members.rows());
    for (Eigen::Index level = 0; level < members.cols(); ++level) {
        const double mean = members.col(level).mean();
        means.push_back(mean);
        variances.push_back(members.rows() < 2
                                ? std::numeric_limits<double>::quiet_NaN()
                                : (members.col(level).array() - mean).square().sum() / (count - 1.0));
    }
    slot.record(report.singular_values, means);
    slot.record(report.variance, variances);
    slot.record(report.squared_norm, members.squaredNorm() / count);
}

}  // namespace hidyn::weight_diffusion
