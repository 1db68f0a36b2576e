// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/weights.hpp"

#include <algorithm>
#include <cmath>

#include "models/teacher_student/placement.hpp"

namespace hidyn::multi_index {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Rows = Eigen::Map<const RowMajor>;

// The difference is linear in the field up to a relative error of this order, and exact to 12 digits.
constexpr double epsilon = 1e-4;

/// The first coordinate of a uniformly random unit vector in d dimensions.
double random_cosine(std::uint64_t d, random::StreamKey key) {
    key.purpose = random::Purpose::start;
    random::Stream stream(key);
    const double along = stream.normal();
    return along / std::hypot(along, stream.chi(static_cast<double>(d) - 1.0));
}

}  // namespace

Weights::Weights(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key)
    : d_(d),
      stride_(teacher_student::padded_length(d)),
      students_(problem.students()),
      teacher_count_(problem.teachers()),
      field_key_(key) {
    field_key_.purpose = random::Purpose::field;
    random::StreamKey frame = key;
    frame.purpose = random::Purpose::frame;
    OrderParameters start = problem.initial;
    if (problem.random_direction) start.R = (start.Q * start.T).cwiseSqrt() * random_cosine(d, key);
    std::vector<double> placed((students_ + teacher_count_) * stride_, 0.0);
    teacher_student::place(start, d, frame, stride_, placed);
    const auto border = placed.begin() + static_cast<std::ptrdiff_t>(students_ * stride_);
    rows_.assign(placed.begin(), border);
    teachers_.assign(border, placed.end());
}

void Weights::restart(const Eigen::VectorXd& row) {
    std::copy(row.begin(), row.end(), rows_.begin());
}

void Weights::perturb() {
    field_key_.lane = static_cast<std::uint32_t>(copies_);
    random::Stream stream(field_key_);
    const std::size_t block = students_ * stride_;
    for (std::size_t k = 0; k < students_; ++k)
        for (std::size_t j = 0; j < stride_; ++j)
            signs_.push_back(j >= d_ ? 0.0 : (stream.bits() & 1U) != 0 ? 1.0 : -1.0);
    const double* signs = signs_.data() + (copies_ - 1) * block;
    rows_.resize((copies_ + 1) * block);
    for (std::size_t i = 0; i < block; ++i) rows_[copies_ * block + i] = rows_[i] + epsilon * signs[i];
    ++copies_;
}

MatrixXd Weights::Q() const {
    const Rows W(rows_.data(), static_cast<Index>(students_), static_cast<Index>(stride_));
    return W * W.transpose() / static_cast<double>(d_);
}

MatrixXd Weights::R() const {
    const Rows W(rows_.data(), static_cast<Index>(students_), static_cast<Index>(stride_));
    const Rows teacher(teachers_.data(), static_cast<Index>(teacher_count_), static_cast<Index>(stride_));
    return W * teacher.transpose() / static_cast<double>(d_);
}

MatrixXd Weights::response(std::size_t copy) const {
    const std::size_t block = students_ * stride_;
    const Rows W(rows_.data(), static_cast<Index>(students_), static_cast<Index>(stride_));
    const Rows moved(rows_.data() + copy * block, W.rows(), W.cols());
    const Rows signs(signs_.data() + (copy - 1) * block, W.rows(), W.cols());
    return (moved - W) * signs.transpose() / (epsilon * static_cast<double>(d_));
}

double Weights::largest_norm() const {
    const Rows W(rows_.data(), static_cast<Index>(rows()), static_cast<Index>(stride_));
    return W.rowwise().squaredNorm().maxCoeff<Eigen::PropagateNaN>() / static_cast<double>(d_);
}

}  // namespace hidyn::multi_index
