// SPDX-License-Identifier: MIT
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

Observables::Observables(const Ghost& problem) {
    switch (problem.task) {
        case Task::evolution:
            state =
                add("state", "state of the neuron", "x", "cut at 100, from where it would run away at once",
                    {{"ratio", problem.ratios.size(), problem.ratios}});
            return;
        case Task::landscape:
            loss_landscape = add("loss_landscape", "loss", "L", "int_0^{2T} |output - target|^power dt",
                                 {Dimension::profile("parameter_ratio", problem.ratios)});
            gradient_landscape =
                add("gradient_landscape", "gradient", "r^* dL/dr", "derivative of the loss by r / r*",
                    {Dimension::profile("parameter_ratio", problem.ratios)});
            return;
        case Task::descent:
            parameter = add("parameter", "parameter", "r / r^*", "in units of r* = pi^2 / (4 delay^2)");
            loss = add("loss", "loss", "L", "int_0^{2T} |output - target|^power dt");
            activation_time = add("activation_time", "activation time", "t^*",
                                  "when x reaches the threshold, at most 2 delay");
            trapped = add("trapped", "trapped", "1[r < r^*/4]", "1 in the zone without a gradient, else 0");
    }
}

std::vector<Observable> Ghost::observables() const {
    return Observables(*this).all();
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
