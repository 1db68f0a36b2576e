// SPDX-License-Identifier: MIT
#include "models/quadratic_network/simulation/learner.hpp"

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/teacher_student/placement.hpp"

namespace hidyn::quadratic_network {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using teacher_student::most_block_rows;

random::StreamKey with_purpose(random::StreamKey key, random::Purpose purpose) {
    key.purpose = purpose;
    return key;
}

std::size_t samples_of(const Algorithm& algorithm, std::uint64_t d) {
    if (algorithm.rule == Rule::online_sgd) return 1;
    if (algorithm.source == Source::population) return 0;
    return counted(algorithm.ratio, d);
}

}  // namespace

Learner::Learner(const QuadraticNetwork& problem, std::uint64_t d, const Factors& start,
                 const random::StreamKey& key)
    : inputs_(with_purpose(key, random::Purpose::data)),
      problem_(problem),
      covariance_(problem.inputs.at(d, problem.teachers())),
      Theta_(problem.Theta(d)),
      deviation_(covariance_.diagonal().cwiseSqrt()),
      K_(static_cast<Index>(problem.students)),
      d_(static_cast<Index>(d)),
      stride_(static_cast<Index>(teacher_student::padded_length(d))),
      weights_(static_cast<std::size_t>(K_ * stride_)),
      teachers_(static_cast<std::size_t>(Theta_.rows() * stride_)),
      samples_(samples_of(problem.algorithm, d)),
      noise_(with_purpose(key, random::Purpose::label_noise)),
      pass_(static_cast<std::size_t>(stride_), problem.students),
      sum_(static_cast<std::size_t>(K_ * stride_)),
      gradient_(K_, d_) {
    const double root = std::sqrt(static_cast<double>(d));
    Weights W = weights();
    W.leftCols(start.A.cols()) = root * start.A;
    Index place = start.A.cols();
    for (std::size_t j = 0; j < start.L.size(); ++j) {
        W.middleCols(place, start.L[j].cols()) = root * start.L[j];
        place += static_cast<Index>(covariance_.bulk[j].dimensions);
    }
    Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>(teachers_.data(), Theta_.rows(), Theta_.cols(),
                                                  Eigen::OuterStride<>(stride_)) = root * Theta_;
    rows_.resize(samples_ * static_cast<std::size_t>(stride_));
    labels_.resize(samples_);
    if (problem.algorithm.source == Source::data_set) draw(samples_);
}

void Learner::draw(std::size_t count) {
    const double unit = 1.0 / static_cast<double>(d_);
    const double spread = std::sqrt(problem_.label_noise);
    const auto stride = static_cast<std::size_t>(stride_);
    for (std::size_t i = 0; i < count; ++i) {
        double* row = rows_.data() + i * stride;
        inputs_.normals({row, stride});
        Eigen::Map<VectorXd> x(row, d_);
        x.array() *= deviation_.array();
        std::fill(row + d_, row + stride_, 0.0);
        double label = spread > 0.0 ? spread * noise_.normal() : 0.0;
        const Index p = Theta_.cols();
        for (Index r = 0; r < Theta_.rows(); ++r) {
            const double field = Eigen::Map<const VectorXd>(teachers_.data() + r * stride_, p).dot(x.head(p));
            label += unit * field * field;
        }
        labels_[i] = label;
    }
}

void Learner::population_gradient() {
    const double root = std::sqrt(static_cast<double>(d_));
    const Index p = Theta_.cols();
    const Moments moments(Gamma(), A(), Theta_, covariance_.probes);
    gradient_.noalias() = moments.H * (weights() / root);
    gradient_.leftCols(p) -= 2.0 * moments.R * Theta_;
    gradient_ *= deviation_.array().square().matrix().asDiagonal();
}

void Learner::sample_gradient() {
    if (problem_.algorithm.source != Source::data_set) draw(samples_);
    const double unit = 1.0 / std::sqrt(static_cast<double>(d_));
    const auto K = static_cast<std::size_t>(K_);
    std::ranges::fill(sum_, 0.0);
    pass_.accumulate(
        samples_, [&](std::size_t i) { return rows_.data() + i * static_cast<std::size_t>(stride_); },
        weights_.data(), K, sum_.data(),
        [&](std::size_t first, std::size_t width, const double* field, double* c) {
            for (std::size_t r = 0; r < width; ++r) {
                double f = 0.0;
                for (std::size_t k = 0; k < K; ++k) {
                    const double lambda = unit * field[k * most_block_rows + r];
                    f += lambda * lambda;
                }
                const double rest = unit * (f - labels_[first + r]);
                for (std::size_t k = 0; k < K; ++k)
                    c[k * most_block_rows + r] = rest * field[k * most_block_rows + r];
            }
        });
    gradient_ =
        ConstWeights(sum_.data(), K_, d_, Eigen::OuterStride<>(stride_)) / static_cast<double>(samples_);
}

const MatrixXd& Learner::gradient() {
    if (samples_ == 0)
        population_gradient();
    else
        sample_gradient();
    return gradient_;
}

void Learner::step() {
    const Algorithm& algorithm = problem_.algorithm;
    const double root = std::sqrt(static_cast<double>(d_));
    // One sample's gradient enters d times weaker: d steps are a unit of time.
    const double rate =
        algorithm.rule == Rule::online_sgd ? algorithm.learning_rate / root : algorithm.learning_rate * root;
    weights() -= rate * algorithm.direction(gradient());
}

std::vector<double> Learner::packed() const {
    std::vector<double> all(static_cast<std::size_t>(K_ * d_));
    Eigen::Map<RowMajor>(all.data(), K_, d_) = weights() / std::sqrt(static_cast<double>(d_));
    return all;
}

void Learner::unpack(const std::vector<double>& packed) {
    weights() = std::sqrt(static_cast<double>(d_)) * Eigen::Map<const RowMajor>(packed.data(), K_, d_);
}

MatrixXd Learner::A() const {
    return weights().leftCols(Theta_.cols()) / std::sqrt(static_cast<double>(d_));
}

MatrixXd Learner::Q() const {
    return weights() * weights().transpose() / static_cast<double>(d_);
}

MatrixXd Learner::Gamma() const {
    const RowMajor scaled = weights() * deviation_.asDiagonal();
    return scaled * scaled.transpose() / static_cast<double>(d_);
}

double Learner::train_loss() {
    const double unit = 1.0 / static_cast<double>(d_);
    const auto K = static_cast<std::size_t>(K_);
    double sum = 0.0;
    pass_.project(
        samples_, [&](std::size_t i) { return rows_.data() + i * static_cast<std::size_t>(stride_); },
        weights_.data(), K,
        [&](std::size_t first, std::size_t width, const double* field) {
            for (std::size_t r = 0; r < width; ++r) {
                double f = 0.0;
                for (std::size_t k = 0; k < K; ++k)
                    f += unit * field[k * most_block_rows + r] * field[k * most_block_rows + r];
                const double rest = f - labels_[first + r];
                sum += 0.25 * rest * rest;
            }
        });
    return sum / static_cast<double>(samples_);
}

double Learner::bytes(const QuadraticNetwork& problem, std::uint64_t d) {
    const auto size = static_cast<double>(d);
    return 8.0 * size *
           (static_cast<double>(samples_of(problem.algorithm, d)) +
            4.0 * static_cast<double>(problem.students));
}

}  // namespace hidyn::quadratic_network
