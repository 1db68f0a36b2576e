#include "models/linear_stability/simulation.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "core/replicas.hpp"
#include "random/normal_matrix.hpp"
#include "random/subset.hpp"

namespace hidyn::linear_stability {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One run. Weights are scaled back now and then, which the linear steps do not notice.
class Run {
  public:
    Run(const LinearStability& problem, std::uint64_t d, std::uint32_t replica, const random::StreamKey& key)
        : problem_(problem),
          theta_(static_cast<Index>(d)),
          velocity_(VectorXd::Zero(static_cast<Index>(d))),
          lanes_(key),
          inputs_(static_cast<Index>(d), static_cast<Index>(problem.batch_size)) {
        random::StreamKey own = key;
        own.purpose = random::Purpose::start;
        random::Stream stream(own);
        for (double& entry : theta_) entry = stream.normal();
        theta_.normalize();
        if (problem.sample_ratio) {
            data_ = problem.data(d, replica);
            own.purpose = random::Purpose::driver;
            subsets_.emplace(static_cast<std::size_t>(data_.cols()), own);
            batch_.resize(data_.rows(), static_cast<Index>(problem.batch_size));
        } else {
            const std::vector<double> lambda = problem.eigenvalues(d);
            deviations_ = Eigen::Map<const VectorXd>(lambda.data(), theta_.size()).cwiseSqrt();
        }
    }

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
    [[nodiscard]] double log_norm() const { return log_scale_ + std::log(theta_.squaredNorm()); }
    [[nodiscard]] bool finite() const {
        return std::isfinite(theta_.squaredNorm()) && theta_.squaredNorm() > 0.0;
    }

    void archive(Archive& archive) {
        archive(theta_, velocity_, lanes_, log_scale_);
        if (subsets_) archive(*subsets_);
    }

  private:
    const LinearStability& problem_;
    VectorXd theta_, velocity_, deviations_, scaled_, labels_, gradient_;
    random::GaussianLanes lanes_;
    random::NormalMatrix inputs_;
    MatrixXd data_, batch_;
    std::optional<random::Subsets> subsets_;
    double log_scale_ = 0.0;
};

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const LinearStability> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return run_replicas(
            info.replicas, 1, 1.0, grid, recorder, progress,
            [&](std::size_t replica, BlockWatch& watch) { follow(replica, recorder, watch); });
    }

  private:
    void follow(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        Run run(*problem_, info.d, static_cast<std::uint32_t>(replica),
                {.seed = info.seed,
                 .route = random::route_hash(info.name),
                 .replica = static_cast<std::uint32_t>(replica)});
        follow_schedule(
            watch, std::min<std::uint64_t>(watch.check_interval(), 16),
            [&](Archive& archive) { archive(run); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) run.step();
            },
            [&](std::uint64_t step) {
                run.rescale();
                if (run.finite()) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) {
                const double value = run.log_norm();
                recorder.blend(ObservablePlaces::log_norm, replica, sampling.time, sampling.weight,
                               {&value, 1});
            });
    }

    std::shared_ptr<const LinearStability> problem_;
};

}  // namespace

std::unique_ptr<Route> make_simulation(std::shared_ptr<const LinearStability> problem, RouteInfo info) {
    return std::make_unique<Simulation>(std::move(problem), std::move(info));
}

}  // namespace hidyn::linear_stability
