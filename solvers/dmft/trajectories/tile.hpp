// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "solvers/dmft/packed.hpp"
#include "solvers/dmft/process.hpp"
#include "solvers/dmft/trajectories/history.hpp"

/// Trajectories side by side: `tile_width` of them, every quantity a row of so many numbers.
namespace hidyn::dmft {

/// Forces are in double precision: their correlation must be a Gram matrix to well below the threshold of the
/// noise's pivots, or the noise made of it grows.
struct Tile {
    std::size_t begin = 0;        ///< index of the first trajectory
    std::vector<double> start;    ///< [student]: lambda^0
    std::vector<double> teacher;  ///< [teacher]: lambda*
    std::vector<double> label;
    std::vector<double> noise;  ///< [direction]: normals of the noise
    double* force = nullptr;    ///< [time][student]: g
};

/// The tiles of all trajectories, without forces yet: lambda* = T^{1/2} n_*, lambda^0 given lambda*, labels.
/// `normals` (N x (M + K + 1)) are those of teachers, of students and of the labels; N is a multiple of
/// `tile_width`.
[[nodiscard]] std::vector<Tile> make_tiles(const Process& process, const Eigen::MatrixXd& normals);

/// Times 0..m-1 of student l in [time][student] rows of K students; `ahead`, if not zero, leads to what is to
/// be fetched for the next tile.
template <class Number>
[[nodiscard]] History<Number> past(const Number* rows, std::size_t l, std::size_t K, std::size_t m,
                                   std::size_t ahead = 0) {
    const Number* first = rows + l * tile_width;
    return {.count = m, .rows = first, .stride = K * tile_width, .next = ahead > 0 ? first + ahead : nullptr};
}

inline void add_multiple(double factor, const double* row, double* into) {
#pragma omp simd
    for (std::size_t i = 0; i < tile_width; ++i) into[i] += factor * row[i];
}

/// A tile at one step, as its tangents see it.
struct TileNow {
    std::size_t index = 0;            ///< of the tile
    std::size_t time = 0;             ///< m
    std::size_t students = 0;         ///< K
    const double* driver = nullptr;   ///< z
    const double* hessian = nullptr;  ///< rows [packed(k, l)]: l''

    /// l'' times K rows.
    void bend(const double* vector, double* into) const {
        for (std::size_t k = 0; k < students; ++k) {
            double* out = into + k * tile_width;
            for (std::size_t i = 0; i < tile_width; ++i) out[i] = 0.0;
            for (std::size_t l = 0; l < students; ++l) {
                const double* h = hessian + (k > l ? packed(k, l) : packed(l, k)) * tile_width;
                const double* v = vector + l * tile_width;
#pragma omp simd
                for (std::size_t i = 0; i < tile_width; ++i) out[i] += h[i] * v[i];
            }
        }
    }
};

}  // namespace hidyn::dmft
