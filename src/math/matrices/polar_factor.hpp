// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// The polar factor U V^T of a matrix with thin singular value decomposition U S V^T: every singular value
/// becomes 1, and those that are zero stay so. Muon's step is an approximation of it.
namespace hidyn::math {

/// By the eigenvectors of the smaller Gram matrix where the singular values span less than three decades
/// (relative error 1e-16 times their squared ratio), else by a singular value decomposition after a QR
/// decomposition. Singular values below 1e-13 of the largest count as zero; of a zero matrix the factor is
/// zero. K x n with K <= n costs 4 K^2 n multiply-adds beside K^3.
[[nodiscard]] Eigen::MatrixXd polar_factor(const Eigen::MatrixXd& G);

/// The same with every singular value s turned into s / sqrt(s^2 + epsilon), epsilon > 0: smooth in G.
[[nodiscard]] Eigen::MatrixXd smooth_polar_factor(const Eigen::MatrixXd& G, double epsilon);

/// Newton and Schulz's iteration X <- 3/2 X - 1/2 X X^T X from G / |G|_F. A singular value grows by 3/2 a
/// step until it is of order 1, then converges quadratically: about 30 steps for four decades.
[[nodiscard]] Eigen::MatrixXd newton_schulz(const Eigen::MatrixXd& G, int steps);

/// Muon's quintic X <- a X + b (X X^T) X + c (X X^T)^2 X, (a, b, c) = (3.4445, -4.7750, 2.0315). It does not
/// converge to the polar factor: singular values end between 0.68 and 1.13, small ones later than in the
/// usual five steps. Source: Jordan et al., Muon (2024).
[[nodiscard]] Eigen::MatrixXd muon_iteration(const Eigen::MatrixXd& G, int steps);

}  // namespace hidyn::math
