// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/tile.hpp"

#include <Eigen/Cholesky>

#include "math/matrices/linear_systems.hpp"

namespace hidyn::dmft {

using Eigen::Index;
using Eigen::MatrixXd;

namespace {

/// A factor of a covariance that may be singular.
MatrixXd root_of(const MatrixXd& covariance) {
    const Eigen::LDLT<MatrixXd> own(covariance);
    return own.transpositionsP().transpose() *
           (MatrixXd(own.matrixL()) * own.vectorD().cwiseMax(0.0).cwiseSqrt().asDiagonal().toDenseMatrix());
}

}  // namespace

std::vector<Tile> make_tiles(const Process& process, const MatrixXd& normals) {
    const auto k = static_cast<Index>(process.students);
    const auto m = static_cast<Index>(process.teachers);
    const MatrixXd teacher_root = math::cholesky_factor(process.T);
    const MatrixXd along =
        teacher_root.triangularView<Eigen::Lower>().solve(process.R.transpose()).transpose();
    // The students may lie in the teachers' span: their own part is then zero.
    const MatrixXd own_root = root_of(process.Q - along * along.transpose());
    const MatrixXd teacher = normals.leftCols(m) * teacher_root.transpose();
    const MatrixXd student =
        normals.leftCols(m) * along.transpose() + normals.middleCols(m, k) * own_root.transpose();
    std::vector<Tile> tiles;
    for (std::size_t begin = 0; begin < static_cast<std::size_t>(normals.rows()); begin += tile_width) {
        Tile& tile = tiles.emplace_back();
        tile.begin = begin;
        const auto copy = [&](const MatrixXd& from, std::vector<double>& into) {
            for (Index column = 0; column < from.cols(); ++column)
                into.insert(into.end(), from.col(column).data() + begin,
                            from.col(column).data() + begin + tile_width);
        };
        copy(student, tile.start);
        copy(teacher, tile.teacher);
        tile.label.resize(tile_width);
        process.label(tile.teacher.data(), tile_width, normals.col(m + k).data() + begin, tile_width,
                      tile.label.data());
    }
    return tiles;
}

}  // namespace hidyn::dmft
