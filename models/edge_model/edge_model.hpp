// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"

/// The smallest network that trains itself to the edge of stability.
///
///   student  f(x) = a w.x, teacher y = w*.x, |w*| = 1, x ~ N(0, I) in d dimensions, not scaled
///   loss     (y - f)^2 / 2 of a batch of fresh samples, or of the population,
///            + weight_decay |w|^2 / 2 on w alone
///   momentum heavy ball: v <- beta v + g, theta <- theta - eta v, no damping factor
///   time     steps
///
/// Weight decay lets a grow, a^2 is the curvature that w feels, and instability of a w - w* pushes it back:
/// a^2 comes to rest where steps are just stable. Source: Andreyev et al., arXiv 2604.14108.
namespace hidyn::edge_model {

class EdgeModel final : public Problem {
  public:
    double learning_rate = 0.0;
    double momentum = 0.0;
    double weight_decay = 0.0;
    std::uint64_t batch_size = 0;  ///< 0: the population's gradient
    double curvature = 1.0;        ///< a^2 at the start, where a w = w*

    [[nodiscard]] bool population() const { return batch_size == 0; }
    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override { return 1.0; }
    [[nodiscard]] std::vector<StartArray> start() const override;
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const EdgeModel& problem);

    Handle curvature, distance, sharpness, batch_sharpness, ratio_of_means, stability_share;
};

}  // namespace hidyn::edge_model
