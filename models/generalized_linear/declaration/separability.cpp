// SPDX-License-Identifier: MIT
#include "models/generalized_linear/declaration/separability.hpp"

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/generalized_linear/simulation/separability.hpp"

namespace hidyn::generalized_linear {
namespace {

std::shared_ptr<const Problem> make_separability(const ProblemTables& tables, Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<Separability>(std::move(answers->loss), std::move(answers->label));
    if (!read_sections_without_start(tables, *problem, complaints)) return nullptr;
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

}  // namespace

AlgorithmKind separability_algorithm() {
    return {.name = "separability",
            .summary = "how many samples can be separated by a hyperplane, so that maximum likelihood fails",
            .keys = {},
            .data_keys = design_keys(),
            .make = make_separability};
}

RouteKind separability_simulation() {
    return {.name = "simulation",
            .summary = "linear programs on growing samples",
            .source = "the definition of separability",
            .theory = false,
            .algorithms = {"separability"},
            .keys = keys::ensemble(2000),
            .make = solved_by<Separability>(measure_separability)};
}

}  // namespace hidyn::generalized_linear
