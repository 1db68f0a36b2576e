#include "models/spectral/prediction.hpp"

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "math/gauss_rules.hpp"

namespace hidyn::spectral {
namespace {

constexpr double reach = 10.0;  ///< standard deviations of a label

/// Averages over s = z + sqrt(Delta) xi ~ N(0, 1 + Delta), which the label is or is the magnitude of. Panels
/// shrink towards the preprocessing's breaks, where 1 / (lambda - T) may be sharp.
class Labels {
  public:
    Labels(const Preprocessing& preprocessing, double Delta) {
        const double S = 1.0 + Delta;
        const double end = reach * std::sqrt(S);
        std::vector<double> edges = preprocessing.breaks(end);
        edges.insert(edges.end(), {-end, end});
        std::ranges::sort(edges);
        edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
        for (std::size_t e = 0; e + 1 < edges.size(); ++e) add_interval(edges[e], edges[e + 1]);
        value_.resize(point_.size());
        preprocessing.evaluate(point_, value_);
        for (std::size_t k = 0; k < point_.size(); ++k) {
            const double square = point_[k] * point_[k];
            weight_[k] *= std::exp(-0.5 * square / S) / std::sqrt(2.0 * std::numbers::pi * S);
            second_.push_back(Delta / S + square / (S * S));
        }
    }

    /// E f(T, E[z^2 | y]).
    template <class Function>
    double mean(Function f) const {
        double sum = 0.0;
        for (std::size_t k = 0; k < point_.size(); ++k) sum += weight_[k] * f(value_[k], second_[k]);
        return sum;
    }

  private:
    void add_interval(double low, double high) {
        constexpr int halvings = 40;
        const double half = 0.5 * (high - low);
        double width = half;
        for (int k = 0; k <= halvings; ++k) {
            const double inner = k == halvings ? 0.0 : 0.5 * width;
            add_panel(low + inner, low + width);
            add_panel(high - width, high - inner);
            width = inner;
        }
    }

    void add_panel(double low, double high) {
        // Wide panels are cut, so that the Gaussian itself is resolved.
        const auto pieces = static_cast<int>(std::ceil((high - low) / 0.5));
        for (int piece = 0; piece < pieces; ++piece) {
            const double a = low + (high - low) * piece / pieces;
            const double b = low + (high - low) * (piece + 1) / pieces;
            for (std::size_t k = 0; k < rule_.nodes.size(); ++k) {
                point_.push_back(a + (b - a) * rule_.nodes[k]);
                weight_.push_back((b - a) * rule_.weights[k]);
            }
        }
    }

    math::QuadratureRule rule_ = math::gauss_legendre(12);
    std::vector<double> point_, weight_, value_, second_;
};

}  // namespace

Prediction predict(const Preprocessing& preprocessing, double Delta, double alpha) {
    const Labels labels(preprocessing, Delta);
    const double highest = preprocessing.supremum().value();
    const auto phi = [&](double lambda) {
        return lambda * labels.mean([&](double T, double z2) { return T * z2 / (lambda - T); });
    };
    const auto psi = [&](double lambda) {
        return lambda * (1.0 / alpha + labels.mean([&](double T, double) { return T / (lambda - T); }));
    };
    const auto psi_slope = [&](double lambda) {
        return 1.0 / alpha -
               labels.mean([&](double T, double) { return T * T / ((lambda - T) * (lambda - T)); });
    };
    const auto phi_slope = [&](double lambda) {
        return -labels.mean([&](double T, double z2) { return T * T * z2 / ((lambda - T) * (lambda - T)); });
    };
    // The root of an increasing function above `low`; `low` itself if it is positive there.
    const auto root_above = [&](const auto& rising, double low) {
        if (rising(low) >= 0.0) return low;
        double step = highest;
        while (rising(low + step) < 0.0) step *= 2.0;
        std::uintmax_t most = 200;
        const auto bracket = boost::math::tools::toms748_solve(
            rising, low, low + step, boost::math::tools::eps_tolerance<double>(48), most);
        return 0.5 * (bracket.first + bracket.second);
    };
    const double start = highest * (1.0 + 1e-9);
    const double lowest = root_above(psi_slope, start);  // argmin of psi
    const auto difference = [&](double lambda) { return psi(lambda) - phi(lambda); };
    if (difference(lowest) >= 0.0)
        return {.squared_overlap = 0.0,
                .leading_eigenvalue = psi(lowest),
                .root = std::numeric_limits<double>::quiet_NaN()};
    const double root = root_above(difference, lowest);
    const double rise = psi_slope(root);
    return {
        .squared_overlap = rise / (rise - phi_slope(root)), .leading_eigenvalue = psi(root), .root = root};
}

double weak_recovery_ratio(double Delta) {
    // E[z^2 | y] - 1 = (y^2 / S - 1) / S, and y^2 / S is a squared normal variable.
    const double S = 1.0 + Delta;
    return 0.5 * S * S;
}

}  // namespace hidyn::spectral
