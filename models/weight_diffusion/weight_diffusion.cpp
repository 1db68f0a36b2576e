#include "models/weight_diffusion/weight_diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn::weight_diffusion {

Eigen::Index WeightDiffusion::rows() const {
    return std::max(columns(),
                    static_cast<Eigen::Index>(std::round(row_ratio * static_cast<double>(columns()))));
}

std::vector<Observable> WeightDiffusion::observables() const {
    const Dimension level{"singular_value", start_values.size()};
    return {{.name = "singular_values",
             .long_name = "singular values",
             .symbol = "\\xi",
             .normalization = "of W, ascending; mean over members",
             .dimensions = {level}},
            {.name = "variance_of_singular_values",
             .long_name = "variance of singular values",
             .symbol = "\\mathrm{Var}\\, \\xi",
             .normalization = "over the members of a replica, unbiased",
             .dimensions = {level}},
            {.name = "squared_norm",
             .long_name = "squared norm of the weights",
             .symbol = "|W|_F^2",
             .normalization = "sum of the squares of all singular values"}};
}

std::vector<Problem::StartArray> WeightDiffusion::start() const {
    return {{{.name = "initial_singular_values",
              .long_name = "singular values at the start",
              .symbol = "\\xi(0)",
              .normalization = "of W, ascending",
              .dimensions = {{"singular_value", start_values.size()}}},
             start_values}};
}

void record_levels(const Eigen::MatrixXd& members, Recorder& recorder, std::size_t replica,
                   std::size_t time) {
    std::vector<double> means, variances;
    const auto count = static_cast<double>(members.rows());
    for (Eigen::Index level = 0; level < members.cols(); ++level) {
        const double mean = members.col(level).mean();
        means.push_back(mean);
        variances.push_back(members.rows() < 2
                                ? std::numeric_limits<double>::quiet_NaN()
                                : (members.col(level).array() - mean).square().sum() / (count - 1.0));
    }
    const double norm = members.squaredNorm() / count;
    recorder.record(ObservablePlaces::singular_values, replica, time, means);
    recorder.record(ObservablePlaces::variance, replica, time, variances);
    recorder.record(ObservablePlaces::squared_norm, replica, time, {&norm, 1});
}

}  // namespace hidyn::weight_diffusion
