#include "solvers/sde/deep_linear.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/parallel.hpp"
#include "models/deep_linear/mode_statistics.hpp"
#include "solvers/sde/ensemble_average.hpp"
#include "solvers/sde/mode_paths.hpp"

namespace hidyn::sde {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ModeSample;

class ModeDiffusions final : public Route {
  public:
    ModeDiffusions(std::shared_ptr<const DeepLinear> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          paths_((static_cast<std::size_t>(table.integer("trajectories")) + ensemble_parts * 16 - 1) /
                 (ensemble_parts * 16) * 16),
          finite_step_(table.boolean("finite_step")),
          time_step_(table.given("time_step") ? table.real("time_step")
                                              : problem_->learning_rate / (finite_step_ ? 16.0 : 4.0)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Recorder ensemble(problem_->observables(), ensemble_parts, grid.size());
        std::vector<double> diverged(ensemble_parts, std::nan(""));
        parallel_for(ensemble_parts, progress, [&](std::int64_t part) {
            diverged[static_cast<std::size_t>(part)] =
                run(static_cast<std::size_t>(part), grid, ensemble, progress);
        });
        record_average(ensemble, recorder, [this](std::size_t place) { return least_error(place); });
        Outcome outcome;
        outcome.attributes["trajectories"] = static_cast<double>(ensemble_parts * paths_);
        outcome.attributes["time_step"] = time_step_;
        if (const std::string warning = problem_->warning(0); !warning.empty())
            outcome.attributes["warning"] = warning;
        for (const double time : diverged)
            if (!std::isnan(time)) {
                outcome.status = Status::diverged;
                outcome.diverged_at = std::fmin(outcome.diverged_at, time);
            }
        return outcome;
    }

  private:
    /// The time at which it diverged, or NaN.
    double run(std::size_t part, const TimeGrid& grid, Recorder& ensemble, Progress& progress) const {
        const std::size_t K = problem_->modes();
        std::vector<ModePaths> modes;
        for (std::size_t mode = 0; mode < K; ++mode) {
            modes.emplace_back(ModeLaw(*problem_, mode, finite_step_), problem_->initial.strengths[mode],
                               paths_,
                               random::StreamKey{.seed = info.seed,
                                                 .route = random::route_hash(info.name),
                                                 .replica = static_cast<std::uint32_t>(part * K + mode)});
            if (problem_->asked.learned_at)
                modes.back().watch(*problem_->asked.learned_at * problem_->strengths[mode]);
        }
        std::vector<double> strengths(K * paths_), passages;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            if (progress.stop_requested()) return std::nan("");
            passages.clear();
            for (std::size_t mode = 0; mode < K; ++mode) {
                modes[mode].advance_to(grid.times[time], time_step_);
                if (!modes[mode].finite()) {
                    ensemble.truncate(part, time);
                    return grid.times[time];
                }
                modes[mode].strengths(std::span(strengths).subspan(mode * paths_, paths_));
                const std::span<const double> reached = modes[mode].first_passages();
                passages.insert(passages.end(), reached.begin(), reached.end());
            }
            const ModeSample sample{strengths, passages, paths_};
            record_aligned_means(*problem_, sample, ensemble, part, time);
            record_spread(*problem_, sample, ensemble, part, time);
            progress.advance(1.0 / static_cast<double>(ensemble_parts * grid.size()));
        }
        return std::nan("");
    }

    /// The least error of an observable, where no path shows a spread.
    [[nodiscard]] double least_error(std::size_t place) const {
        const deep_linear::ObservablePlaces places(*problem_);
        return place == places.density   ? problem_->resolution() / problem_->asked.density.width()
               : place == places.learned ? problem_->resolution()
                                         : 0.0;
    }

    std::shared_ptr<const DeepLinear> problem_;
    std::size_t paths_;  ///< of one part
    bool finite_step_;
    double time_step_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    check_aligned_modes(base, table, complaints);
}

}  // namespace

void check_aligned_modes(const Problem& base, const Table& table, Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    if (problem.initial.kind != deep_linear::StartKind::aligned)
        complaints.add(
            fmt::format("{}: modes are single numbers for initial.kind = \"aligned\" alone", table.place()));
    if (problem.depth < 2)
        complaints.add(
            fmt::format("{}: a single layer has its exact moments in the route closed-form; this is for "
                        "problem.depth of at least 2",
                        table.place()));
}

Key finite_step_key() {
    return {.name = "finite_step",
            .type = KeyType::boolean,
            .meaning =
                "drift and diffusion to first order in the learning rate; false: the limit of small steps at "
                "the same learning_rate / batch_size",
            .standard = false};
}

RouteKind deep_linear_kind() {
    return {.name = "sde",
            .summary = "every aligned mode as an Ito diffusion, an ensemble of paths",
            .source = "Corlouer et al., arXiv 2604.06366, with the noise of fresh Gaussian inputs",
            .theory = true,
            .algorithms = {"online-sgd"},
            .keys = {{.name = "trajectories",
                      .type = KeyType::integer,
                      .meaning = "number of paths, rounded up to a multiple of 320",
                      .range = {.minimum = 1, .maximum = 1e8},
                      .standard = std::int64_t{10000}},
                     {.name = "time_step",
                      .type = KeyType::real,
                      .meaning = "of Euler and Maruyama's scheme, in learning rate times steps; absent: a "
                                 "quarter of the learning rate, a sixteenth where steps count as finite",
                      .range = {.minimum = 0, .above_minimum = true}},
                     finite_step_key(),
                     {.name = "seed",
                      .type = KeyType::integer,
                      .meaning = "of the paths",
                      .range = {.minimum = 0},
                      .standard = std::int64_t{0}}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<ModeDiffusions>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                        table, std::move(info));
            }};
}

}  // namespace hidyn::sde
