#include "models/generalized_linear/separability.hpp"

#include <fmt/format.h>

#include <ClpFactorization.hpp>
#include <ClpSimplex.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <memory>
#include <vector>

#include "core/error.hpp"
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
    // Gordan's alternative, of d + 1 rows however many samples there are: no theta separates them if and only
    // if weights that are not negative and sum to one cancel the y_i a_i.
    const auto n = static_cast<Eigen::Index>(count);
    const auto d = static_cast<Eigen::Index>(samples.d);
    const Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>> inputs(
        samples.rows.data(), d, n, Eigen::OuterStride<>(static_cast<Eigen::Index>(samples.stride)));
    const Eigen::Map<const Eigen::RowVectorXd> labels(samples.labels.data(), n);
    Eigen::MatrixXd matrix(d + 1, n);
    matrix.topRows(d) = inputs.array().rowwise() * labels.array();
    matrix.row(d).setOnes();
    const Eigen::VectorXd sums = Eigen::VectorXd::Unit(d + 1, d);
    const auto rows = static_cast<int>(d + 1);
    const Eigen::VectorXi places = Eigen::VectorXi::LinSpaced(rows, 0, rows - 1).replicate(n, 1);
    std::vector<CoinBigIndex> begins(count + 1);
    for (std::size_t i = 0; i <= count; ++i) begins[i] = static_cast<CoinBigIndex>(i) * rows;

    ClpSimplex program;
    program.setLogLevel(0);
    program.loadProblem(static_cast<int>(n), rows, begins.data(), places.data(), matrix.data(), nullptr,
                        nullptr, nullptr, sums.data(), sums.data());
    program.scaling(0);
    // There is no objective: every basis is dual feasible. Perturbed costs would only be one to be met.
    constexpr int no_perturbation = 100;
    program.setPerturbation(no_perturbation);
    program.setPrimalTolerance(1e-9);
    constexpr int dense = 1;
    program.factorization()->forceOtherFactorization(dense);
    program.dual();
    constexpr int feasible = 0;
    constexpr int infeasible = 1;
    if (program.status() != feasible && program.status() != infeasible)
        throw RunError(
            fmt::format("the linear program of {} samples in {} dimensions ended with CLP's status {}", count,
                        samples.d, program.status()));
    return program.status() == infeasible;
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
