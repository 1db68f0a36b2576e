// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <vector>

#include "models/generalized_linear/method.hpp"
#include "models/generalized_linear/simulation/samples.hpp"

namespace hidyn::generalized_linear {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Everything that a method computes on a data set, for all iterations t = 0..steps; row t of each matrix.
/// Memory: 8 (steps + 1) (2 d + 3 n) bytes.
struct RecordedRun {
    RowMajor theta;                  ///< theta^t, d columns
    RowMajor field;                  ///< h^t = A^T u^t, d columns
    RowMajor preactivation;          ///< g^t = A theta^t, n columns
    RowMajor force;                  ///< u^t = f_t(x^t, y), n columns
    RowMajor slope;                  ///< its derivative in x, n columns
    RowMajor kept;                   ///< G'(v^t), t >= 1, d columns; empty if G is the identity
    std::vector<double> held_out;    ///< per sample, factor of g^0 that makes it x^0; empty: 1
    std::vector<double> train_loss;  ///< (1/n) sum_i l(g_i^t, y_i)
    std::size_t finished = 0;        ///< iterations t = 0..finished - 1 are known

    /// Products of two iterates and of two forces, both over d.
    [[nodiscard]] double overlap(std::size_t t, std::size_t s) const;
    [[nodiscard]] double force_overlap(std::size_t t, std::size_t s) const;
};

/// theta^0 (d entries, padded). One that was made of the data brings, per sample, the factor that turns g^0
/// into the preactivation of a sample that it has not seen; else this is empty.
struct Start {
    const AlignedVector& theta;
    std::vector<double> held_out = {};
};

/// Runs the method, one pass over the matrix per iteration. `proceed(t)` is
/// asked after each; false ends the run. The run also ends where an iterate is no longer finite or |theta|^2
/// exceeds `largest` d: that iterate is not counted.
[[nodiscard]] RecordedRun run_method(const Method& method, const teacher_student::SampleLoss& loss,
                                     const Samples& samples, const Start& start, double largest,
                                     const std::function<bool(std::size_t)>& proceed);

}  // namespace hidyn::generalized_linear
