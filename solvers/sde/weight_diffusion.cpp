#include "solvers/sde/weight_diffusion.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "core/parallel.hpp"
#include "models/weight_diffusion/weight_diffusion.hpp"
#include "random/normal_matrix.hpp"
#include "solvers/sde/dyson.hpp"
#include "solvers/sde/ensemble_average.hpp"

namespace hidyn::sde {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using weight_diffusion::WeightDiffusion;

class DysonPaths final : public Route {
  public:
    DysonPaths(std::shared_ptr<const WeightDiffusion> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          paths_((static_cast<std::size_t>(table.integer("trajectories")) + ensemble_parts - 1) /
                 ensemble_parts),
          time_step_(table.real("time_step")) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Recorder ensemble(problem_->observables(), ensemble_parts, grid.size());
        std::vector<char> lost(ensemble_parts, 0);
        parallel_for(ensemble_parts, progress, [&](std::int64_t part) {
            lost[static_cast<std::size_t>(part)] =
                run(static_cast<std::size_t>(part), grid, ensemble, progress) ? 0 : 1;
            progress.advance(1.0 / static_cast<double>(ensemble_parts));
        });
        record_average(ensemble, recorder);
        Outcome outcome;
        outcome.attributes["trajectories"] = static_cast<double>(paths_ * ensemble_parts);
        for (const char one : lost)
            if (one != 0) {
                outcome.status = Status::not_converged;
                outcome.detail =
                    "Newton's method failed in a step of backward Euler; take a smaller time_step";
            }
        return outcome;
    }

  private:
    bool run(std::size_t part, const TimeGrid& grid, Recorder& ensemble, const Progress& progress) const {
        const Index N = problem_->columns();
        const Dyson dyson{.restoring_rate = problem_->restoring_rate,
                          .noise = problem_->noise,
                          .excess = static_cast<double>(problem_->rows() - N)};
        std::vector<Eigen::MatrixXd> levels(grid.size(), Eigen::MatrixXd(static_cast<Index>(paths_), N));
        for (std::size_t path = 0; path < paths_; ++path) {
            if (progress.stop_requested()) return true;
            random::GaussianLanes lanes({.seed = info.seed,
                                         .route = random::route_hash(info.name),
                                         .replica = static_cast<std::uint32_t>(part * paths_ + path)});
            random::NormalMatrix normals(N, 1);
            VectorXd xi = Eigen::Map<const VectorXd>(problem_->start_values.data(), N);
            double now = 0.0;
            for (std::size_t time = 0; time < grid.size(); ++time) {
                const double span = grid.times[time] - now;
                now = grid.times[time];
                const auto steps = static_cast<std::size_t>(std::ceil(span / time_step_ - 1e-9));
                for (std::size_t k = 0; k < steps; ++k)
                    if (!dyson.step(xi, normals.draw(lanes), span / static_cast<double>(steps))) {
                        ensemble.truncate(part, 0);
                        return false;
                    }
                levels[time].row(static_cast<Index>(path)) = xi.transpose();
            }
        }
        for (std::size_t time = 0; time < grid.size(); ++time)
            weight_diffusion::record_levels(levels[time], ensemble, part, time);
        return true;
    }

    std::shared_ptr<const WeightDiffusion> problem_;
    std::size_t paths_;  ///< of one part
    double time_step_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const WeightDiffusion&>(base);
    if (problem.rows() <= problem.columns())
        complaints.add(
            fmt::format("{}: needs more rows than columns (problem.row_ratio above 1): the smallest singular "
                        "value of a square matrix touches 0",
                        table.place()));
    for (std::size_t level = 0; level < problem.start_values.size(); ++level)
        if (problem.start_values[level] <= 0.0 ||
            (level > 0 && problem.start_values[level] == problem.start_values[level - 1])) {
            complaints.add(fmt::format("{}: initial.singular_values must be positive and all different here",
                                       table.place()));
            return;
        }
}

}  // namespace

RouteKind weight_diffusion_kind() {
    return {
        .name = "sde",
        .summary = "Dyson's Brownian motion of the singular values, an ensemble of paths by backward Euler",
        .source = "Aarts, Lucini & Park, arXiv 2407.16427",
        .theory = true,
        .keys = {{.name = "trajectories",
                  .type = KeyType::integer,
                  .meaning = "number of paths, rounded up to a multiple of 20",
                  .range = {.minimum = 1, .maximum = 1e7},
                  .standard = std::int64_t{2000}},
                 {.name = "time_step",
                  .type = KeyType::real,
                  .meaning = "of backward Euler's scheme",
                  .range = {.minimum = 0, .above_minimum = true},
                  .standard = 0.01},
                 {.name = "seed",
                  .type = KeyType::integer,
                  .meaning = "of the paths",
                  .range = {.minimum = 0},
                  .standard = std::int64_t{0}}},
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<DysonPaths>(std::dynamic_pointer_cast<const WeightDiffusion>(problem),
                                                table, std::move(info));
        }};
}

}  // namespace hidyn::sde
