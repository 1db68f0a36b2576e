// SPDX-License-Identifier: MIT
#include "solvers/equations/deep_linear/mode_law.hpp"

#include <cmath>

namespace hidyn::sde {

ModeLaw::ModeLaw(const deep_linear::DeepLinear& problem, std::size_t mode, bool finite_step)
    : L(static_cast<double>(problem.depth)),
      m(problem.strengths[mode]),
      label_noise(problem.label_noise),
      rate(problem.learning_rate / static_cast<double>(problem.batch_size)),
      step(finite_step ? problem.learning_rate : 0.0) {}

double ModeLaw::drift(double a) const {
    return a * relative(std::pow(a, L), std::pow(a, L - 2.0)).drift;
}

double ModeLaw::diffusion(double a) const {
    return a * a * relative(std::pow(a, L), std::pow(a, L - 2.0)).diffusion;
}

double ModeLaw::strength_diffusion(double s) const {
    const double e = s - m;
    return rate * L * L * std::pow(s, 4.0 - 4.0 / L) * (2.0 * e * e + label_noise);
}

}  // namespace hidyn::sde
