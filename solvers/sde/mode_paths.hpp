// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "random/gaussian_lanes.hpp"
#include "solvers/equations/deep_linear/mode_law.hpp"

namespace hidyn::sde {

/// Paths of one mode's diffusion by Euler and Maruyama's scheme, in x = ln a, where a stays positive however
/// strong the noise.
class ModePaths {
  public:
    /// `paths` a multiple of 16.
    ModePaths(const ModeLaw& law, double start, std::size_t paths, const random::StreamKey& key);

    /// To `time`, in equal steps of at most `time_step`.
    void advance_to(double time, double time_step);
    /// s of every path.
    void strengths(std::span<double> into) const;
    /// When each path had first reached `strength`; infinity before that. Watched from the start.
    void watch(double strength);
    [[nodiscard]] std::span<const double> first_passages() const { return reached_; }
    [[nodiscard]] bool finite() const;

  private:
    void move(double dt);
    void look();

    random::GaussianLanes lanes_;  // first: it lies on cache lines
    ModeLaw law_;
    double now_ = 0.0;
    double threshold_ = 0.0;  ///< in x
    std::vector<double> x_, s_, u_, normals_, reached_;
};

}  // namespace hidyn::sde
