#include "models/edge_model/declaration.hpp"

#include <fmt/format.h>

#include "core/replicas.hpp"
#include "models/edge_model/learner.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::edge_model {
namespace {

constexpr const char* mathematics =
    R"(The smallest network that trains itself to the edge of stability.

  student  f(x) = a w.x, teacher y = w*.x with |w*| = 1; inputs x ~ N(0, I) of dimension d, not scaled
  loss     (y - f)^2 / 2, and weight_decay |w|^2 / 2 on w alone
  momentum heavy ball without damping factor: v <- momentum v + gradient, theta <- theta - learning_rate v
  time     steps

  gradient-descent  the population's gradient
  online-sgd        the mean gradient of batch_size fresh samples

The curvature that w feels is a^2. Weight decay shortens w, and a grows to make up for it (progressive sharpening), at
a rate d(a^2)/dt = 2 weight_decay / a^2 in units of learning_rate steps / (1 - momentum); once steps of this curvature
are unstable, a w - w* grows and pushes a back. So a^2 comes to rest where steps are just stable in mean square,
  a^2 = 2 (1 + momentum) / (learning_rate [1 + (d + 1) / batch_size (1 + momentum) / (1 - momentum)])
and 2 (1 + momentum) / learning_rate for the population; |a w - w*|^2 = weight_decay / (a^2 + weight_decay). It takes
learning_rate steps / (1 - momentum) >= (a_edge^4 - a_start^4) / (4 weight_decay) to get there, and several times that
for the distance to settle.)";

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const EdgeModel> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return run_replicas(
            info.replicas, 1, 1.0, grid, recorder, progress,
            [&](std::size_t replica, BlockWatch& watch) { run(replica, grid, recorder, watch); });
    }

  private:
    void run(std::size_t replica, const TimeGrid&, Recorder& recorder, BlockWatch& watch) const {
        random::StreamKey key{.seed = info.seed,
                              .route = random::route_hash(info.name),
                              .replica = static_cast<std::uint32_t>(replica)};
        const std::unique_ptr<Learner> learner = info.method == "reduced"
                                                     ? reduced_learner(*problem_, info.d, key)
                                                     : direct_learner(*problem_, info.d, key);
        key.purpose = random::Purpose::field;
        Observer observer(*problem_, info.d, key);
        follow_schedule(
            watch, [&](Archive& archive) { archive(*learner, observer); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) learner->step();
            },
            [&](std::uint64_t step) {
                if (learner->finite()) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) {
                // Between two steps the state is that of the nearer one.
                if (sampling.weight >= 0.5)
                    observer.observe(learner->weights(), recorder, replica, sampling.time);
            });
    }

    std::shared_ptr<const EdgeModel> problem_;
};

std::vector<Key> algorithm_keys(bool batches) {
    std::vector<Key> keys{{.name = "learning_rate",
                           .type = KeyType::real,
                           .meaning = "step size of w and a",
                           .symbol = "\\eta",
                           .range = {.minimum = 0, .above_minimum = true},
                           .required = true},
                          {.name = "momentum",
                           .type = KeyType::real,
                           .meaning = "of the heavy ball, without damping factor: less than 1",
                           .symbol = "\\beta",
                           .range = {.minimum = 0, .maximum = 1},
                           .standard = 0.0},
                          {.name = "weight_decay",
                           .type = KeyType::real,
                           .meaning = "of w alone; what makes a grow",
                           .symbol = "\\mu",
                           .range = {.minimum = 0},
                           .standard = 0.05}};
    if (batches)
        keys.push_back({.name = "batch_size",
                        .type = KeyType::integer,
                        .meaning = "fresh samples per step",
                        .symbol = "B",
                        .range = {.minimum = 1, .maximum = 1e9},
                        .standard = std::int64_t{1}});
    return keys;
}

std::shared_ptr<const Problem> make(bool batches, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<EdgeModel>();
    const Table& table = tables.algorithm;
    problem->learning_rate = table.real("learning_rate");
    problem->momentum = table.real("momentum");
    problem->weight_decay = table.real("weight_decay");
    if (batches) problem->batch_size = static_cast<std::uint64_t>(table.integer("batch_size"));
    problem->curvature = tables.initial.real("curvature");
    problem->grid = tables.recording.grid;
    if (problem->momentum >= 1.0) complaints.add(table.complain("momentum", "must be less than 1"));
    return problem;
}

AlgorithmKind algorithm(bool batches, const char* name, const char* summary) {
    AlgorithmKind kind{.name = name, .summary = summary, .keys = algorithm_keys(batches)};
    kind.make = [batches](const ProblemTables& tables, Complaints& complaints) {
        return make(batches, tables, complaints);
    };
    return kind;
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const EdgeModel&>(base);
    if (table.text("method") == "reduced" && info.d < 4)
        complaints.add(table.complain(
            "d", "must be at least 4 for the reduced chain, which keeps four directions apart"));
    const double entries = static_cast<double>(problem.batch_size) * static_cast<double>(info.d);
    if (entries > 1e8)
        complaints.add(table.complain(
            "d", fmt::format("needs batches of batch_size d = {:.3g} numbers, more than 1e8", entries)));
}

}  // namespace

ProblemKind declaration() {
    return {.name = "edge-model",
            .summary = "the smallest network that trains itself to the edge of stability",
            .mathematics = mathematics,
            .problem_keys = {},
            .initial_keys = {{.name = "curvature",
                              .type = KeyType::real,
                              .meaning = "a^2 at the start, where w = w* / a and the velocity is 0",
                              .symbol = "a^2(0)",
                              .range = {.minimum = 0, .above_minimum = true},
                              .standard = 1.0}},
            .algorithms = {algorithm(false, "gradient-descent", "the population's gradient, with momentum"),
                           algorithm(true, "online-sgd", "batches of fresh samples, with momentum")},
            .observables = EdgeModel().observables(),
            .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    std::vector<Key> keys = teacher_student::ensemble_keys(1e7);
    for (Key& key : keys)
        if (key.name == "replicas") key.standard = std::int64_t{4};
    keys.push_back({.name = "method",
                    .type = KeyType::choice,
                    .meaning =
                        "direct: real vectors and samples; reduced: the same law, at a cost independent of d "
                        "and batch_size (batch sharpness apart)",
                    .choices = {"direct", "reduced"},
                    .standard = std::string("direct")});
    return {.name = "simulation",
            .summary = "real vectors and samples, or the exact chain of their overlaps",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = std::move(keys),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const EdgeModel>(problem),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::edge_model
