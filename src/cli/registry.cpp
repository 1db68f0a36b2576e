#include "cli/registry.hpp"

#include "models/committee/declaration.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"

namespace hidyn::cli {
namespace {

ProblemKind with(ProblemKind problem, std::vector<RouteKind> theories) {
    for (RouteKind& theory : theories) problem.routes.push_back(std::move(theory));
    return problem;
}

}  // namespace

const Registry& registry() {
    static const Registry everything{{
        with(committee::declaration(), {ode::committee_kind(), linear_noise::committee_kind()}),
    }};
    return everything;
}

}  // namespace hidyn::cli
