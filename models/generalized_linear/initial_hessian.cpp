#include "models/generalized_linear/initial_hessian.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/replicas.hpp"
#include "math/vectors/fused_pass.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/spectral/hessian.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const InitialHessian> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    [[nodiscard]] std::vector<Observable> own_observables() const override {
        return {second_lowest_eigenvalue()};
    }

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome =
            run_replicas(info.replicas, 1, 1.0, grid, recorder, progress,
                         [&](std::size_t replica, BlockWatch& watch) { measure(replica, recorder, watch); });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        return outcome;
    }

  private:
    void measure(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const random::StreamKey key{.seed = info.seed,
                                    .route = random::route_hash(info.name),
                                    .replica = static_cast<std::uint32_t>(replica)};
        const Signal signal = draw_signal(*problem_, info.d, key);
        const Samples samples = draw_samples(*problem_, info.d, signal, key);
        if (!watch.proceed(0)) return;
        const spectral::ExtremePairs found = lowest_pairs(*problem_, samples, signal);
        if (!found.converged) {
            watch.mark_diverged(replica, 0);
            return;
        }
        const Map<const VectorXd> truth(signal.truth.data(), static_cast<Index>(info.d));
        const double along = truth.dot(found.vectors.col(0));
        const double squared = along * along / truth.squaredNorm();
        recorder.record(InitialHessian::squared_overlap, replica, 0, {&squared, 1});
        recorder.record(InitialHessian::lowest_eigenvalue, replica, 0, {&found.values[0], 1});
        recorder.record(InitialHessian::own, replica, 0, {&found.values[1], 1});
    }

    std::shared_ptr<const InitialHessian> problem_;
};

void check_problem(const InitialHessian& problem, const ProblemTables& tables, Complaints& complaints) {
    for (const char* key : {"link", "loss", "loss_scale"})
        if (tables.problem.given(key))
            complaints.add(tables.problem.complain(
                key, "has no meaning for algorithm.kind = \"initial-hessian\", which has its own loss"));
    if (problem.label.channel() != LabelChannel::magnitude || !problem.knows_channel())
        complaints.add(tables.problem.complain("label_channel",
                                               "must be \"magnitude\", of a linear teacher, for "
                                               "algorithm.kind = \"initial-hessian\": phase retrieval"));
    const Table& initial = tables.initial;
    if (initial.text("kind") != "given")
        complaints.add(initial.complain(
            "kind", "must be \"given\" for algorithm.kind = \"initial-hessian\": give Q, the start's norm"));
    else if (problem.R0() != 0.0)
        complaints.add(initial.complain("R",
                                        "must be 0 or left out for algorithm.kind = \"initial-hessian\": its "
                                        "start is orthogonal to the signal"));
    else if (!(problem.Q0() > 0.0))
        complaints.add(initial.complain("Q", "must be positive: the loss of a start at 0 says nothing"));
    check_no_iterations(tables, complaints);
}

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<InitialHessian>(std::move(answers->loss), std::move(answers->label));
    if (!read_sections(tables, *problem, complaints)) return nullptr;
    problem->regularization = tables.algorithm.real("regularization");
    check_problem(*problem, tables, complaints);
    if (!complaints.empty()) return problem;
    problem->prediction =
        spectral::predict_smallest(spectral::hessian_weights(problem->regularization, problem->Q0(),
                                                             problem->T(), problem->label.noise_variance()),
                                   problem->sample_ratio);
    return problem;
}

void check(const Problem& problem, const Table& table, const RouteInfo& info, const TimeGrid& grid,
           Complaints& complaints) {
    teacher_student::check_room({dynamic_cast<const InitialHessian&>(problem).initial}, table, info.d,
                                complaints);
    check_memory(problem, table, info, grid, complaints);
}

Key regularization_key() {
    // As a falls the spectrum's upper end grows like 1 / a, and Lanczos takes ever longer to find the lower
    // one.
    return real_key("regularization", "a in the loss l_a = (lambda^2 - y^2)^2 / (4 (a + y^2))", "a",
                    {.minimum = 0.01}, 1.0);
}

}  // namespace

spectral::ExtremePairs lowest_pairs(const InitialHessian& problem, const Samples& samples,
                                    const Signal& signal) {
    VectorXd weight(static_cast<Index>(samples.count));
    // Of inputs x = sqrt(d) a, averaged over samples.
    const double unit = static_cast<double>(samples.d) / static_cast<double>(samples.count);
    teacher_student::FusedPass pass(samples.stride, 1);
    pass.project(
        samples.count, [&](std::size_t i) { return samples.row(i); }, signal.start.data(), 1,
        [&](std::size_t first, std::size_t width, const double* lambda) {
            for (std::size_t r = 0; r < width; ++r)
                weight[static_cast<Index>(first + r)] =
                    unit * spectral::curvature(problem.regularization, lambda[r], samples.labels[first + r]);
        });
    return spectral::extreme_pairs({samples.rows.data(), samples.d, samples.stride, weight}, 2,
                                   spectral::End::smallest);
}

std::vector<Observable> hessian_observables() {
    return {{.name = "squared_overlap",
             .long_name = "squared overlap",
             .symbol = "m^2",
             .normalization = "(v . theta*)^2 / |theta*|^2, |v| = 1"},
            {.name = "lowest_eigenvalue",
             .long_name = "lowest eigenvalue of the Hessian",
             .symbol = "\\mu_1",
             .normalization = "of (1/n) sum_i l_a''(lambda_i, y_i) x_i x_i^T, inputs of variance 1"}};
}

Observable second_lowest_eigenvalue() {
    return {.name = "second_lowest_eigenvalue",
            .long_name = "second lowest eigenvalue of the Hessian",
            .symbol = "\\mu_2",
            .normalization = "as lowest_eigenvalue; approaches the lower edge as slowly as d^-2/3",
            .own = true};
}

Observable lower_edge() {
    return {.name = "lower_edge",
            .long_name = "lower edge of the Hessian's bulk",
            .symbol = "\\mu_-",
            .normalization = "as lowest_eigenvalue, d -> infinity",
            .own = true};
}

std::vector<Observable> InitialHessian::observables() const {
    return hessian_observables();
}

AlgorithmKind initial_hessian_algorithm() {
    return {
        .name = "initial-hessian",
        .summary = "the lowest eigenvalues of phase retrieval's Hessian at a start orthogonal to the signal",
        .keys = {regularization_key()},
        .data_keys = data_keys(),
        .make = make};
}

RouteKind initial_hessian_simulation() {
    return {.name = "simulation",
            .summary = "the two lowest eigenpairs of a real matrix",
            .source = "restarted Lanczos iteration",
            .theory = false,
            .algorithms = {"initial-hessian"},
            .keys = teacher_student::ensemble_keys(1e7),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const InitialHessian>(problem),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::generalized_linear
