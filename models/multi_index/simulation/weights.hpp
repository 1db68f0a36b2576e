// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "models/multi_index/multi_index.hpp"
#include "random/stream.hpp"

namespace hidyn::multi_index {

/// The weights of one replica: K student rows, M teacher rows, and K more rows for every perturbed copy of
/// the student by which linear responses are measured. Rows are padded with zeros.
///
/// Response to a field h_l at time s: the copy is W + epsilon sigma there, sigma random signs, and learns on
/// from the same samples; (1/d) sum_j dW_kj(t)/dh_lj(s) = (1/(epsilon d)) E sum_j (W'_kj(t) - W_kj(t))
/// sigma_lj.
class Weights {
  public:
    /// Placed exactly at the problem's start; a random direction is drawn here.
    Weights(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key);

    [[nodiscard]] std::size_t stride() const { return stride_; }
    [[nodiscard]] std::size_t students() const { return students_; }
    /// The run itself, and the perturbed copies so far.
    [[nodiscard]] std::size_t copies() const { return copies_; }
    [[nodiscard]] std::size_t rows() const { return copies_ * students_; }
    [[nodiscard]] std::size_t size() const { return rows() * stride_; }
    [[nodiscard]] double* data() { return rows_.data(); }
    [[nodiscard]] const double* data() const { return rows_.data(); }
    [[nodiscard]] const double* teachers() const { return teachers_.data(); }

    /// The student's only row from now on.
    void restart(const Eigen::VectorXd& row);
    /// Adds a copy that differs from the run by a small field from now on.
    void perturb();

    [[nodiscard]] Eigen::MatrixXd Q() const;
    [[nodiscard]] Eigen::MatrixXd R() const;
    /// The response measured by a perturbed copy (1 <= copy < copies).
    [[nodiscard]] Eigen::MatrixXd response(std::size_t copy) const;
    /// The largest |w_k|^2 / d of all copies; NaN or infinite if a weight is.
    [[nodiscard]] double largest_norm() const;

    void archive(Archive& archive) { archive(copies_, rows_, signs_); }

  private:
    std::size_t d_;
    std::size_t stride_;
    std::size_t students_;
    std::size_t teacher_count_;
    std::size_t copies_ = 1;
    random::StreamKey field_key_;
    AlignedVector rows_;
    AlignedVector teachers_;
    std::vector<double> signs_;  ///< K rows for each perturbed copy
};

}  // namespace hidyn::multi_index
