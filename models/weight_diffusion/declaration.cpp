#include "models/weight_diffusion/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/replicas.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/teacher_student/initial.hpp"
#include "models/weight_diffusion/weight_diffusion.hpp"
#include "random/normal_matrix.hpp"

namespace hidyn::weight_diffusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr const char* mathematics =
    R"(A weight matrix that diffuses in a quadratic potential: its singular values repel each other.

  weights  dW = -restoring_rate W dt + noise dB, W of M x d with M = row_ratio d; entries of dB independent
  start    given singular values xi_i(0), in any directions

The singular values obey Dyson's Brownian motion,
  d xi_i = -k xi_i dt + g^2 [(M - d) / (2 xi_i) + sum_j xi_i / (xi_i^2 - xi_j^2)] dt + g d beta_i,
and their squares settle into the law of Marchenko and Pastur for entries of variance g^2 / 2k. Near its solution a linear
layer under SGD is such a matrix, with g^2 = learning_rate label_noise / batch_size.)";

/// Real matrices: the transition of an Ornstein-Uhlenbeck process is known, so time steps leave no error.
class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const WeightDiffusion> problem, std::size_t members, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), members_(members) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        parallel_for(static_cast<std::int64_t>(info.replicas), progress, [&](std::int64_t replica) {
            run(static_cast<std::size_t>(replica), grid, recorder, progress);
            progress.advance(1.0 / static_cast<double>(info.replicas));
        });
        return {};
    }

  private:
    void run(std::size_t replica, const TimeGrid& grid, Recorder& recorder, const Progress& progress) const {
        const Index M = problem_->rows();
        const Index N = problem_->columns();
        std::vector<MatrixXd> levels(grid.size(), MatrixXd(static_cast<Index>(members_), N));
        for (std::size_t member = 0; member < members_; ++member) {
            if (progress.stop_requested()) return;
            random::GaussianLanes lanes({.seed = info.seed,
                                         .route = random::route_hash(info.name),
                                         .replica = static_cast<std::uint32_t>(replica * members_ + member)});
            random::NormalMatrix normals(M, N);
            MatrixXd W = MatrixXd::Zero(M, N);
            for (Index level = 0; level < N; ++level)
                W(level, level) = problem_->start_values[static_cast<std::size_t>(level)];
            double now = 0.0;
            for (std::size_t time = 0; time < grid.size(); ++time) {
                const double span = grid.times[time] - now;
                now = grid.times[time];
                const double k = problem_->restoring_rate;
                // (1 - exp(-2 k t)) / 2 k, also without a restoring force.
                const double variance = k > 0.0 ? -std::expm1(-2.0 * k * span) / (2.0 * k) : span;
                W *= std::exp(-k * span);
                if (span > 0.0) W += problem_->noise * std::sqrt(variance) * normals.draw(lanes);
                levels[time].row(static_cast<Index>(member)) = math::singular_values(W).reverse().transpose();
            }
        }
        for (std::size_t time = 0; time < grid.size(); ++time)
            record_levels(levels[time], recorder, replica, time);
    }

    std::shared_ptr<const WeightDiffusion> problem_;
    std::size_t members_;
};

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<WeightDiffusion>();
    problem->row_ratio = tables.problem.real("row_ratio");
    problem->restoring_rate = tables.algorithm.real("restoring_rate");
    problem->noise = tables.algorithm.real("noise");
    problem->start_values = tables.initial.reals("singular_values");
    const std::vector<double>& start = problem->start_values;
    if (start.empty() || start.front() < 0.0 || !std::ranges::is_sorted(start) || start.size() > 2000)
        complaints.add(tables.initial.complain(
            "singular_values", "must be numbers of at least 0, smallest first, at most 2000 of them"));
    return problem;
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const WeightDiffusion&>(base);
    if (info.d != static_cast<std::uint64_t>(problem.columns()))
        complaints.add(table.complain(
            "d", fmt::format("must be the number of initial.singular_values, {}", problem.columns())));
}

}  // namespace

ProblemKind declaration() {
    AlgorithmKind diffusion{.name = "ornstein-uhlenbeck",
                            .summary = "independent noise on every weight and a force back to 0",
                            .keys = {{.name = "restoring_rate",
                                      .type = KeyType::real,
                                      .meaning = "of the weights back to 0",
                                      .symbol = "k",
                                      .range = {.minimum = 0},
                                      .standard = 1.0},
                                     {.name = "noise",
                                      .type = KeyType::real,
                                      .meaning = "each weight gains the variance noise^2 per unit of time",
                                      .symbol = "g",
                                      .range = {.minimum = 0, .above_minimum = true},
                                      .required = true}}};
    diffusion.make = make;
    return {.name = "weight-diffusion",
            .summary = "a diffusing weight matrix, whose singular values obey Dyson's Brownian motion",
            .mathematics = mathematics,
            .problem_keys = {{.name = "row_ratio",
                              .type = KeyType::real,
                              .meaning = "rows of W over its columns d; a wider matrix is to be transposed",
                              .symbol = "M / d",
                              .range = {.minimum = 1, .maximum = 1000},
                              .standard = 1.5}},
            .initial_keys = {{.name = "singular_values",
                              .type = KeyType::real_list,
                              .meaning = "of W at the start, smallest first; their number is d",
                              .symbol = "\\xi(0)",
                              .required = true}},
            .algorithms = {std::move(diffusion)},
            .observables = WeightDiffusion().observables(),
            .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    std::vector<Key> keys = teacher_student::ensemble_keys(2000);
    for (Key& key : keys)
        if (key.name == "replicas") key.standard = std::int64_t{10};
    keys.push_back({.name = "members",
                    .type = KeyType::integer,
                    .meaning = "independent matrices whose means and spread one replica reports",
                    .range = {.minimum = 1, .maximum = 1e6},
                    .standard = std::int64_t{100}});
    return {.name = "simulation",
            .summary = "real matrices by their exact transition, and their singular values",
            .source = "the Ornstein-Uhlenbeck process",
            .theory = false,
            .keys = std::move(keys),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const WeightDiffusion>(problem),
                                                    static_cast<std::size_t>(table.integer("members")),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::weight_diffusion
