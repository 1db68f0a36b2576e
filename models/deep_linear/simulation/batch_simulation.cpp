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

class BatchSimulation final : public Route {
  public:
    BatchSimulation(std::shared_ptr<const DeepLinear> problem, std::size_t members, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), members_(members) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        PartialProgress part(progress, 1.0 / static_cast<double>(members_));
        Outcome outcome = run_replicas(
            info.replicas, 1, problem_->steps_per_unit_time(1.0), grid, recorder, part,
            [&](std::size_t replica, BlockWatch& watch) { simulate(replica, grid, recorder, watch); });
        if (const std::string warning = what_to_know(); !warning.empty())
            outcome.attributes["warning"] = warning;
        if (problem_->sample_ratio) outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        return outcome;
    }

  private:
    [[nodiscard]] std::string what_to_know() const {
        std::string warning = problem_->warning(info.d);
        const double coupling =
            problem_->learning_rate * static_cast<double>(info.d) / static_cast<double>(problem_->batch_size);
        if (warning.empty() && problem_->rule == Rule::online_sgd && info.method != "projected" &&
            coupling > 0.1)
            warning = fmt::format(
                "learning_rate d / batch_size = {:.3g}: noise turns the modes, which theories of "
                "single modes leave out, by about that much",
                coupling);
        return warning;
    }

    void simulate(std::size_t replica, const TimeGrid& grid, Recorder& recorder, BlockWatch& watch) const {
        const std::size_t K = problem_->modes();
        std::vector<double> strengths(grid.size() * K * members_, 0.0);
        std::vector<double> levels(problem_->levels.wanted ? strengths.size() : 0, 0.0);
        std::vector<double> learned(problem_->asked.learned_at ? K * members_ : 0, not_yet);
        for (std::size_t member = watch.part_to_resume(); member < members_; ++member)
            if (!follow(replica, member, recorder, watch, strengths, levels, learned)) return;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const auto at_time = [&](const std::vector<double>& all) {
                return std::span(all).subspan(time * K * members_, K * members_);
            };
            record_spread(*problem_, {at_time(strengths), learned, members_}, recorder, replica, time);
            if (!levels.empty())
                record_levels(*problem_, {at_time(levels), {}, members_}, recorder, replica, time);
        }
    }

    /// One run; false if it did not reach the end.
    bool follow(std::size_t replica, std::size_t member, Recorder& recorder, BlockWatch& watch,
                std::vector<double>& strengths, std::vector<double>& levels,
                std::vector<double>& learned) const {
        const random::StreamKey key{.seed = info.seed,
                                    .route = random::route_hash(info.name),
                                    .replica = static_cast<std::uint32_t>(replica * members_ + member)};
        Network network(problem_->weights(info.d, static_cast<std::uint32_t>(replica)));
        const Observer observer(*problem_, info.d, network);
        const ObservablePlaces places(*problem_);
        std::optional<DataSet> data;
        if (problem_->sample_ratio) data.emplace(*problem_, info.d, observer.teacher(), key);
        const std::unique_ptr<BatchGradient> batches =
            data ? data_batches(*data, problem_->batch_size, key)
                 : fresh_batches(info.method, *problem_, observer.teacher(), key);
        const double share = 1.0 / static_cast<double>(members_);
        const std::size_t K = problem_->modes();
        std::vector<double> modes;
        Eigen::MatrixXd pull;
        std::uint64_t step = 0;
        const auto note_learned = [&] {
            if (learned.empty()) return;
            observer.strengths(network, modes);
            for (std::size_t mode = 0; mode < K; ++mode) {
                double& reached = learned[mode * members_ + member];
                if (reached == not_yet &&
                    modes[mode] >= *problem_->asked.learned_at * problem_->strengths[mode])
                    reached = static_cast<double>(step) * problem_->learning_rate;
            }
        };
        note_learned();
        bool whole = true;
        watch.begin_part(member);
        follow_schedule(
            watch, [&](Archive& archive) { archive(network, *batches, step, strengths, levels, learned); },
            [&](std::uint64_t count) {
                for (std::uint64_t done = 0; done < count; ++done) {
                    batches->draw(network.product(), pull);
                    network.step(problem_->learning_rate, pull);
                    ++step;
                    note_learned();
                }
            },
            [&](std::uint64_t now) {
                whole = network.finite();
                if (!whole) watch.mark_diverged(replica, now);
                return whole && (whole = watch.proceed(now));
            },
            [&](const Sampling& sampling) {
                observer.observe(network, recorder, replica, sampling.time, sampling.weight * share);
                observer.strengths(network, modes);
                for (std::size_t mode = 0; mode < K; ++mode)
                    strengths[(sampling.time * K + mode) * members_ + member] +=
                        sampling.weight * modes[mode];
                if (!levels.empty()) {
                    largest_singular_values(network.product(), K, modes);
                    for (std::size_t level = 0; level < K; ++level)
                        levels[(sampling.time * K + level) * members_ + member] +=
                            sampling.weight * modes[level];
                }
                if (!data) return;
                const double loss = data->loss(network.product());
                recorder.blend(places.train_loss, replica, sampling.time, sampling.weight * share,
                               {&loss, 1});
            });
        return whole;
    }

    std::shared_ptr<const DeepLinear> problem_;
    std::size_t members_;
};

}  // namespace

std::unique_ptr<Route> make_batch_simulation(std::shared_ptr<const DeepLinear> problem, std::size_t members,
                                             RouteInfo info) {
    return std::make_unique<BatchSimulation>(std::move(problem), members, std::move(info));
}

}  // namespace hidyn::deep_linear
