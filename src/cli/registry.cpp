#include "cli/registry.hpp"

#include "models/committee/declaration.hpp"
#include "models/multi_index/declaration.hpp"
#include "solvers/closed_form/linear_regression.hpp"
#include "solvers/dmft/multi_index.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"
#include "solvers/ode/online_limit.hpp"
#include "solvers/volterra/linear_regression.hpp"

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
    return with(std::move(problem), {dmft::multi_index_kind(), ode::online_limit_kind()});
}

}  // namespace

const Registry& registry() {
    static const Registry everything{{
        committee_problem(),
        with(multi_index::linear_regression(),
             {dmft::multi_index_kind(), closed_form::linear_regression_kind(),
              volterra::linear_regression_kind(), ode::online_limit_kind()}),
        with(multi_index::logistic_regression(), {dmft::multi_index_kind()}),
        with(multi_index::phase_retrieval(), {dmft::multi_index_kind()}),
        with(multi_index::general(), {dmft::multi_index_kind(), ode::online_limit_kind()}),
    }};
    return everything;
}

}  // namespace hidyn::cli
