// SPDX-License-Identifier: MIT
#include "solvers/equations/spectral/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/root.hpp"

namespace hidyn::spectral {
namespace {

/// psi and phi of Lu & Li with their derivatives, for l above every weight.
class Branches {
  public:
    Branches(const WeightLaw& law, double alpha) : law_(law), alpha_(alpha) {}

    [[nodiscard]] double psi(double l) const {
        return l * (1.0 / alpha_ + mean([&](double T, double) { return T / (l - T); }));
    }
    [[nodiscard]] double psi_slope(double l) const {
        return 1.0 / alpha_ - mean([&](double T, double) { return T * T / ((l - T) * (l - T)); });
    }
    [[nodiscard]] double phi(double l) const {
        return l * mean([&](double T, double s2) { return T * s2 / (l - T); });
    }
    [[nodiscard]] double phi_slope(double l) const {
        return -mean([&](double T, double s2) { return T * T * s2 / ((l - T) * (l - T)); });
    }

  private:
    /// E f(T, E[s^2 | T]).
    template <class Function>
    [[nodiscard]] double mean(Function f) const {
        double sum = 0.0;
        for (std::size_t k = 0; k < law_.weight.size(); ++k)
            sum += law_.probability[k] * f(law_.weight[k], law_.square[k]);
        return sum;
    }

    const WeightLaw& law_;
    double alpha_;
};

/// The root of an increasing function above `low`; `low` itself if it is positive there.
template <class Function>
double root_above(const Function& rising, double low, double step) {
    if (rising(low) >= 0.0) return low;
    while (rising(low + step) < 0.0) step *= 2.0;
    return math::root_between(rising, low, low + step, 48);
}

}  // namespace

Prediction predict_largest(const WeightLaw& law, double alpha) {
    const Branches branches(law, alpha);
    // Weights that are all negative leave the positive l: their eigenvalues are bounded by 0.
    double scale = law.highest;
    if (!(scale > 0.0)) {
        scale = 0.0;
        for (std::size_t k = 0; k < law.weight.size(); ++k)
            scale += law.probability[k] * std::abs(law.weight[k]);
    }
    const double start = std::max(law.highest, 0.0) + 1e-9 * scale;
    const double lowest = root_above([&](double l) { return branches.psi_slope(l); }, start, scale);
    const auto difference = [&](double l) { return branches.psi(l) - branches.phi(l); };
    const double edge = branches.psi(lowest);
    if (difference(lowest) >= 0.0)
        return {.squared_overlap = 0.0,
                .leading_eigenvalue = edge,
                .root = std::numeric_limits<double>::quiet_NaN(),
                .edge = edge};
    const double root = root_above(difference, lowest, scale);
    const double rise = branches.psi_slope(root);
    return {.squared_overlap = rise / (rise - branches.phi_slope(root)),
            .leading_eigenvalue = branches.psi(root),
            .root = root,
            .edge = edge};
}

Prediction predict_smallest(const WeightLaw& law, double alpha) {
    Prediction found = predict_largest(law.mirrored(), alpha);
    found.leading_eigenvalue = -found.leading_eigenvalue;
    found.edge = -found.edge;
    found.root = -found.root;
    return found;
}

Prediction predict(const Preprocessing& preprocessing, double Delta, double alpha) {
    return predict_largest(label_weights(preprocessing, Delta), alpha);
}

double weak_recovery_ratio(double Delta) {
    // E[z^2 | y] - 1 = (y^2 / S - 1) / S, and y^2 / S is a squared normal variable.
    const double S = 1.0 + Delta;
    return 0.5 * S * S;
}

Theory theory() {
    return {.predict = predict, .weak_recovery_ratio = weak_recovery_ratio};
}

}  // namespace hidyn::spectral
