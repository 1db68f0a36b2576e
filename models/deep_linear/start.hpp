// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace hidyn::deep_linear {

enum class StartKind { aligned, unbalanced, lambda_balanced, random };

/// How the weights begin.
struct Start {
    StartKind kind = StartKind::aligned;
    /// aligned: s_alpha(0), every layer with singular values s^{1/L} along the teacher's modes.
    std::vector<double> strengths = {};
    /// unbalanced, two layers: the modes' singular values in the first and in the second. lambda-balanced:
    /// those of the first layer, one per hidden unit or one for all.
    std::vector<double> first = {}, second = {};
    double imbalance = 0.0;  ///< lambda-balanced: W_2^T W_2 - W_1 W_1^T = lambda I
    /// random: standard deviation of an entry of an n_l x n_{l-1} matrix is scale / sqrt(n_{l-1}).
    double scale = 0.0;
    std::uint64_t seed = 0;
    std::uint64_t size = 0;    ///< random and lambda-balanced: the d at which they are drawn
    std::size_t replicas = 0;  ///< random and lambda-balanced: how many draws

    /// Drawn anew for each replica; else all begin alike.
    [[nodiscard]] bool drawn() const {
        return kind == StartKind::random || kind == StartKind::lambda_balanced;
    }
};

/// The weights W_1, .., W_L of this replica, of widths n_0, .., n_L, in the teacher's bases; a theory that
/// starts from drawn ones draws the same.
[[nodiscard]] std::vector<Eigen::MatrixXd> draw_weights(const Start& start,
                                                        const std::vector<Eigen::Index>& n, std::size_t modes,
                                                        std::uint32_t replica);

}  // namespace hidyn::deep_linear
