#include "models/ghost/ghost.hpp"

#include <cmath>
#include <numbers>

namespace hidyn::ghost {

double Ghost::best_parameter() const {
    return std::pow(0.5 * std::numbers::pi / delay, 2);
}

std::string Ghost::time_unit() const {
    return task == Task::descent ? "steps" : "time";
}

std::vector<Observable> Ghost::observables() const {
    const Dimension along{task == Task::landscape ? "parameter_ratio" : "ratio", ratios.size(), ratios};
    if (task == Task::evolution)
        return {{.name = "state",
                 .long_name = "state of the neuron",
                 .symbol = "x",
                 .normalization = "cut at 100, from where it would run away at once",
                 .dimensions = {along}}};
    if (task == Task::landscape)
        return {{.name = "loss_landscape",
                 .long_name = "loss",
                 .symbol = "L",
                 .normalization = "int_0^{2T} |output - target|^power dt",
                 .dimensions = {along}},
                {.name = "gradient_landscape",
                 .long_name = "gradient",
                 .symbol = "r^* dL/dr",
                 .normalization = "derivative of the loss by r / r*",
                 .dimensions = {along}}};
    return {{.name = "parameter",
             .long_name = "parameter",
             .symbol = "r / r^*",
             .normalization = "in units of r* = pi^2 / (4 delay^2)"},
            {.name = "loss",
             .long_name = "loss",
             .symbol = "L",
             .normalization = "int_0^{2T} |output - target|^power dt"},
            {.name = "activation_time",
             .long_name = "activation time",
             .symbol = "t^*",
             .normalization = "when x reaches the threshold, at most 2 delay"},
            {.name = "trapped",
             .long_name = "trapped",
             .symbol = "1[r < r^*/4]",
             .normalization = "1 in the zone without a gradient, else 0"}};
}

std::vector<Problem::StartArray> Ghost::start() const {
    if (task != Task::descent) return {};
    return {{{.name = "initial_parameter",
              .long_name = "parameter at the start",
              .symbol = "r / r^*",
              .normalization = "in units of r*"},
             ratios}};
}

}  // namespace hidyn::ghost
