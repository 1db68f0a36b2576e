// SPDX-License-Identifier: MIT
#include "models/generalized_linear/declaration/spectra.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/generalized_linear/simulation/spectra.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

std::shared_ptr<const Problem> make_estimator(const ProblemTables& tables, const spectral::Theory& theory,
                                              Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<SpectralEstimator>(std::move(answers->loss), std::move(answers->label));
    if (tables.initial.text("kind") != "spectral") {
        complaints.add(
            fmt::format("{}: algorithm.kind = \"spectral-estimator\" takes its estimate from the spectrum: "
                        "give [initial] "
                        "kind = \"spectral\"",
                        tables.initial.place()));
        return nullptr;
    }
    if (!read_sections(tables, theory, *problem, complaints)) return nullptr;
    check_no_iterations(tables, complaints);
    return problem;
}

void check_hessian(const InitialHessian& problem, const ProblemTables& tables, Complaints& complaints) {
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

std::shared_ptr<const Problem> make_hessian(const ProblemTables& tables, const spectral::Theory& theory,
                                            Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<InitialHessian>(std::move(answers->loss), std::move(answers->label));
    if (!read_sections(tables, theory, *problem, complaints)) return nullptr;
    problem->regularization = tables.algorithm.real("regularization");
    check_hessian(*problem, tables, complaints);
    return problem;
}

Key regularization_key() {
    // As a falls the spectrum's upper end grows like 1 / a, and Lanczos takes ever longer to find the lower
    // one.
    return keys::real("regularization", "a in the loss l_a = (lambda^2 - y^2)^2 / (4 (a + y^2))")
        .written("a")
        .at_least(0.01)
        .otherwise(1.0);
}

}  // namespace

AlgorithmKind spectral_estimator_algorithm(const spectral::Theory& theory) {
    return {.name = "spectral-estimator",
            .summary = "the leading eigenvector of the inputs' covariance weighted by the labels",
            .keys = {},
            .data_keys = data_keys(),
            .make = [theory](const ProblemTables& tables, Complaints& complaints) {
                return make_estimator(tables, theory, complaints);
            }};
}

RouteKind spectral_estimator_simulation() {
    return {.name = "simulation",
            .summary = "the leading eigenvector of a real matrix",
            .source = "restarted Lanczos iteration",
            .theory = false,
            .algorithms = {"spectral-estimator"},
            .keys = keys::ensemble(1e7),
            .make = route_of<SpectralEstimator>([](const Asked<SpectralEstimator>& asked) -> Solver {
                check_memory(*asked.problem, asked.keys, asked.info, asked.complaints);
                return {[problem = asked.problem](const RouteRun& run) {
                    return estimate_spectrally(*problem, run);
                }};
            })};
}

AlgorithmKind initial_hessian_algorithm(const spectral::Theory& theory) {
    return {
        .name = "initial-hessian",
        .summary = "the lowest eigenvalues of phase retrieval's Hessian at a start orthogonal to the signal",
        .keys = {regularization_key()},
        .data_keys = data_keys(),
        .make = [theory](const ProblemTables& tables, Complaints& complaints) {
            return make_hessian(tables, theory, complaints);
        }};
}

RouteKind initial_hessian_simulation() {
    return {.name = "simulation",
            .summary = "the two lowest eigenpairs of a real matrix",
            .source = "restarted Lanczos iteration",
            .theory = false,
            .algorithms = {"initial-hessian"},
            .keys = keys::ensemble(1e7),
            .make = route_of<InitialHessian>([](const Asked<InitialHessian>& asked) -> Solver {
                teacher_student::check_room({asked.problem->initial}, asked.keys, asked.info.d,
                                            asked.complaints);
                check_memory(*asked.problem, asked.keys, asked.info, asked.complaints);
                ObservableList own(InitialHessian::Observables().end());
                const Handle second = own.add(second_lowest_eigenvalue());
                return {[problem = asked.problem, second](const RouteRun& run) {
                            return measure_hessian(*problem, second, run);
                        },
                        own.all()};
            })};
}

}  // namespace hidyn::generalized_linear
