// SPDX-License-Identifier: MIT
#include "math/gaussian/gaussian_nodes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "math/gaussian/sobol_normals.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t full_vector = 8;
constexpr std::size_t sobol_batch = 64;
constexpr std::size_t sobol_points_at_level_0 = std::size_t{1} << 14;
constexpr std::size_t most_axes = 4;
constexpr std::size_t most_axes_with_kinks = 2;
constexpr double pole_of_tanh = std::numbers::pi / 2.0;

std::size_t whole_vectors(std::size_t count) {
    return (count + full_vector - 1) / full_vector * full_vector;
}

}  // namespace

bool have_common_parity(std::span<const Activation> units) {
    const auto has_parity = [](const Activation& g, double sign) {
        constexpr std::array places{0.07, 0.31, 0.83, 1.7, 2.9, 4.4};
        return std::all_of(places.begin(), places.end(), [&](double z) {
            return std::abs(g.value(-z) - sign * g.value(z)) <= 1e-14 * std::abs(g.value(z));
        });
    };
    const auto all_have = [&](double sign) {
        return std::all_of(units.begin(), units.end(),
                           [&](const Activation& g) { return has_parity(g, sign); });
    };
    return all_have(1.0) || all_have(-1.0);
}

std::string GaussianNodes::rule() const {
    const std::string level = ", level " + std::to_string(settings.level);
    if (!last_was_tensor) return "Sobol points" + level;
    return (polynomial ? "Gauss-Hermite in " : "trapezoidal rule in ") + std::to_string(axes.size()) +
           " dimensions" + level;
}

GaussianNodes::GaussianNodes(std::vector<Activation> units, std::size_t derivatives,
                             QuadratureOptions options)
    : activations(std::move(units)), with_derivative(derivatives), settings(options) {
    std::size_t degree = 0;
    for (const Activation& g : activations) {
        smooth = smooth && g.smooth();
        polynomial = polynomial && g.family() == Family::polynomial;
        degree = std::max(degree, g.coefficients().size());
    }
    // The highest degree asked for: moment_order factors g'(u) E of degree 2 deg - 1, or E times anything.
    if (polynomial) hermite = gauss_hermite(settings.moment_order * degree + 1);
    const std::size_t n = activations.size();
    along_own_axis.resize(n);
    broadcast.resize(n);
    depth.resize(n);
    batch.u.resize(n);
    batch.g.resize(n);
    batch.dg.resize(with_derivative);
    batch.constant.resize(n);
}

void GaussianNodes::visit(const Eigen::MatrixXd& Omega, const Visitor& visitor) {
    root.compute(Omega);
    const std::size_t limit = smooth ? most_axes : most_axes_with_kinks;
    root.rank() <= limit ? visit_tensor(visitor) : visit_sobol(visitor);
}

/// exp(-squared_radius / 2) is the weight of what lies beyond the ball; a level raises it to the
/// power 1.25, as it does the error of the step.
double GaussianNodes::squared_radius() const {
    const double digits =
        (4.0 - std::log(settings.tolerance)) * std::pow(1.25, static_cast<double>(settings.level));
    return 2.0 * std::min(digits, 42.0);
}

/// Shifting the line of integration by i d costs exp(d^2/2) and gains exp(-2 pi d / step). The shift is
/// bounded by the pole of tanh, nearer the steeper the units are along this axis, else it is the best one, 2
/// pi / step.
double GaussianNodes::step(double slope) const {
    const double finer = std::pow(0.8, static_cast<double>(settings.level));
    if (!smooth) return finer / (32.0 * std::max(1.0, slope));
    // A product of moment_order factors g'(u) E has a pole of three times that order, whose residue brings as
    // many derivatives.
    const double digits =
        5.0 + 3.0 * static_cast<double>(settings.moment_order) - std::log(settings.tolerance);
    const double shift = std::min(pole_of_tanh / slope, std::sqrt(2.0 * digits));
    return finer * 2.0 * std::numbers::pi * shift / (digits + 0.5 * shift * shift);
}

void GaussianNodes::choose_axes() {
    axes.resize(root.rank());
    line_nodes.resize(root.rank());
    partial.resize(root.rank() + 1);
    double estimate = 1.0;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        double slope = 0.0;
        for (std::size_t unit = 0; unit < activations.size(); ++unit)
            slope =
                std::max(slope, activations[unit].steepness() *
                                    std::abs(root.L(static_cast<Eigen::Index>(unit), root.directions[axis])));
        axes[axis].step = polynomial ? 0.0 : step(slope);
        if (!polynomial) estimate *= 2.0 * std::sqrt(squared_radius()) / axes[axis].step;
    }
    const double excess = estimate / static_cast<double>(settings.most_nodes);
    const double coarser = excess > 1.0 ? std::pow(excess, 1.0 / static_cast<double>(axes.size())) : 1.0;
    std::size_t longest = full_vector;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        Axis& line = axes[axis];
        if (polynomial) {
            line.rule = hermite;
        } else {
            line.step *= coarser;
            const auto half = static_cast<std::ptrdiff_t>(std::sqrt(squared_radius()) / line.step);
            line.rule.nodes.clear();
            line.rule.weights.clear();
            for (std::ptrdiff_t k = -half; k <= half; ++k) {
                const double z = static_cast<double>(k) * line.step;
                line.rule.nodes.push_back(z);
                line.rule.weights.push_back(line.step * std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi /
                                            std::numbers::sqrt2);
            }
        }
        line_nodes[axis].resize(whole_vectors(line.rule.nodes.size()));
        longest = std::max(longest, line_nodes[axis].size());
    }
    line_weights.resize(longest);
    const auto fit = [&](UnitArrays& arrays) {
        if (arrays.u.size() >= longest) return;
        arrays.u.resize(longest);
        arrays.g.resize(longest);
        arrays.dg.resize(longest);
    };
    std::for_each(along_own_axis.begin(), along_own_axis.end(), fit);
    std::for_each(broadcast.begin(), broadcast.end(), fit);
}

void GaussianNodes::evaluate(std::size_t unit, std::size_t count, UnitArrays& into) {
    const std::span<const double> u(into.u.data(), count);
    const std::span<double> g(into.g.data(), count);
    if (unit < with_derivative)
        activations[unit].values_and_derivatives(u, g, {into.dg.data(), count});
    else
        activations[unit].values(u, g);
}

void GaussianNodes::point_batch_at(std::size_t unit, const UnitArrays& arrays, bool constant) {
    batch.u[unit] = arrays.u.data();
    batch.g[unit] = arrays.g.data();
    if (unit < with_derivative) batch.dg[unit] = arrays.dg.data();
    batch.constant[unit] = constant;
}

void GaussianNodes::visit_tensor(const Visitor& visitor) {
    choose_axes();
    last_was_tensor = true;
    const std::size_t n = activations.size();
    for (std::size_t unit = 0; unit < n; ++unit) {
        depth[unit] = 0;
        for (std::size_t axis = 0; axis < axes.size(); ++axis)
            if (root.L(static_cast<Eigen::Index>(unit), root.directions[axis]) != 0.0) depth[unit] = axis + 1;
        const bool varies = depth[unit] == axes.size() && !axes.empty();
        if (depth[unit] == 0) {
            std::fill(broadcast[unit].u.begin(), broadcast[unit].u.end(), 0.0);
            evaluate(unit, broadcast[unit].u.size(), broadcast[unit]);
        }
        point_batch_at(unit, varies ? along_own_axis[unit] : broadcast[unit], !varies);
    }
    batch.weight = line_weights.data();
    if (axes.empty()) {
        std::fill(line_weights.begin(), line_weights.end(), 0.0);
        line_weights[0] = 1.0;
        batch.count = full_vector;
        visitor(batch);
        return;
    }
    partial[0].setZero(static_cast<Eigen::Index>(n));
    walk(0, 1.0, squared_radius(), visitor);
}

/// Goes along one axis with all outer coordinates fixed. Units that this axis completes are evaluated along
/// it in one call; on an outer axis each of their values is then held constant while the inner axes are
/// walked.
void GaussianNodes::walk(std::size_t axis, double weight, double squared_reach, const Visitor& visitor) {
    const Axis& line = axes[axis];
    std::size_t first = 0;
    std::size_t count = line.rule.nodes.size();
    if (line.step > 0.0) {
        const std::size_t middle = count / 2;
        const auto half = std::min(middle, static_cast<std::size_t>(std::sqrt(squared_reach) / line.step));
        first = middle - half;
        count = 2 * half + 1;
    }
    // u -> -u mirrors the outermost axis: its positive half stands for both.
    const bool folded = settings.even && axis == 0;
    const std::size_t below_zero = folded ? count / 2 : 0;
    const bool has_zero = count % 2 == 1;
    first += below_zero;
    count -= below_zero;
    const std::size_t length = whole_vectors(count);
    double* z = line_nodes[axis].data();
    std::copy_n(line.rule.nodes.data() + first, count, z);
    std::fill(z + count, z + length, 0.0);

    const Eigen::VectorXd& before = partial[axis];
    const std::size_t n = activations.size();
    const Eigen::Index direction = root.directions[axis];
    for (std::size_t unit = 0; unit < n; ++unit) {
        if (depth[unit] != axis + 1) continue;
        const double slope = root.L(static_cast<Eigen::Index>(unit), direction);
        const double start = before[static_cast<Eigen::Index>(unit)];
        double* u = along_own_axis[unit].u.data();
        for (std::size_t k = 0; k < length; ++k) u[k] = start + slope * z[k];
        evaluate(unit, length, along_own_axis[unit]);
    }

    const auto node_weight = [&](std::size_t k) {
        const double once = weight * line.rule.weights[first + k];
        return folded && !(has_zero && k == 0) ? 2.0 * once : once;
    };
    if (axis + 1 == axes.size()) {
        for (std::size_t k = 0; k < count; ++k) line_weights[k] = node_weight(k);
        std::fill_n(line_weights.data() + count, length - count, 0.0);
        batch.count = length;
        visitor(batch);
        return;
    }
    const std::size_t innermost = line_nodes.back().size();
    for (std::size_t k = 0; k < count; ++k) {
        partial[axis + 1].noalias() = before + z[k] * root.L.col(direction);
        for (std::size_t unit = 0; unit < n; ++unit) {
            if (depth[unit] != axis + 1) continue;
            std::fill_n(broadcast[unit].u.data(), innermost, along_own_axis[unit].u[k]);
            std::fill_n(broadcast[unit].g.data(), innermost, along_own_axis[unit].g[k]);
            if (unit < with_derivative)
                std::fill_n(broadcast[unit].dg.data(), innermost, along_own_axis[unit].dg[k]);
        }
        walk(axis + 1, node_weight(k), std::max(0.0, squared_reach - z[k] * z[k]), visitor);
    }
}

void GaussianNodes::visit_sobol(const Visitor& visitor) {
    const std::size_t n = activations.size();
    const std::size_t count = sobol_points_at_level_0 << settings.level;
    if (sobol_points.size() == 0) sobol_points = sobol_normals(count, n);
    last_was_tensor = false;
    line_weights.assign(std::max(line_weights.size(), sobol_batch), 1.0 / static_cast<double>(count));
    for (std::size_t unit = 0; unit < n; ++unit) {
        UnitArrays& arrays = along_own_axis[unit];
        if (arrays.u.size() < sobol_batch) {
            arrays.u.resize(sobol_batch);
            arrays.g.resize(sobol_batch);
            arrays.dg.resize(sobol_batch);
        }
        point_batch_at(unit, arrays, false);
    }
    batch.weight = line_weights.data();
    batch.count = sobol_batch;
    for (std::size_t start = 0; start < count; start += sobol_batch) {
        for (std::size_t unit = 0; unit < n; ++unit) {
            double* u = along_own_axis[unit].u.data();
            std::fill_n(u, sobol_batch, 0.0);
            for (const Eigen::Index direction : root.directions) {
                const double slope = root.L(static_cast<Eigen::Index>(unit), direction);
                if (slope == 0.0) continue;
                const double* z = sobol_points.col(direction).data() + start;
                for (std::size_t k = 0; k < sobol_batch; ++k) u[k] += slope * z[k];
            }
            evaluate(unit, sobol_batch, along_own_axis[unit]);
        }
        visitor(batch);
    }
}

}  // namespace hidyn::math
