// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "core/counts.hpp"
#include "core/keys.hpp"
#include "core/machine.hpp"
#include "core/typed_route.hpp"
#include "models/quadratic_network/declaration/declaration.hpp"
#include "models/quadratic_network/simulation/learner.hpp"
#include "models/quadratic_network/simulation/simulation.hpp"

namespace hidyn::quadratic_network {
namespace {

/// What forbids this size, or "".
std::string obstacle(const QuadraticNetwork& problem, std::uint64_t d, std::int64_t replicas) {
    const std::uint64_t smallest = problem.inputs.smallest_dimension(problem.teachers());
    if (d < smallest)
        return fmt::format("must be at least {}: teachers, spike and one axis beside them", smallest);
    const bool drawn_at = problem.start_size > 0 && problem.inputs.kind != InputLaw::Kind::spiked;
    if (drawn_at && d != problem.start_size)
        return fmt::format(
            "must be initial.reference_d = {}: the inputs' variances there are not those at "
            "another size",
            problem.start_size);
    const Algorithm& algorithm = problem.algorithm;
    if (algorithm.rule != Rule::online_sgd && algorithm.source != Source::population) {
        const char* key = algorithm.source == Source::data_set ? "sample_ratio" : "batch_ratio";
        if (std::string why = count_mistake(key, algorithm.ratio, "sample", d); !why.empty()) return why;
    }
    const Covariance covariance = problem.inputs.at(d, problem.teachers());
    const Factors& start = problem.starts.front();
    for (std::size_t j = 0; j < start.L.size(); ++j)
        if (static_cast<std::uint64_t>(start.L[j].cols()) > covariance.bulk[j].dimensions)
            return fmt::format("leaves {} axes beside teachers and spike, but the start fills {} of them",
                               covariance.bulk[j].dimensions, start.L[j].cols());
    const auto threads = static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), replicas));
    const double needed = threads * Learner::bytes(problem, d);
    if (needed > machine_memory())
        return fmt::format("takes {:.3g} GB on {} threads, but this machine has {:.3g} GB", needed / 1e9,
                           threads, machine_memory() / 1e9);
    return "";
}

Solver prepare(const Asked<QuadraticNetwork>& asked) {
    const std::string why = obstacle(*asked.problem, asked.info.d, asked.keys.integer("replicas"));
    if (!why.empty()) asked.complain("d", why);
    return {[problem = asked.problem](const RouteRun& run) { return simulate(*problem, run); }};
}

}  // namespace

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary =
                "real weights under the gradient of the population loss, of a data set or of fresh samples",
            .source = "the definitions of the algorithms",
            .theory = false,
            .algorithms = {"gradient-descent", "spectral-gradient-descent", "gradient-flow",
                           "spectral-gradient-flow", "online-sgd"},
            .keys = keys::ensemble(1e6),
            .make = route_of<QuadraticNetwork>(prepare)};
}

}  // namespace hidyn::quadratic_network
