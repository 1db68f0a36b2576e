// SPDX-License-Identifier: MIT
#include "solvers/sde/mode_paths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernel.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::sde {
namespace {

HIDYN_KERNEL void step(const ModeLaw& law, std::span<const double> s, std::span<const double> u,
                       std::span<const double> normals, double dt, std::span<double> x) {
    const double root = std::sqrt(dt);
    for (std::size_t path = 0; path < x.size(); ++path) {
        const ModeLaw::Relative at = law.relative(s[path], u[path]);
        x[path] += (at.drift - 0.5 * at.diffusion) * dt +
                   std::sqrt(std::max(at.diffusion, 0.0)) * root * normals[path];
    }
}

}  // namespace

ModePaths::ModePaths(const ModeLaw& law, double start, std::size_t paths, const random::StreamKey& key)
    : lanes_(key),
      law_(law),
      x_(paths, std::log(start) / law.L),
      s_(paths),
      u_(paths, 1.0),
      normals_(paths) {}

void ModePaths::advance_to(double time, double time_step) {
    const double span = time - now_;
    if (span <= 0.0) return;
    const auto steps = static_cast<std::size_t>(std::ceil(span / time_step - 1e-9));
    const double begin = now_;
    for (std::size_t k = 0; k < steps; ++k) {
        move(span / static_cast<double>(steps));
        now_ = begin + span * static_cast<double>(k + 1) / static_cast<double>(steps);
        if (!reached_.empty()) look();
    }
}

void ModePaths::move(double dt) {
    strengths(s_);
    if (law_.L != 2.0) {
        for (std::size_t path = 0; path < x_.size(); ++path) u_[path] = (law_.L - 2.0) * x_[path];
        math::exp(u_, u_);
    }
    lanes_.normals(normals_);
    step(law_, s_, u_, normals_, dt, x_);
}

void ModePaths::strengths(std::span<double> into) const {
    for (std::size_t path = 0; path < x_.size(); ++path) into[path] = law_.L * x_[path];
    math::exp(into, into);
}

void ModePaths::watch(double strength) {
    threshold_ = std::log(strength) / law_.L;
    reached_.assign(x_.size(), std::numeric_limits<double>::infinity());
    look();
}

void ModePaths::look() {
    // Finite steps see a passage at the end of the step.
    const double seen = law_.step > 0.0 ? std::ceil(now_ / law_.step - 1e-9) * law_.step : now_;
    for (std::size_t path = 0; path < x_.size(); ++path)
        if (x_[path] >= threshold_) reached_[path] = std::min(reached_[path], seen);
}

bool ModePaths::finite() const {
    return std::ranges::all_of(x_, [](double x) { return x < 50.0; });
}

}  // namespace hidyn::sde
