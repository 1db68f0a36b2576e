#include <array>
#include <limits>
#include <memory>
#include <numeric>

#include "core/replicas.hpp"
#include "models/deep_linear/mode_statistics.hpp"
#include "models/deep_linear/simulation/mode_process.hpp"
#include "models/deep_linear/simulation/simulation.hpp"

namespace hidyn::deep_linear {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

class ModeSimulation final : public Route {
  public:
    ModeSimulation(std::shared_ptr<const DeepLinear> problem, std::size_t members, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), members_(members) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        // As many replicas at once as fill the lanes.
        const std::size_t width = ModeProcess::lanes / std::gcd(ModeProcess::lanes, members_);
        Outcome outcome = run_replicas(
            info.replicas, width, problem_->steps_per_unit_time(1.0), grid, recorder, progress,
            [&](std::size_t first, BlockWatch& watch) { simulate(first, width, grid, recorder, watch); });
        if (const std::string warning = problem_->warning(0); !warning.empty())
            outcome.attributes["warning"] = warning;
        return outcome;
    }

  private:
    void simulate(std::size_t first, std::size_t width, const TimeGrid& grid, Recorder& recorder,
                  BlockWatch& watch) const {
        const std::size_t K = problem_->modes();
        const std::size_t runs = width * members_;
        std::vector<std::unique_ptr<ModeProcess>> groups;
        for (std::size_t run = 0; run < runs; run += ModeProcess::lanes) {
            std::array<random::StreamKey, ModeProcess::lanes> keys{};
            for (std::size_t lane = 0; lane < ModeProcess::lanes; ++lane)
                keys[lane] = {.seed = info.seed,
                              .route = random::route_hash(info.name),
                              .replica = static_cast<std::uint32_t>(first * members_ + run + lane)};
            groups.push_back(std::make_unique<ModeProcess>(*problem_, keys));
        }
        // [replica, time, mode, member]
        std::vector<double> strengths(runs * grid.size() * K, 0.0);
        std::vector<bool> whole(width, true);
        follow_schedule(
            watch,
            [&](Archive& archive) {
                for (const auto& group : groups) archive(*group);
                archive(strengths, whole);
            },
            [&](std::uint64_t count) {
                for (const auto& group : groups) group->advance(count);
            },
            [&](std::uint64_t step) {
                for (std::size_t run = 0; run < runs; ++run) {
                    const std::size_t replica = run / members_;
                    if (!whole[replica] || first + replica >= info.replicas ||
                        group_of(groups, run).finite(lane_of(run)))
                        continue;
                    whole[replica] = false;
                    watch.mark_diverged(first + replica, step);
                }
                return watch.proceed(step);
            },
            [&](const Sampling& sampling) {
                for (std::size_t run = 0; run < runs; ++run)
                    for (std::size_t mode = 0; mode < K; ++mode)
                        strengths[((run / members_ * grid.size() + sampling.time) * K + mode) * members_ +
                                  run % members_] +=
                            sampling.weight * group_of(groups, run).strength(mode, lane_of(run));
            });
        for (std::size_t replica = 0; replica < width && first + replica < info.replicas; ++replica)
            if (whole[replica])
                record(replica, first + replica, groups,
                       std::span(strengths).subspan(replica * grid.size() * K * members_,
                                                    grid.size() * K * members_),
                       grid, recorder);
    }

    void record(std::size_t place, std::size_t replica,
                const std::vector<std::unique_ptr<ModeProcess>>& groups, std::span<const double> strengths,
                const TimeGrid& grid, Recorder& recorder) const {
        const std::size_t K = problem_->modes();
        const ObservablePlaces places(*problem_);
        std::vector<double> learned;
        if (problem_->asked.learned_at)
            for (std::size_t mode = 0; mode < K; ++mode)
                for (std::size_t run = place * members_; run < (place + 1) * members_; ++run)
                    learned.push_back(group_of(groups, run).steps_to_learn(mode, lane_of(run)) *
                                      problem_->learning_rate);
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const ModeSample sample{strengths.subspan(time * K * members_, K * members_), learned, members_};
            record_aligned_means(*problem_, sample, recorder, replica, time);
            record_spread(*problem_, sample, recorder, replica, time);
            // Of weights beside the modes there is nothing to measure.
            recorder.record(ObservablePlaces::off_diagonal, replica, time, {&missing, 1});
            if (problem_->depth > 1)
                recorder.record(places.imbalance, replica, time,
                                std::vector<double>(problem_->depth - 1, missing));
        }
    }

    static const ModeProcess& group_of(const std::vector<std::unique_ptr<ModeProcess>>& groups,
                                       std::size_t run) {
        return *groups[run / ModeProcess::lanes];
    }
    static std::size_t lane_of(std::size_t run) { return run % ModeProcess::lanes; }

    std::shared_ptr<const DeepLinear> problem_;
    std::size_t members_;
};

}  // namespace

std::unique_ptr<Route> make_mode_simulation(std::shared_ptr<const DeepLinear> problem, std::size_t members,
                                            RouteInfo info) {
    return std::make_unique<ModeSimulation>(std::move(problem), members, std::move(info));
}

}  // namespace hidyn::deep_linear
