#include "cli/registry.hpp"

#include "models/committee/declaration.hpp"
#include "models/multi_index/declaration.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"

namespace hidyn::cli {
namespace {

ProblemKind with(ProblemKind problem, std::vector<RouteKind> theories) {
    for (RouteKind& theory : theories) problem.routes.push_back(std::move(theory));
    return problem;
}

// The committee machine also learns from a data set, as one of the multi-index family.
ProblemKind committee_problem() {
    ProblemKind problem =
        with(committee::declaration(), {ode::committee_kind(), linear_noise::committee_kind()});
    for (AlgorithmKind& algorithm : multi_index::committee_algorithms())
        problem.algorithms.push_back(std::move(algorithm));
    problem.routes.push_back(multi_index::simulation_kind());
    return problem;
}

}  // namespace

const Registry& registry() {
    static const Registry everything{{
        committee_problem(),
        multi_index::linear_regression(),
        multi_index::logistic_regression(),
        multi_index::phase_retrieval(),
        multi_index::general(),
    }};
    return everything;
}

}  // namespace hidyn::cli
