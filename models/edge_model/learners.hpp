// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/edge_model/batch_sharpness.hpp"
#include "random/normal_matrix.hpp"
#include "random/stream.hpp"

/// Two ways to step the edge model.
namespace hidyn::edge_model {

[[nodiscard]] inline Weights start_of(const EdgeModel& problem, std::uint64_t d) {
    Weights start{.w = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(d)),
                  .a = std::sqrt(problem.curvature)};
    start.w[0] = 1.0 / start.a;
    return start;
}

/// Real vectors and real samples.
class Direct {
  public:
    Direct(const EdgeModel& problem, std::uint64_t d, const random::StreamKey& key)
        : problem_(problem),
          at_(start_of(problem, d)),
          velocity_{.w = Eigen::VectorXd::Zero(at_.w.size()), .a = 0.0},
          lanes_(key),
          inputs_(static_cast<Eigen::Index>(problem.batch_size), at_.w.size()),
          s_(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(problem.batch_size))),
          pull_(Eigen::VectorXd::Zero(at_.w.size())) {}

    void step() {
        velocity_.w *= problem_.momentum;
        velocity_.w += problem_.weight_decay * at_.w;
        velocity_.a *= problem_.momentum;
        if (problem_.population()) {
            pull_ = at_.a * at_.w;
            pull_[0] -= 1.0;
            velocity_.a += at_.w.dot(pull_);
        } else {
            const Eigen::Map<const Eigen::MatrixXd> X = inputs_.draw(lanes_);
            s_.noalias() = X * at_.w;
            r_ = at_.a * s_ - X.col(0);
            const double share = 1.0 / static_cast<double>(problem_.batch_size);
            pull_.noalias() = share * (X.transpose() * r_);
            velocity_.a += share * r_.dot(s_);
        }
        velocity_.w += at_.a * pull_;
        at_.w -= problem_.learning_rate * velocity_.w;
        at_.a -= problem_.learning_rate * velocity_.a;
    }
    [[nodiscard]] const Weights& weights() const { return at_; }
    [[nodiscard]] bool finite() const { return at_.a * at_.a + at_.w.squaredNorm() < 1e12; }

    void archive(Archive& archive) { archive(at_.w, at_.a, velocity_.w, velocity_.a, lanes_); }

  private:
    const EdgeModel& problem_;
    Weights at_, velocity_;
    random::GaussianLanes lanes_;
    random::NormalMatrix inputs_;
    Eigen::VectorXd s_, r_, pull_;
};

/// The same in law, by coordinates in the space of weights, velocity and teacher.
class Reduced {
  public:
    Reduced(const EdgeModel& problem, std::uint64_t d, const random::StreamKey& key)
        : problem_(problem), d_(d), stream_(key), a_(std::sqrt(problem.curvature)) {
        w_[0] = 1.0 / a_;
    }

    /// Not inlined: how the compiler rounds is then the same whatever stands around it.
    [[gnu::noinline]] void step() {
        using Eigen::Vector4d;
        // Coordinates along the teacher, w and v, and a fourth direction that the batch may open.
        const Vector4d delta = a_ * w_ - Vector4d::UnitX();
        const Vector4d pull = problem_.population() ? delta : batch_pull(delta);
        const Vector4d velocity = problem_.momentum * v_ + a_ * pull + problem_.weight_decay * w_;
        velocity_a_ = problem_.momentum * velocity_a_ + w_.dot(pull);
        w_ -= problem_.learning_rate * velocity;
        a_ -= problem_.learning_rate * velocity_a_;
        v_ = velocity;
        turn();
    }
    /// In d dimensions, up to a rotation that keeps the teacher.
    [[nodiscard]] Weights weights() const {
        Eigen::VectorXd w = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(d_));
        const Eigen::Index known = std::min<Eigen::Index>(2, w.size());
        w.head(known) = w_.head(known);
        return {.w = w, .a = a_};
    }
    [[nodiscard]] bool finite() const { return a_ * a_ + w_.squaredNorm() < 1e12; }

    void archive(Archive& archive) { archive(stream_, a_, velocity_a_, w_, v_); }

  private:
    /// X^T r / B in these coordinates.
    Eigen::Vector4d batch_pull(const Eigen::Vector4d& delta) {
        const double norm = delta.norm();
        const double chi = stream_.chi(static_cast<double>(problem_.batch_size));
        const auto rest = static_cast<double>(d_) - 3.0;
        Eigen::Vector4d z(stream_.normal(), stream_.normal(), stream_.normal(),
                          rest > 0.0 ? stream_.chi(rest) : 0.0);
        if (norm == 0.0) return Eigen::Vector4d::Zero();
        const Eigen::Vector4d first = delta / norm;
        z -= z.dot(first) * first;
        return norm * chi / static_cast<double>(problem_.batch_size) * (chi * first + z);
    }
    /// Rotates the last three coordinates so that w has only the first of them, and v only two.
    void turn() {
        const Eigen::Vector3d w = w_.tail<3>();
        const Eigen::Vector3d v = v_.tail<3>();
        const double length = w.norm();
        const double along = length > 0.0 ? v.dot(w) / length : v.norm();
        const double across = length > 0.0 ? (v - along / length * w).norm() : 0.0;
        w_.tail<3>() << length, 0.0, 0.0;
        v_.tail<3>() << along, across, 0.0;
    }

    const EdgeModel& problem_;
    std::uint64_t d_;
    random::Stream stream_;
    double a_, velocity_a_ = 0.0;
    Eigen::Vector4d w_ = Eigen::Vector4d::Zero(), v_ = Eigen::Vector4d::Zero();
};

}  // namespace hidyn::edge_model
