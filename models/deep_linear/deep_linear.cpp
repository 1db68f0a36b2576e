#include "models/deep_linear/deep_linear.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "random/stream.hpp"

namespace hidyn::deep_linear {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd normal_matrix(random::Stream& stream, Index rows, Index columns) {
    MatrixXd made(rows, columns);
    for (double& entry : made.reshaped()) entry = stream.normal();
    return made;
}

/// Orthonormal columns, uniformly distributed.
MatrixXd frame(random::Stream& stream, Index rows, Index columns) {
    const Eigen::HouseholderQR<MatrixXd> qr(normal_matrix(stream, rows, columns));
    MatrixXd made = qr.householderQ() * MatrixXd::Identity(rows, columns);
    for (Index k = 0; k < columns; ++k)
        if (qr.matrixQR()(k, k) < 0.0) made.col(k) *= -1.0;
    return made;
}

}  // namespace

std::vector<Index> DeepLinear::widths(std::uint64_t d) const {
    const auto size = [&](double ratio) {
        return static_cast<Index>(std::max(1.0, std::round(ratio * static_cast<double>(d))));
    };
    std::vector<Index> all(depth + 1, size(hidden_ratio));
    all.front() = static_cast<Index>(d);
    all.back() = size(output_ratio);
    return all;
}

std::vector<MatrixXd> DeepLinear::weights(std::uint64_t d, std::uint32_t replica) const {
    random::Stream stream({.seed = initial.seed, .replica = replica, .purpose = random::Purpose::start});
    const std::vector<Index> n = widths(d);
    std::vector<MatrixXd> made;
    if (initial.kind == StartKind::random) {
        for (std::size_t l = 1; l <= depth; ++l)
            made.push_back(initial.scale / std::sqrt(static_cast<double>(n[l - 1])) *
                           normal_matrix(stream, n[l], n[l - 1]));
        return made;
    }
    const auto K = static_cast<Index>(modes());
    MatrixXd right = MatrixXd::Identity(n[0], K);
    for (std::size_t l = 1; l <= depth; ++l) {
        const MatrixXd left = l == depth ? MatrixXd::Identity(n[l], K) : frame(stream, n[l], K);
        Eigen::VectorXd values(K);
        for (Index k = 0; k < K; ++k) {
            const auto mode = static_cast<std::size_t>(k);
            values[k] = initial.kind == StartKind::aligned
                            ? std::pow(initial.strengths[mode], 1.0 / static_cast<double>(depth))
                            : (l == 1 ? initial.first[mode] : initial.second[mode]);
        }
        made.emplace_back(left * values.asDiagonal() * right.transpose());
        right = left;
    }
    return made;
}

std::vector<Observable> DeepLinear::observables() const {
    std::vector<Observable> declared{
        {.name = "generalization_error",
         .long_name = "generalization error",
         .symbol = "\\epsilon_g",
         .normalization = "|W - M|_F^2 / 2",
         .derived = true},
        {.name = "mode_strength",
         .long_name = "mode strengths",
         .symbol = "s",
         .normalization = "u_alpha^T W v_alpha along the teacher's singular vectors",
         .dimensions = {{"mode", modes()}}},
        {.name = "off_diagonal",
         .long_name = "coupling between modes",
         .symbol = "|W|_{\\mathrm{off}}",
         .normalization = "Frobenius norm of W in the teacher's bases, without the modes themselves"}};
    if (depth > 1)
        declared.push_back({.name = "imbalance",
                            .long_name = "imbalance of layers",
                            .symbol = "|W_{l+1}^T W_{l+1} - W_l W_l^T|_F",
                            .normalization = "Frobenius norm for each pair of neighbouring layers",
                            .dimensions = {{"pair", depth - 1}}});
    return declared;
}

std::vector<Problem::StartArray> DeepLinear::start() const {
    return {{{.name = "teacher_strengths",
              .long_name = "singular values of the teacher",
              .symbol = "m",
              .normalization = "of M",
              .dimensions = {{"mode", modes()}}},
             strengths}};
}

}  // namespace hidyn::deep_linear
