// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"

/// Abrupt learning by the ghost of a saddle-node bifurcation.
///
///   neuron   dx/dt = r + x^2, x(0) = 0; output a step at large x, 1 / (1 + exp(threshold - x))
///   target   off for a delay T, then on for as long
///   loss     int_0^{2T} |output - target|^power dt
///   minimum  near r* = pi^2 / (4 T^2), where the way past the ghost takes T
///
/// r is told in units of r*. Source: Dinc et al., arXiv 2501.02378.
namespace hidyn::ghost {

enum class Task { descent, evolution, landscape };

class Ghost final : public Problem {
  public:
    Task task = Task::descent;
    double delay = 100.0;     ///< T
    double threshold = 30.0;  ///< of the output; its tail leaves exp(-threshold) of a gradient
    double power = 1.0;       ///< of the loss
    double learning_rate = 0.0;
    /// r / r*: the start of every replica (descent), or all that are looked at (evolution, landscape).
    std::vector<double> ratios;

    [[nodiscard]] double best_parameter() const;  ///< r*
    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override;
    [[nodiscard]] double steps_per_unit_time(double) const override {
        return task == Task::descent ? 1.0 : 0.0;
    }
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override {
        return task == Task::descent ? ratios.size() : 0;
    }
};

/// What simulation and theory report, by the task.
struct Observables : ObservableList {
    explicit Observables(const Ghost& problem);

    Handle parameter, loss, activation_time, trapped;  ///< of descent
    Handle state;                                      ///< of an evolution
    Handle loss_landscape, gradient_landscape;         ///< of a landscape
};
/// The neuron's state is shown up to here.
inline constexpr double shown_state = 100.0;

}  // namespace hidyn::ghost
