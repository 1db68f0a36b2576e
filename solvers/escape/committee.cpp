// SPDX-License-Identifier: MIT
#include "solvers/escape/committee.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/committee/committee.hpp"
#include "solvers/escape/escape.hpp"

namespace hidyn::escape {
namespace {

using committee::Committee;

// v g(z) = c + A z^2.
struct Parabola {
    double constant = 0.0, amplitude = 0.0;
    bool operator==(const Parabola&) const = default;
};

std::optional<Parabola> parabola(const math::Activation& activation, double weight) {
    const std::vector<double>& coefficients = activation.coefficients();
    if (coefficients.size() != 3 || coefficients[1] != 0.0 || coefficients[2] * weight == 0.0) return {};
    return Parabola{coefficients[0] * weight, coefficients[2] * weight};
}

// In the units of escape.hpp: with f = A lambda^2, eta = 2 A^2 eta_here and Delta = Delta_here / A^2.
Neuron neuron_of(const Committee& problem) {
    const double square =
        std::pow(parabola(problem.teacher_activation, problem.teacher_second_layer[0])->amplitude, 2);
    return phase_retrieval(2.0 * square * problem.algorithm.learning_rate, problem.label_noise / square,
                           static_cast<double>(problem.algorithm.batch_size));
}

Outcome solve(const Committee& problem, const RouteRun& run) {
    const committee::Observables report(problem);
    const Neuron neuron = neuron_of(problem);
    const double variance = 1.0 / static_cast<double>(problem.random_start->d) +
                            neuron.diffusion / (neuron.growth() * static_cast<double>(run.info.d));
    const FirstPassage passage(neuron, *problem.escape_overlap, variance);
    // Where almost all or almost no runs have escaped, n runs show no spread by which to judge the mean: the
    // resolution of a comparison is three runs, each early or late by the time 1 / rho.
    const double resolution = 3.0 / static_cast<double>(run.info.replicas);
    double before = 0.0;
    double mean = 0.0;
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        const double now = run.grid.times[time];
        mean += passage.mean_between(before, now);
        before = now;
        const double escaped = passage.distribution(now);
        run.recorder.record_error(report.escaped, time, resolution);
        run.recorder.record_error(report.escape_time, time, resolution / neuron.growth());
        // The law over all starts, for each of them.
        for (std::size_t replica = 0; replica < run.info.replicas; ++replica) {
            const Slot slot = run.recorder.at(replica, time);
            slot.record(report.escaped, escaped);
            slot.record(report.escape_time, mean);
        }
    }
    Outcome outcome;
    outcome.attributes["growth_rate"] = neuron.growth();
    outcome.attributes["mean_escape_time"] = passage.mean();
    run.progress.advance(1.0);
    return outcome;
}

void check_start(const Asked<Committee>& asked) {
    const Committee& problem = *asked.problem;
    const std::optional<teacher_student::RandomStart>& law = problem.random_start;
    if (!law || !problem.start_per_replica || !law->normalized || law->scale != 1.0 || law->random_teacher ||
        std::abs(problem.starts.front().T(0, 0) - 1.0) > 1e-12)
        asked.complaints.add(fmt::format(
            "{}: the escape route averages over random starts on the sphere of the teacher: initial.kind = "
            "\"random\", normalized = true, per_replica = true, scale = 1 and T = [[1]]",
            asked.keys.place()));
}

void check(const Asked<Committee>& asked) {
    const Committee& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: the escape route {}", asked.keys.place(), why));
    };
    const std::vector<std::int64_t>& sizes = asked.keys.integers("d");
    if (sizes.size() > 1) {
        if (asked.info.d == static_cast<std::uint64_t>(sizes.front()))
            asked.complain("d", "each size has its own law: give one, and the others in [variants]");
        return;
    }
    if (!problem.escape_overlap) {
        refuse("needs problem.escape_overlap, the squared overlap whose first passage it predicts");
        return;
    }
    if (!problem.algorithm.spherical) refuse("needs algorithm.spherical = true");
    if (problem.algorithm.trains_second_layer()) refuse("needs a fixed second layer");
    check_start(asked);
    const std::optional<Parabola> student = parabola(problem.activation, problem.starts.front().v[0]);
    const std::optional<Parabola> teacher =
        parabola(problem.teacher_activation, problem.teacher_second_layer[0]);
    if (!student || !teacher || *student != *teacher) {
        refuse(
            "is for phase retrieval: activation \"quadratic\" (or another c z^2 + c_0) for student and "
            "teacher, with equal second layers");
        return;
    }
    const double square = teacher->amplitude * teacher->amplitude;
    const double batch = static_cast<double>(problem.algorithm.batch_size);
    const double bound = 2.0 * batch / (12.0 * square + problem.label_noise);
    const double rate = problem.algorithm.learning_rate;
    if (rate <= 0.0 || rate >= bound) {
        refuse(
            fmt::format("needs a learning rate between 0 and 2 B / (12 A^2 + Delta) = {:.6g}, beyond "
                        "which nothing escapes; it is {:.6g}",
                        bound, rate));
        return;
    }
    const double limit = neuron_of(problem).limit();
    if (*problem.escape_overlap >= limit)
        refuse(
            fmt::format("needs an escape_overlap below the squared overlap where learning ends, {:.6g}; "
                        "it is {:.6g}",
                        limit, *problem.escape_overlap));
}

}  // namespace

RouteKind committee_kind() {
    return {
        .name = "escape",
        .summary = "law of the escape times of spherical phase retrieval from random starts, in closed form",
        .source =
            "Arnaboldi et al., arXiv 2305.18502; Tan & Vershynin, arXiv 1910.12837; with the noise of "
            "the first steps",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {keys::integer_or_list("d",
                                       "input dimension of the runs whose escape is predicted; their starts "
                                       "have the overlaps of initial.reference_d")
                     .written("d")
                     .at_least(2)
                     .at_most(1e15)
                     .needed()},
        .make = route_of<Committee>([](const Asked<Committee>& asked) {
            check(asked);
            return [problem = asked.problem](const RouteRun& run) { return solve(*problem, run); };
        })};
}

}  // namespace hidyn::escape
