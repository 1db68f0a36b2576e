// SPDX-License-Identifier: MIT
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

/// As many replicas at once as fill the lanes.
class Block {
  public:
    Block(const DeepLinear& problem, std::size_t members, std::size_t first, std::size_t width,
          const RouteRun& run)
        : problem_(problem),
          members_(members),
          first_(first),
          width_(width),
          run_(run),
          strengths_(width * members * run.grid.size() * problem.modes(), 0.0),
          whole_(width, true) {
        for (std::size_t one = 0; one < width_ * members_; one += ModeProcess::lanes) {
            std::array<random::StreamKey, ModeProcess::lanes> keys{};
            for (std::size_t lane = 0; lane < ModeProcess::lanes; ++lane)
                keys[lane] = run_.key(first_ * members_ + one + lane);
            groups_.push_back(std::make_unique<ModeProcess>(problem_, keys));
        }
    }

    void follow(BlockWatch& watch) {
        follow_schedule(
            watch,
            [&](Archive& archive) {
                for (const auto& group : groups_) archive(*group);
                archive(strengths_, whole_);
            },
            [&](std::uint64_t count) {
                for (const auto& group : groups_) group->advance(count);
            },
            [&](std::uint64_t step) {
                look_for_divergence(watch, step);
                return watch.proceed(step);
            },
            [&](const Sampling& sampling) { keep(sampling); });
    }

    void record() const {
        for (std::size_t place = 0; place < width_ && first_ + place < run_.info.replicas; ++place)
            if (whole_[place]) record(place);
    }

  private:
    void look_for_divergence(BlockWatch& watch, std::uint64_t step) {
        for (std::size_t one = 0; one < width_ * members_; ++one) {
            const std::size_t place = one / members_;
            if (!whole_[place] || first_ + place >= run_.info.replicas || group_of(one).finite(lane_of(one)))
                continue;
            whole_[place] = false;
            watch.mark_diverged(first_ + place, step);
        }
    }

    void keep(const Sampling& sampling) {
        const std::size_t K = problem_.modes();
        for (std::size_t one = 0; one < width_ * members_; ++one)
            for (std::size_t mode = 0; mode < K; ++mode)
                strengths_[((one / members_ * run_.grid.size() + sampling.time) * K + mode) * members_ +
                           one % members_] += sampling.weight * group_of(one).strength(mode, lane_of(one));
    }

    void record(std::size_t place) const {
        const std::size_t K = problem_.modes();
        const Observables report(problem_);
        std::vector<double> learned;
        if (report.learned)
            for (std::size_t mode = 0; mode < K; ++mode)
                for (std::size_t one = place * members_; one < (place + 1) * members_; ++one)
                    learned.push_back(group_of(one).steps_to_learn(mode, lane_of(one)) *
                                      problem_.learning_rate);
        const std::size_t here = K * members_;  // of one time
        for (std::size_t time = 0; time < run_.grid.size(); ++time) {
            const Slot slot = run_.recorder.at(first_ + place, time);
            const ModeSample sample{
                std::span(strengths_).subspan((place * run_.grid.size() + time) * here, here), learned,
                members_};
            record_aligned_means(problem_, report, sample, slot);
            record_spread(problem_, report, sample, slot);
            // Of weights beside the modes there is nothing to measure.
            slot.record(report.off_diagonal, missing);
            slot.record(report.imbalance, std::vector<double>(problem_.depth - 1, missing));
        }
    }

    [[nodiscard]] const ModeProcess& group_of(std::size_t one) const {
        return *groups_[one / ModeProcess::lanes];
    }
    static std::size_t lane_of(std::size_t one) { return one % ModeProcess::lanes; }

    const DeepLinear& problem_;
    std::size_t members_, first_, width_;
    const RouteRun& run_;
    std::vector<std::unique_ptr<ModeProcess>> groups_;
    std::vector<double> strengths_;  ///< [replica, time, mode, member]
    std::vector<bool> whole_;
};

}  // namespace

Outcome simulate_modes(const DeepLinear& problem, std::size_t members, const RouteRun& run) {
    const std::size_t width = ModeProcess::lanes / std::gcd(ModeProcess::lanes, members);
    Outcome outcome = run_replicas(run.info.replicas, width, problem.steps_per_unit_time(1.0), run.grid,
                                   run.recorder, run.progress, [&](std::size_t first, BlockWatch& watch) {
                                       Block block(problem, members, first, width, run);
                                       block.follow(watch);
                                       block.record();
                                   });
    if (const std::string warning = problem.warning(0); !warning.empty())
        outcome.attributes["warning"] = warning;
    return outcome;
}

}  // namespace hidyn::deep_linear
