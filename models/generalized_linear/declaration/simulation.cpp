// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/simulation.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "core/counts.hpp"
#include "core/keys.hpp"
#include "core/machine.hpp"
#include "core/typed_route.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

Solver prepare(const Asked<GeneralizedLinear>& asked) {
    const GeneralizedLinear& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    const bool inference = asked.keys.boolean("inference");
    teacher_student::check_room({problem.initial}, asked.keys, d, asked.complaints);
    if (const std::string why = count_mistake("sample_ratio", problem.sample_ratio, "sample", d);
        !why.empty()) {
        asked.complain("d", why);
        return {};
    }
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), asked.keys.integer("replicas")));
    const double needed = threads * simulation_bytes(problem, d, inference);
    const double memory = machine_memory();
    if (needed > memory)
        asked.complain(
            "d",
            fmt::format(
                "{} samples in d = {} and {} iterations take {:.3g} GB on {} threads, but this machine has "
                "{:.3g} GB; use a smaller d, fewer --threads, or inference = false",
                problem.samples(d), d, problem.steps(), needed / 1e9, threads, memory / 1e9));
    return {[problem = asked.problem, inference](const RouteRun& run) {
        return simulate(*problem, inference, run);
    }};
}

}  // namespace

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "finite-size learning on a real design matrix, and what the data say about the path",
            .source = "the definitions of the methods; estimates of Han & Xu, arXiv 2412.09498",
            .theory = false,
            .algorithms = rule_names(),
            .keys = keys::joined(keys::ensemble(1e7),
                                 {keys::boolean("inference",
                                                "estimate responses, test loss and intervals from the data, "
                                                "at a cost and memory of n T^2 / 2 "
                                                "numbers over T iterations; false: the path alone",
                                                true)}),
            .make = route_of<GeneralizedLinear>(prepare)};
}

}  // namespace hidyn::generalized_linear
