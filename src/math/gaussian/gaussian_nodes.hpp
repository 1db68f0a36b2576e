// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "math/activation.hpp"
#include "math/gaussian/gauss_rules.hpp"
#include "math/matrices/triangular_root.hpp"

namespace hidyn::math {

struct QuadratureOptions {
    double tolerance = 1e-8;       ///< sets step and reach of the trapezoidal rule
    std::size_t level = 0;         ///< each level takes 0.8 of the step, or twice the points
    std::size_t moment_order = 2;  ///< at most this many factors g'(u) E in a product: exact for polynomials
    bool even = false;  ///< the caller only averages functions with f(-u) = f(u): half the nodes do
    std::size_t most_nodes = 20000000;  ///< a tensor rule that would need more takes larger steps
};

/// Some nodes of a quadrature over u ~ N(0, Omega): E f(u) = sum over batches, over k < count, of
/// weight[k] f(u[.][k]). `count` is a multiple of 8; padding nodes have weight 0 and finite values.
struct NodeBatch {
    std::size_t count = 0;
    const double* weight = nullptr;
    std::vector<const double*> u;   ///< one array per unit
    std::vector<const double*> g;   ///< the activation of each unit
    std::vector<const double*> dg;  ///< its derivative, for the first units only
    std::vector<char> constant;     ///< per unit: the same value at all nodes of this batch
};

/// Whether all are odd or all are even functions, judged at a few points. If so, the products that theories
/// of the square loss average (g g, g g' u, g g' g g', ...) are even in u.
[[nodiscard]] bool have_common_parity(std::span<const Activation> units);

/// Quadrature for expectations of functions of u ~ N(0, Omega) that involve the units' activations; Omega is
/// positive semi-definite and may be singular. Three rules, by numerical rank r of Omega:
///
///  - r <= 4: a tensor rule in the coordinates z of a triangular root, u = L z. For analytic activations this
///  is
///    the trapezoidal rule inside the ball |z|^2 <= 2 log(1/tolerance), whose error falls like
///    exp(-2 pi d / step), d the distance to the nearest pole; it needs far fewer nodes than Gauss-Hermite.
///  - r <= 4 and polynomials only: Gauss-Hermite with as many nodes as exactness takes.
///  - r > 4, or r > 2 with kinks: 2^14 points (2x per level) of a shifted Sobol sequence; error about 1e-4.
///
/// Batches come in a fixed order. One object belongs to one thread: it holds workspace.
class GaussianNodes {
  public:
    using Visitor = std::function<void(const NodeBatch&)>;

    /// `units` gives each unit's activation; derivatives are evaluated for the first `derivatives` units.
    GaussianNodes(std::vector<Activation> units, std::size_t derivatives, QuadratureOptions options);

    void visit(const Eigen::MatrixXd& Omega, const Visitor& visitor);
    /// The rule used by the last visit, in words.
    [[nodiscard]] std::string rule() const;

  private:
    struct Axis {
        QuadratureRule rule;
        double step = 0.0;  ///< of the trapezoidal rule, whose nodes are multiples of it; 0 for Gauss-Hermite
    };
    struct UnitArrays {
        std::vector<double> u, g, dg;
    };

    void visit_tensor(const Visitor& visitor);
    void visit_sobol(const Visitor& visitor);
    void choose_axes();
    void walk(std::size_t axis, double weight, double squared_reach, const Visitor& visitor);
    void evaluate(std::size_t unit, std::size_t count, UnitArrays& into);
    void point_batch_at(std::size_t unit, const UnitArrays& arrays, bool constant);
    [[nodiscard]] double step(double slope) const;
    [[nodiscard]] double squared_radius() const;

    std::vector<Activation> activations;
    std::size_t with_derivative;
    QuadratureOptions settings;
    bool smooth = true;
    bool polynomial = true;
    QuadratureRule hermite;

    TriangularRoot root;
    std::vector<Axis> axes;
    std::vector<std::size_t> depth;  ///< 1 + the last axis a unit depends on; 0 for a unit that is always 0
    std::vector<Eigen::VectorXd> partial;    ///< per axis: u summed over the axes before it
    std::vector<UnitArrays> along_own_axis;  ///< per unit: its values along the axis that completes it
    std::vector<UnitArrays> broadcast;  ///< per unit: one of these values, repeated along the innermost line
    std::vector<std::vector<double>> line_nodes;  ///< per axis
    std::vector<double> line_weights;
    Eigen::MatrixXd sobol_points;
    NodeBatch batch;
    bool last_was_tensor = true;
};

}  // namespace hidyn::math
