#include "solvers/mean_square/linear_stability.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/step_schedule.hpp"
#include "models/linear_stability/linear_stability.hpp"
#include "solvers/mean_square/data_moments.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {
namespace {

using linear_stability::LinearStability;
using linear_stability::ObservablePlaces;

class MeanSquare final : public Route {
  public:
    MeanSquare(std::shared_ptr<const LinearStability> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const HeavyBall method{.learning_rate = problem_->learning_rate,
                               .momentum = problem_->momentum,
                               .batch_size = static_cast<double>(problem_->batch_size)};
        if (!problem_->sample_ratio) {
            const std::vector<double> lambda = problem_->eigenvalues(info.d);
            MomentRecursion moments(lambda, method, 1.0 / static_cast<double>(info.d));
            follow(moments, grid, recorder, 0, progress);
            record_limits(critical_rate(lambda, method.batch_size, method.momentum),
                          growth_factor(lambda, method), grid, recorder, 0);
            return {};
        }
        for (std::size_t replica = 0; replica < problem_->data_replicas; ++replica) {
            const Eigen::MatrixXd X = problem_->data(info.d, static_cast<std::uint32_t>(replica));
            DataMoments moments(X, method);
            PartialProgress part(progress, 1.0 / static_cast<double>(problem_->data_replicas));
            follow(moments, grid, recorder, replica, part);
            // Both iterate the recursion thousands of times.
            constexpr std::uint64_t quick = 50;
            if (info.d <= quick)
                record_limits(critical_rate(X, method), growth_factor(X, method), grid, recorder, replica);
        }
        return {};
    }

  private:
    template <class Moments>
    static void follow(Moments& moments, const TimeGrid& grid, Recorder& recorder, std::size_t replica,
                       Progress& progress) {
        std::uint64_t done = 0;
        for (const Sampling& sampling : sampling_schedule(grid, 1.0)) {
            for (; done < sampling.step; ++done) {
                if (done % 256 == 0 && progress.stop_requested()) throw Interrupted();
                moments.step();
            }
            const double value = moments.log_norm();
            recorder.blend(ObservablePlaces::log_norm, replica, sampling.time, sampling.weight, {&value, 1});
        }
        progress.advance(1.0);
    }

    static void record_limits(double critical, double growth, const TimeGrid& grid, Recorder& recorder,
                              std::size_t replica) {
        for (std::size_t time = 0; time < grid.size(); ++time) {
            recorder.record(ObservablePlaces::critical_rate, replica, time, {&critical, 1});
            recorder.record(ObservablePlaces::growth_factor, replica, time, {&growth, 1});
        }
    }

    std::shared_ptr<const LinearStability> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const LinearStability&>(base);
    if (!problem.sample_ratio) return;
    if (info.d > 400)
        complaints.add(table.complain(
            "d", "is more than 400, too many for the moments of a data set: a step costs n d^2"));
    else if (problem.batch_size > problem.samples(info.d))
        complaints.add(
            table.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                            problem.samples(info.d), problem.batch_size)));
}

}  // namespace

RouteKind linear_stability_kind() {
    return {
        .name = "mean-square",
        .summary = "the mean square of the weights step by step, its critical learning rate and its growth",
        .source =
            "second moments of Gaussian batches and of batches without replacement; Andreyev et al., arXiv "
            "2604.14108",
        .theory = true,
        .exact_at_d = true,
        .keys = {{.name = "d",
                  .type = KeyType::integer_or_list,
                  .meaning = "input dimension; threshold and growth of a data set are told up to 50",
                  .symbol = "d",
                  .range = {.minimum = 1, .maximum = 1e6},
                  .required = true}},
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<MeanSquare>(std::dynamic_pointer_cast<const LinearStability>(problem),
                                                std::move(info));
        }};
}

}  // namespace hidyn::mean_square
