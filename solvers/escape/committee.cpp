#include "solvers/escape/committee.hpp"

#include <fmt/format.h>

#include <cmath>

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

class EscapeRoute final : public Route {
  public:
    EscapeRoute(std::shared_ptr<const Committee> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const Neuron neuron = neuron_of(*problem_);
        const double variance = 1.0 / static_cast<double>(problem_->random_start->d) +
                                neuron.diffusion / (neuron.growth() * static_cast<double>(info.d));
        const FirstPassage passage(neuron, *problem_->escape_overlap, variance);
        const std::size_t first = problem_->passage_place();
        // Where almost all or almost no runs have escaped, n runs show no spread by which to judge the mean:
        // the resolution of a comparison is three runs, each early or late by the time 1 / rho.
        const double resolution = 3.0 / static_cast<double>(info.replicas);
        const double time_resolution = resolution / neuron.growth();
        double before = 0.0;
        double mean = 0.0;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const double now = grid.times[time];
            mean += passage.mean_between(before, now);
            before = now;
            const double escaped = passage.distribution(now);
            recorder.record_error(first, time, {&resolution, 1});
            recorder.record_error(first + 1, time, {&time_resolution, 1});
            // The law over all starts, for each of them.
            for (std::size_t replica = 0; replica < info.replicas; ++replica) {
                recorder.record(first, replica, time, {&escaped, 1});
                recorder.record(first + 1, replica, time, {&mean, 1});
            }
        }
        Outcome outcome;
        outcome.attributes["growth_rate"] = neuron.growth();
        outcome.attributes["mean_escape_time"] = passage.mean();
        progress.advance(1.0);
        return outcome;
    }

  private:
    std::shared_ptr<const Committee> problem_;
};

void check_start(const Committee& problem, const Table& table, Complaints& complaints) {
    const std::optional<teacher_student::RandomStart>& law = problem.random_start;
    if (!law || !problem.start_per_replica || !law->normalized || law->scale != 1.0 || law->random_teacher ||
        std::abs(problem.starts.front().T(0, 0) - 1.0) > 1e-12)
        complaints.add(fmt::format(
            "{}: the escape route averages over random starts on the sphere of the teacher: initial.kind = "
            "\"random\", normalized = true, per_replica = true, scale = 1 and T = [[1]]",
            table.place()));
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const Committee&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: the escape route {}", table.place(), why));
    };
    if (table.integers("d").size() > 1) {
        if (info.d == static_cast<std::uint64_t>(table.integers("d").front()))
            complaints.add(
                table.complain("d", "each size has its own law: give one, and the others in [variants]"));
        return;
    }
    if (!problem.escape_overlap) {
        refuse("needs problem.escape_overlap, the squared overlap whose first passage it predicts");
        return;
    }
    if (!problem.algorithm.spherical) refuse("needs algorithm.spherical = true");
    if (problem.algorithm.trains_second_layer()) refuse("needs a fixed second layer");
    check_start(problem, table, complaints);
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
        .keys = {{.name = "d",
                  .type = KeyType::integer_or_list,
                  .meaning = "input dimension of the runs whose escape is predicted; their starts have the "
                             "overlaps of initial.reference_d",
                  .symbol = "d",
                  .range = {.minimum = 2, .maximum = 1e15},
                  .required = true}},
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<EscapeRoute>(std::dynamic_pointer_cast<const Committee>(problem),
                                                 std::move(info));
        }};
}

}  // namespace hidyn::escape
