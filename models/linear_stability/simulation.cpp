// SPDX-License-Identifier: MIT
#include "models/linear_stability/simulation.hpp"

#include <cmath>
#include <optional>

#include "core/replicas.hpp"
#include "random/normal_matrix.hpp"
#include "random/subset.hpp"

namespace hidyn::linear_stability {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One run. Weights that grow or shrink far are scaled back, which the linear steps do not notice.
class Replica {
  public:
    Replica(const LinearStability& problem, const RouteRun& run, std::size_t replica)
        : problem_(problem),
          report_(problem),
          theta_(static_cast<Index>(run.info.d)),
          velocity_(VectorXd::Zero(theta_.size())),
          lanes_(run.key(replica)),
          inputs_(theta_.size(), static_cast<Index>(problem.batch_size)) {
        random::Stream stream(run.key(replica, random::Purpose::start));
        for (double& entry : theta_) entry = stream.normal();
        theta_.normalize();
        if (problem.sample_ratio) {
            data_ = problem.data(run.info.d, static_cast<std::uint32_t>(replica));
            subsets_.emplace(static_cast<std::size_t>(data_.cols()),
                             run.key(replica, random::Purpose::driver));
            batch_.resize(data_.rows(), static_cast<Index>(problem.batch_size));
        } else {
            const std::vector<double> lambda = problem.eigenvalues(run.info.d);
            deviations_ = Eigen::Map<const VectorXd>(lambda.data(), theta_.size()).cwiseSqrt();
        }
    }

    void advance(std::uint64_t steps) {
        for (std::uint64_t one = 0; one < steps; ++one) {
            step();
            rescale();
        }
    }
    [[nodiscard]] bool finite() const {
        return std::isfinite(theta_.squaredNorm()) && theta_.squaredNorm() > 0.0;
    }
    void observe(const Slot& slot) const {
        slot.record(report_.log_norm, log_scale_ + std::log(theta_.squaredNorm()));
    }
    void archive(Archive& archive) {
        archive(theta_, velocity_, lanes_, log_scale_);
        if (subsets_) archive(*subsets_);
    }

  private:
    void step() {
        if (subsets_) {
            Index place = 0;
            for (const std::size_t sample : subsets_->draw(static_cast<std::size_t>(batch_.cols())))
                batch_.col(place++) = data_.col(static_cast<Index>(sample));
            labels_.noalias() = batch_.transpose() * theta_;
            gradient_.noalias() = batch_ * labels_;
        } else {
            const Eigen::Map<const MatrixXd> X = inputs_.draw(lanes_);
            scaled_ = deviations_.cwiseProduct(theta_);
            labels_.noalias() = X.transpose() * scaled_;
            gradient_.noalias() = X * labels_;
            gradient_.array() *= deviations_.array();
        }
        velocity_ = problem_.momentum * velocity_ + gradient_ / static_cast<double>(problem_.batch_size);
        theta_ -= problem_.learning_rate * velocity_;
    }
    void rescale() {
        const double norm = theta_.norm();
        if (norm > 1e-50 && norm < 1e50) return;
        theta_ /= norm;
        velocity_ /= norm;
        log_scale_ += 2.0 * std::log(norm);
    }

    const LinearStability& problem_;
    Observables report_;
    VectorXd theta_, velocity_, deviations_, scaled_, labels_, gradient_;
    random::GaussianLanes lanes_;
    random::NormalMatrix inputs_;
    MatrixXd data_, batch_;
    std::optional<random::Subsets> subsets_;
    double log_scale_ = 0.0;
};

}  // namespace

Outcome simulate(const LinearStability& problem, const RouteRun& run) {
    return run_steppers(run, 1.0, [&](std::size_t replica) { return Replica(problem, run, replica); });
}

}  // namespace hidyn::linear_stability
