#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <vector>

#include "models/generalized_linear/method.hpp"
#include "models/generalized_linear/samples.hpp"

namespace hidyn::generalized_linear {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Everything that a method computes on a data set, for all iterations t = 0..steps; row t of each matrix.
/// Memory: 8 (steps + 1) (2 d + 3 n) bytes.
struct RecordedRun {
    RowMajor theta;                  ///< theta^t, d columns
    RowMajor field;                  ///< h^t = A^T u^t, d columns
    RowMajor preactivation;          ///< g^t = A theta^t, n columns
    RowMajor force;                  ///< u^t = -eta l'(g^t, y), n columns
    RowMajor slope;                  ///< -eta l''(g^t, y), n columns
    RowMajor kept;                   ///< G'(v^t), t >= 1, d columns; empty if G is the identity
    std::vector<double> train_loss;  ///< (1/n) sum_i l(g_i^t, y_i)
    std::size_t finished = 0;        ///< iterations t = 0..finished - 1 are known

    /// Products of two iterates and of two forces, both over d.
    [[nodiscard]] double overlap(std::size_t t, std::size_t s) const;
    [[nodiscard]] double force_overlap(std::size_t t, std::size_t s) const;
};

/// Runs the method from `start` (d entries, padded), one pass over the matrix per iteration. `proceed(t)` is
/// asked after each; false ends the run. The run also ends where an iterate is no longer finite or |theta|^2
/// exceeds `largest` d: that iterate is not counted.
[[nodiscard]] RecordedRun run_method(const Method& method, const teacher_student::SampleLoss& loss,
                                     const Samples& samples, const AlignedVector& start, double largest,
                                     const std::function<bool(std::size_t)>& proceed);

}  // namespace hidyn::generalized_linear
