// SPDX-License-Identifier: MIT
#include "models/spectral/weight_law.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "math/gaussian/gauss_rules.hpp"

namespace hidyn::spectral {
namespace {

constexpr double reach = 10.0;  ///< standard deviations of a label

/// Nodes over an interval whose panels shrink towards both its ends, where 1 / (l - T) may be sharp.
class Panels {
  public:
    void add_interval(double low, double high) {
        constexpr int halvings = 40;
        double width = 0.5 * (high - low);
        for (int k = 0; k <= halvings; ++k) {
            const double inner = k == halvings ? 0.0 : 0.5 * width;
            add_panel(low + inner, low + width);
            add_panel(high - width, high - inner);
            width = inner;
        }
    }

    std::vector<double> point, weight;

  private:
    void add_panel(double low, double high) {
        // Wide panels are cut, so that the Gaussian itself is resolved.
        const auto pieces = static_cast<int>(std::ceil((high - low) / 0.5));
        for (int piece = 0; piece < pieces; ++piece) {
            const double a = low + (high - low) * piece / pieces;
            const double b = low + (high - low) * (piece + 1) / pieces;
            for (std::size_t k = 0; k < rule_.nodes.size(); ++k) {
                point.push_back(a + (b - a) * rule_.nodes[k]);
                weight.push_back((b - a) * rule_.weights[k]);
            }
        }
    }

    math::QuadratureRule rule_ = math::gauss_legendre(12);
};

}  // namespace

WeightLaw WeightLaw::mirrored() const {
    WeightLaw law = *this;
    for (double& value : law.weight) value = -value;
    law.lowest = -highest;
    law.highest = -lowest;
    return law;
}

WeightLaw label_weights(const Preprocessing& preprocessing, double Delta) {
    // The label, or its sign besides, is s = z + sqrt(Delta) xi ~ N(0, S).
    const double S = 1.0 + Delta;
    const double end = reach * std::sqrt(S);
    std::vector<double> edges = preprocessing.breaks(end);
    edges.insert(edges.end(), {-end, end});
    std::ranges::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    Panels panels;
    for (std::size_t e = 0; e + 1 < edges.size(); ++e) panels.add_interval(edges[e], edges[e + 1]);

    WeightLaw law;
    law.highest = preprocessing.supremum().value();
    law.weight.resize(panels.point.size());
    preprocessing.evaluate(panels.point, law.weight);
    law.probability = std::move(panels.weight);
    for (std::size_t k = 0; k < panels.point.size(); ++k) {
        const double square = panels.point[k] * panels.point[k];
        law.probability[k] *= std::exp(-0.5 * square / S) / std::sqrt(2.0 * std::numbers::pi * S);
        law.square.push_back(Delta / S + square / (S * S));
    }
    return law;
}

}  // namespace hidyn::spectral
