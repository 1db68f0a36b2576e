// SPDX-License-Identifier: MIT
#include "registry.hpp"

#include <algorithm>

#include "models/committee/declaration/declaration.hpp"
#include "models/deep_linear/declaration/declaration.hpp"
#include "models/edge_model/declaration.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/ghost/declaration.hpp"
#include "models/linear_stability/declaration.hpp"
#include "models/multi_index/declaration/declaration.hpp"
#include "models/quadratic_network/declaration/declaration.hpp"
#include "models/sparse_regression/declaration.hpp"
#include "models/two_layer/declaration.hpp"
#include "models/weight_diffusion/declaration.hpp"
#include "solvers/bayes_optimal/generalized_linear.hpp"
#include "solvers/closed_form/ghost.hpp"
#include "solvers/closed_form/label_noise.hpp"
#include "solvers/closed_form/linear_regression.hpp"
#include "solvers/closed_form/one_layer.hpp"
#include "solvers/closed_form/quadratic_network.hpp"
#include "solvers/closed_form/sparse_regression.hpp"
#include "solvers/closed_form/wide_students.hpp"
#include "solvers/dmft/multi_index/multi_index.hpp"
#include "solvers/dmft/recording.hpp"
#include "solvers/equations/spectral/prediction.hpp"
#include "solvers/escape/committee.hpp"
#include "solvers/fixed_point/generalized_linear.hpp"
#include "solvers/fixed_point/separability.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/linear_noise/deep_linear.hpp"
#include "solvers/mean_square/edge_model.hpp"
#include "solvers/mean_square/linear_stability.hpp"
#include "solvers/mean_square/two_layer.hpp"
#include "solvers/modes/deep_linear.hpp"
#include "solvers/ode/committee.hpp"
#include "solvers/ode/online_limit.hpp"
#include "solvers/ode/quadratic_network.hpp"
#include "solvers/random_matrix/initial_hessian.hpp"
#include "solvers/random_matrix/levels.hpp"
#include "solvers/random_matrix/spectral_estimator.hpp"
#include "solvers/riccati/deep_linear.hpp"
#include "solvers/riccati/quadratic_network.hpp"
#include "solvers/sde/deep_linear.hpp"
#include "solvers/sde/weight_diffusion.hpp"
#include "solvers/state_evolution/generalized_linear.hpp"
#include "solvers/volterra/linear_regression.hpp"

namespace hidyn {
namespace {

ProblemKind with(ProblemKind problem, std::vector<RouteKind> theories) {
    for (RouteKind& theory : theories) problem.routes.push_back(std::move(theory));
    return problem;
}

// Those that the problem does not have yet.
void add_observables(ProblemKind& problem, const std::vector<Observable>& more) {
    for (const Observable& observable : more)
        if (std::ranges::find(problem.observables, observable.name, &Observable::name) ==
            problem.observables.end())
            problem.observables.push_back(observable);
}

// Dynamical mean-field theory, with the kernels that it alone has.
ProblemKind with_dmft(ProblemKind problem) {
    add_observables(problem, dmft::declare_kernels(0, {{0.0}, ""}));
    return with(std::move(problem), {dmft::multi_index_kind()});
}

// The committee machine also learns from a data set, as one of the multi-index family.
ProblemKind committee_problem() {
    ProblemKind problem =
        with(committee::declaration(),
             {ode::committee_kind(), linear_noise::committee_kind(), escape::committee_kind()});
    for (AlgorithmKind& algorithm : multi_index::committee_algorithms(spectral::theory()))
        problem.algorithms.push_back(std::move(algorithm));
    problem.routes.push_back(multi_index::simulation_kind());
    problem.mathematics += "\n\nOn a data set. " + multi_index::family_mathematics();
    add_observables(problem, multi_index::family_observables(false));
    return with(with_dmft(std::move(problem)), {ode::online_limit_kind()});
}

}  // namespace

const Registry& registry() {
    static const Registry everything{{
        committee_problem(),
        with(with_dmft(multi_index::linear_regression(spectral::theory())),
             {closed_form::linear_regression_kind(), volterra::linear_regression_kind(),
              ode::online_limit_kind()}),
        with_dmft(multi_index::logistic_regression(spectral::theory())),
        with_dmft(multi_index::phase_retrieval(spectral::theory())),
        with(with_dmft(multi_index::general(spectral::theory())), {ode::online_limit_kind()}),
        with(generalized_linear::declaration(spectral::theory()),
             {state_evolution::generalized_linear_kind(), bayes_optimal::generalized_linear_kind(),
              fixed_point::generalized_linear_kind(), fixed_point::separability_kind(),
              random_matrix::spectral_estimator_kind(), random_matrix::initial_hessian_kind()}),
        with(quadratic_network::declaration(),
             {closed_form::quadratic_network_kind(), closed_form::wide_students_kind(),
              ode::quadratic_network_kind(), riccati::riccati_kind(), riccati::riccati_limit_kind()}),
        with(deep_linear::declaration(),
             {modes::deep_linear_kind(), riccati::deep_linear_kind(), closed_form::one_layer_kind(),
              closed_form::label_noise_kind(), linear_noise::deep_linear_kind(), sde::deep_linear_kind(),
              sde::stationary_law_kind(), random_matrix::levels_kind()}),
        with(edge_model::declaration(), {mean_square::edge_model_kind()}),
        with(linear_stability::declaration(), {mean_square::linear_stability_kind()}),
        with(two_layer::declaration(), {mean_square::two_layer_kind()}),
        with(weight_diffusion::declaration(), {sde::weight_diffusion_kind()}),
        with(ghost::declaration(), {closed_form::ghost_kind()}),
        with(sparse_regression::declaration(),
             {closed_form::sparse_regression_kind(), closed_form::pooled_flow_kind()}),
    }};
    return everything;
}

}  // namespace hidyn
