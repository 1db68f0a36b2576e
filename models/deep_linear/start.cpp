// SPDX-License-Identifier: MIT
#include "models/deep_linear/start.hpp"

#include <cmath>

#include "math/matrices/orthogonal.hpp"
#include "random/stream.hpp"

namespace hidyn::deep_linear {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd normal_matrix(random::Stream& stream, Index rows, Index columns) {
    MatrixXd made(rows, columns);
    for (double& entry : made.reshaped()) entry = stream.normal();
    return made;
}

/// Orthonormal columns, uniformly distributed.
MatrixXd frame(random::Stream& stream, Index rows, Index columns) {
    const math::OrthogonalTriangular qr(normal_matrix(stream, rows, columns));
    MatrixXd made = qr.frame(columns);
    const VectorXd diagonal = qr.diagonal();
    for (Index k = 0; k < columns; ++k)
        if (diagonal[k] < 0.0) made.col(k) *= -1.0;
    return made;
}

std::vector<MatrixXd> random_weights(const Start& start, const std::vector<Index>& n,
                                     random::Stream& stream) {
    std::vector<MatrixXd> made;
    made.reserve(n.size() - 1);
    for (std::size_t l = 1; l < n.size(); ++l)
        made.emplace_back(start.scale / std::sqrt(static_cast<double>(n[l - 1])) *
                          normal_matrix(stream, n[l], n[l - 1]));
    return made;
}

/// W_1 = R diag(sigma) V^T and W_2 = U diag(sqrt(sigma^2 + lambda)) R^T, R of all hidden units; directions
/// beyond the inputs' or the outputs' have nothing to hold on to, and their singular value is 0.
std::vector<MatrixXd> lambda_balanced_weights(const Start& start, const std::vector<Index>& n,
                                              random::Stream& stream) {
    const Index hidden = n[1];
    const auto padded_frame = [&](Index rows) {
        MatrixXd made = MatrixXd::Zero(rows, hidden);
        const Index columns = std::min(rows, hidden);
        made.leftCols(columns) = frame(stream, rows, columns);
        return made;
    };
    VectorXd first(hidden);
    for (Index k = 0; k < hidden; ++k)
        first[k] = start.first.size() == 1 ? start.first.front() : start.first[static_cast<std::size_t>(k)];
    if (n[0] < hidden) first.tail(hidden - n[0]).setZero();
    const MatrixXd R = frame(stream, hidden, hidden);
    const MatrixXd V = padded_frame(n[0]);
    const MatrixXd U = padded_frame(n[2]);
    const VectorXd second = (first.array().square() + start.imbalance).max(0.0).sqrt();
    return {R * first.asDiagonal() * V.transpose(), U * second.asDiagonal() * R.transpose()};
}

}  // namespace

std::vector<MatrixXd> draw_weights(const Start& start, const std::vector<Index>& n, std::size_t modes,
                                   std::uint32_t replica) {
    random::Stream stream({.seed = start.seed, .replica = replica, .purpose = random::Purpose::start});
    if (start.kind == StartKind::random) return random_weights(start, n, stream);
    if (start.kind == StartKind::lambda_balanced) return lambda_balanced_weights(start, n, stream);

    const std::size_t depth = n.size() - 1;
    const auto K = static_cast<Index>(modes);
    std::vector<MatrixXd> made;
    made.reserve(depth);
    MatrixXd right = MatrixXd::Identity(n[0], K);
    for (std::size_t l = 1; l <= depth; ++l) {
        const MatrixXd left = l == depth ? MatrixXd::Identity(n[l], K) : frame(stream, n[l], K);
        VectorXd values(K);
        for (Index k = 0; k < K; ++k) {
            const auto mode = static_cast<std::size_t>(k);
            values[k] = start.kind == StartKind::aligned
                            ? std::pow(start.strengths[mode], 1.0 / static_cast<double>(depth))
                            : (l == 1 ? start.first[mode] : start.second[mode]);
        }
        made.emplace_back(left * values.asDiagonal() * right.transpose());
        right = left;
    }
    return made;
}

}  // namespace hidyn::deep_linear
