// SPDX-License-Identifier: MIT
#include "models/teacher_student/placement.hpp"

#include <cmath>

#include "random/gaussian_lanes.hpp"

namespace hidyn::teacher_student {

using Eigen::Index;

std::size_t padded_length(std::uint64_t d) {
    return (static_cast<std::size_t>(d) + 15) / 16 * 16;
}

void place(const OrderParameters& start, std::uint64_t d, const random::StreamKey& key, std::size_t stride,
           std::span<double> weights) {
    const SquareRoot root = square_root(start, d);
    const Index teacher_frame = root.Theta.cols();
    const Index frame_size = teacher_frame + root.S.cols();
    const auto students = static_cast<std::size_t>(start.Q.rows());
    const auto teachers = static_cast<std::size_t>(start.T.rows());
    random::GaussianLanes gaussian(key);
    std::vector<double> frame(static_cast<std::size_t>(frame_size) * stride);
    gaussian.normals(frame);
    const auto row_of = [&](Index index) {
        return Eigen::Map<Eigen::VectorXd>(frame.data() + static_cast<std::size_t>(index) * stride,
                                           static_cast<Index>(d));
    };
    // Gram-Schmidt, twice for orthogonality to rounding.
    for (Index row = 0; row < frame_size; ++row) {
        for (int pass = 0; pass < 2; ++pass)
            for (Index before = 0; before < row; ++before)
                row_of(row) -= row_of(before).dot(row_of(row)) * row_of(before);
        row_of(row).normalize();
    }
    const double unit = 1.0 / std::sqrt(static_cast<double>(d));
    const auto add = [&](std::size_t vector, Index frame_row, double coordinate) {
        Eigen::Map<Eigen::VectorXd>(weights.data() + vector * stride, static_cast<Index>(d)) +=
            coordinate / unit * row_of(frame_row);
    };
    for (std::size_t k = 0; k < students; ++k) {
        for (Index m = 0; m < teacher_frame; ++m) add(k, m, root.P(static_cast<Index>(k), m));
        for (Index j = 0; j < root.S.cols(); ++j) add(k, teacher_frame + j, root.S(static_cast<Index>(k), j));
    }
    for (std::size_t m = 0; m < teachers; ++m)
        for (Index j = 0; j < teacher_frame; ++j) add(students + m, j, root.Theta(static_cast<Index>(m), j));
}

}  // namespace hidyn::teacher_student
