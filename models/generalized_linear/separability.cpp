#include "models/generalized_linear/separability.hpp"

#include <fmt/format.h>
#include <glpk.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/replicas.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const Separability> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return run_replicas(
            info.replicas, 1, 1.0, grid, recorder, progress,
            [&](std::size_t replica, BlockWatch& watch) { measure(replica, recorder, watch); });
    }

  private:
    void measure(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const random::StreamKey key{.seed = info.seed,
                                    .route = random::route_hash(info.name),
                                    .replica = static_cast<std::uint32_t>(replica)};
        const Signal signal = draw_signal(*problem_, info.d, key);
        // d samples in general position are always separable, and more are the fewer the longer the list: its
        // last separable length is found by doubling and halving. Longer lists begin with the shorter ones.
        std::size_t low = info.d;
        std::size_t high = 2 * info.d;
        Samples samples = draw_samples(*problem_, info.d, high, signal, key);
        while (separable(samples, high)) {
            if (!watch.proceed(0)) return;
            low = high;
            high *= 2;
            samples = draw_samples(*problem_, info.d, high, signal, key);
        }
        while (high - low > 1) {
            if (!watch.proceed(0)) return;
            const std::size_t middle = low + (high - low) / 2;
            (separable(samples, middle) ? low : high) = middle;
        }
        const double ratio = (static_cast<double>(low) + 0.5) / static_cast<double>(info.d);
        recorder.record(Separability::separable_ratio, replica, 0, {&ratio, 1});
    }

    std::shared_ptr<const Separability> problem_;
};

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<Separability>(std::move(answers->loss), std::move(answers->label));
    if (!read_sections(tables, *problem, complaints, false)) return nullptr;
    if (!problem->label.binary() || !problem->knows_channel())
        complaints.add(tables.problem.complain(
            "label_channel",
            "must be \"logistic\" or \"sign\", of a linear teacher, to ask for separability"));
    else if (problem->label.channel() == LabelChannel::sign && problem->label.noise_variance() == 0.0)
        complaints.add(tables.problem.complain(
            "label_channel", "\"sign\" without label_noise can be separated at any number of samples"));
    check_no_iterations(tables, complaints);
    return problem;
}

std::vector<Key> design_keys() {
    std::vector<Key> keys = data_keys();
    std::erase_if(keys, [](const Key& key) { return key.name == "sample_ratio"; });
    return keys;
}

}  // namespace

bool separable(const Samples& samples, std::size_t count) {
    const std::unique_ptr<glp_prob, void (*)(glp_prob*)> program(glp_create_prob(), &glp_delete_prob);
    const int columns = static_cast<int>(samples.d);
    glp_add_rows(program.get(), static_cast<int>(count));
    glp_add_cols(program.get(), columns);
    for (int j = 1; j <= columns; ++j) glp_set_col_bnds(program.get(), j, GLP_FR, 0.0, 0.0);
    std::vector<int> index(samples.d + 1);
    for (std::size_t j = 0; j <= samples.d; ++j) index[j] = static_cast<int>(j);
    std::vector<double> row(samples.d + 1);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < samples.d; ++j) row[j + 1] = samples.labels[i] * samples.row(i)[j];
        glp_set_mat_row(program.get(), static_cast<int>(i) + 1, columns, index.data(), row.data());
        glp_set_row_bnds(program.get(), static_cast<int>(i) + 1, GLP_LO, 1.0, 0.0);
    }
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    // There is no objective: every basis is dual feasible.
    control.meth = GLP_DUALP;
    glp_simplex(program.get(), &control);
    return glp_get_status(program.get()) == GLP_OPT;
}

std::vector<Observable> separability_observables() {
    return {
        {.name = "separable_ratio",
         .long_name = "separable samples per dimension",
         .symbol = "\\alpha_c",
         .normalization = "(n + 1/2) / d, n the largest number of the first samples that can be separated"}};
}

std::vector<Observable> Separability::observables() const {
    return separability_observables();
}

std::vector<Problem::StartArray> Separability::start() const {
    return {{teacher_student::teacher_overlaps(1), {T()}}};
}

AlgorithmKind separability_algorithm() {
    return {.name = "separability",
            .summary = "how many samples can be separated by a hyperplane, so that maximum likelihood fails",
            .keys = {},
            .data_keys = design_keys(),
            .make = make};
}

RouteKind separability_simulation() {
    return {.name = "simulation",
            .summary = "linear programs on growing samples",
            .source = "the definition of separability",
            .theory = false,
            .algorithms = {"separability"},
            .keys = teacher_student::ensemble_keys(2000),
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const Separability>(problem),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::generalized_linear
