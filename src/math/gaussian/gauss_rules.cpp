// SPDX-License-Identifier: MIT
#include "math/gaussian/gauss_rules.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

namespace hidyn::math {

namespace {

/// Golub & Welsch (1969): nodes are the eigenvalues of the Jacobi matrix of a symmetric weight, weights the
/// squared first components of its eigenvectors.
template <class OffDiagonal>
QuadratureRule golub_welsch(std::size_t count, OffDiagonal off_diagonal) {
    const auto size = static_cast<Eigen::Index>(count);
    const Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(size);
    Eigen::VectorXd beside(size > 0 ? size - 1 : 0);
    for (Eigen::Index k = 0; k + 1 < size; ++k) beside[k] = off_diagonal(static_cast<double>(k + 1));
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal, beside, Eigen::ComputeEigenvectors);
    QuadratureRule rule;
    for (Eigen::Index k = 0; k < size; ++k) {
        rule.nodes.push_back(solver.eigenvalues()[k]);
        rule.weights.push_back(std::pow(solver.eigenvectors()(0, k), 2));
    }
    // The weight is even: so are the nodes, to the last bit.
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t mirror = count - 1 - k;
        if (k > mirror) break;
        const double node = 0.5 * (rule.nodes[mirror] - rule.nodes[k]);
        const double weight = 0.5 * (rule.weights[mirror] + rule.weights[k]);
        rule.nodes[mirror] = node;
        rule.nodes[k] = k == mirror ? 0.0 : -node;
        rule.weights[mirror] = rule.weights[k] = weight;
    }
    return rule;
}

}  // namespace

QuadratureRule gauss_hermite(std::size_t count) {
    return golub_welsch(count, [](double k) { return std::sqrt(k); });
}

QuadratureRule gauss_legendre(std::size_t count) {
    QuadratureRule rule = golub_welsch(count, [](double k) { return k / std::sqrt(4.0 * k * k - 1.0); });
    for (double& node : rule.nodes) node = 0.5 * (1.0 + node);
    return rule;
}

}  // namespace hidyn::math
