// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <limits>
#include <optional>

#include "core/replicas.hpp"
#include "models/deep_linear/mode_statistics.hpp"
#include "models/deep_linear/simulation/batch_gradient.hpp"
#include "models/deep_linear/simulation/levels.hpp"
#include "models/deep_linear/simulation/observer.hpp"
#include "models/deep_linear/simulation/simulation.hpp"

namespace hidyn::deep_linear {
namespace {

constexpr double not_yet = std::numeric_limits<double>::infinity();

struct Batches {
    const DeepLinear& problem;
    const std::string& method;
    std::size_t members;
    const RouteRun& run;
};

/// What the members of a replica leave for its spread.
struct Kept {
    std::vector<double> strengths, levels;  ///< [time, mode, member]
    std::vector<double> learned;            ///< when, [mode, member]
};

/// One member of a replica.
class Member {
  public:
    Member(const Batches& batches, std::size_t replica, std::size_t member, Kept& kept)
        : problem_(batches.problem),
          recorder_(batches.run.recorder),
          replica_(replica),
          member_(member),
          members_(batches.members),
          kept_(kept),
          network_(problem_.weights(batches.run.info.d, static_cast<std::uint32_t>(replica))),
          observer_(problem_, batches.run.info.d, network_) {
        const auto key = [&](random::Purpose purpose) {
            return batches.run.key(replica * members_ + member, purpose);
        };
        if (problem_.sample_ratio) {
            data_.emplace(problem_, batches.run.info.d, observer_.teacher(), key(random::Purpose::data));
            gradient_ = data_batches(*data_, problem_.batch_size, key(random::Purpose::driver));
        } else
            gradient_ =
                fresh_batches(batches.method, problem_, observer_.teacher(), key(random::Purpose::dynamics));
        note_learned();
    }

    void advance(std::uint64_t count) {
        for (std::uint64_t done = 0; done < count; ++done) {
            gradient_->draw(network_.product(), pull_);
            network_.step(problem_.learning_rate, pull_);
            ++step_;
            note_learned();
        }
    }
    [[nodiscard]] bool finite() const { return network_.finite(); }
    void observe(const Sampling& sampling) {
        // A replica reports its members' mean.
        Sampling part = sampling;
        part.weight *= 1.0 / static_cast<double>(members_);
        const Slot slot = recorder_.at(replica_, part);
        observer_.observe(network_, slot);
        observer_.strengths(network_, modes_);
        keep(sampling, kept_.strengths);
        if (!kept_.levels.empty()) {
            largest_singular_values(network_.product(), problem_.modes(), modes_);
            keep(sampling, kept_.levels);
        }
        if (data_) slot.record(observer_.report().train_loss, data_->loss(network_.product()));
    }
    void archive(Archive& archive) {
        archive(network_, *gradient_, step_, kept_.strengths, kept_.levels, kept_.learned);
    }

  private:
    void note_learned() {
        if (kept_.learned.empty()) return;
        observer_.strengths(network_, modes_);
        for (std::size_t mode = 0; mode < problem_.modes(); ++mode) {
            double& reached = kept_.learned[mode * members_ + member_];
            if (reached == not_yet && modes_[mode] >= *problem_.asked.learned_at * problem_.strengths[mode])
                reached = static_cast<double>(step_) * problem_.learning_rate;
        }
    }
    void keep(const Sampling& sampling, std::vector<double>& all) const {
        for (std::size_t mode = 0; mode < problem_.modes(); ++mode)
            all[(sampling.time * problem_.modes() + mode) * members_ + member_] +=
                sampling.weight * modes_[mode];
    }

    const DeepLinear& problem_;
    Recorder& recorder_;
    std::size_t replica_, member_, members_;
    Kept& kept_;
    Network network_;
    Observer observer_;
    std::optional<DataSet> data_;
    std::unique_ptr<BatchGradient> gradient_;
    std::uint64_t step_ = 0;
    std::vector<double> modes_;
    Eigen::MatrixXd pull_;
};

/// False if it did not reach the end.
bool follow(const Batches& batches, std::size_t replica, std::size_t member, BlockWatch& watch, Kept& kept) {
    Member one(batches, replica, member, kept);
    bool whole = true;
    watch.begin_part(member);
    follow_schedule(
        watch, [&](Archive& archive) { archive(one); }, [&](std::uint64_t count) { one.advance(count); },
        [&](std::uint64_t now) {
            whole = one.finite();
            if (!whole) watch.mark_diverged(replica, now);
            return whole && (whole = watch.proceed(now));
        },
        [&](const Sampling& sampling) { one.observe(sampling); });
    return whole;
}

void simulate(const Batches& batches, std::size_t replica, BlockWatch& watch) {
    const DeepLinear& problem = batches.problem;
    const std::size_t here = problem.modes() * batches.members;  // of one time
    Kept kept{.strengths = std::vector<double>(batches.run.grid.size() * here, 0.0),
              .levels = std::vector<double>(problem.levels.wanted ? batches.run.grid.size() * here : 0, 0.0),
              .learned = std::vector<double>(problem.asked.learned_at ? here : 0, not_yet)};
    for (std::size_t member = watch.part_to_resume(); member < batches.members; ++member)
        if (!follow(batches, replica, member, watch, kept)) return;
    const Observables report(problem);
    for (std::size_t time = 0; time < batches.run.grid.size(); ++time) {
        const Slot slot = batches.run.recorder.at(replica, time);
        const auto at_time = [&](const std::vector<double>& all) {
            return std::span(all).subspan(time * here, here);
        };
        record_spread(problem, report, {at_time(kept.strengths), kept.learned, batches.members}, slot);
        if (!kept.levels.empty())
            record_levels(problem, report, {at_time(kept.levels), {}, batches.members}, slot);
    }
}

std::string what_to_know(const Batches& batches) {
    const DeepLinear& problem = batches.problem;
    const std::uint64_t d = batches.run.info.d;
    std::string warning = problem.warning(d);
    const double coupling =
        problem.learning_rate * static_cast<double>(d) / static_cast<double>(problem.batch_size);
    if (warning.empty() && problem.rule == Rule::online_sgd && batches.method != "projected" &&
        coupling > 0.1)
        warning = fmt::format(
            "learning_rate d / batch_size = {:.3g}: noise turns the modes, which theories of "
            "single modes leave out, by about that much",
            coupling);
    return warning;
}

}  // namespace

Outcome simulate_batches(const DeepLinear& problem, const std::string& method, std::size_t members,
                         const RouteRun& run) {
    const Batches batches{problem, method, members, run};
    PartialProgress part(run.progress, 1.0 / static_cast<double>(members));
    Outcome outcome =
        run_replicas(run.info.replicas, 1, problem.steps_per_unit_time(1.0), run.grid, run.recorder, part,
                     [&](std::size_t replica, BlockWatch& watch) { simulate(batches, replica, watch); });
    if (const std::string warning = what_to_know(batches); !warning.empty())
        outcome.attributes["warning"] = warning;
    if (problem.sample_ratio) outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    return outcome;
}

}  // namespace hidyn::deep_linear
