#include <fmt/format.h>

#include <algorithm>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/declaration.hpp"
#include "models/deep_linear/network.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::deep_linear {
namespace {

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return run_replicas(info.replicas, 1, problem_->steps_per_unit_time(1.0), grid, recorder, progress,
                            [&](std::size_t replica, BlockWatch& watch) {
                                if (problem_->rule == Rule::gradient_flow)
                                    flow(replica, grid, recorder, progress, watch);
                                else
                                    descend(replica, recorder, watch);
                            });
    }

  private:
    void descend(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        Network network(*problem_, info.d, static_cast<std::uint32_t>(replica));
        follow_schedule(
            watch.schedule(), watch.check_interval(),
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) network.step(problem_->learning_rate);
            },
            [&](std::uint64_t step) {
                if (network.finite()) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) {
                network.observe(recorder, replica, sampling.time, sampling.weight);
            });
    }

    void flow(std::size_t replica, const TimeGrid& grid, Recorder& recorder, Progress& progress,
              BlockWatch& watch) const {
        Network network(*problem_, info.d, static_cast<std::uint32_t>(replica));
        const math::Integration problem{.derivative =
                                            [&](const math::State& state, math::State& derivative, double) {
                                                network.unpack(state);
                                                double* to = derivative.data();
                                                for (const Eigen::MatrixXd& layer : network.descent())
                                                    to = std::copy_n(layer.data(), layer.size(), to);
                                            },
                                        .record =
                                            [&](std::size_t time, const math::State& state) {
                                                network.unpack(state);
                                                network.observe(recorder, replica, time);
                                            },
                                        .relative_tolerance = 1e-10,
                                        .absolute_tolerance = 1e-12};
        PartialProgress part(progress, 1.0 / static_cast<double>(info.replicas));
        const math::IntegrationReport report = math::integrate(problem, network.packed(), grid.times, part);
        if (report.status != Status::complete)
            watch.mark_diverged_at(replica, report.reached, report.reached);
    }

    std::shared_ptr<const DeepLinear> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    const std::vector<Eigen::Index> widths = problem.widths(info.d);
    const auto narrowest = static_cast<std::size_t>(*std::ranges::min_element(widths));
    const bool random = problem.initial.kind == StartKind::random;
    const auto outer = static_cast<std::size_t>(std::min(widths.front(), widths.back()));
    if (outer < problem.modes())
        complaints.add(table.complain(
            "d", fmt::format("leaves inputs or outputs of {} dimensions, but the teacher has {} modes", outer,
                             problem.modes())));
    else if (narrowest < problem.modes() && !random)
        complaints.add(table.complain(
            "d",
            fmt::format("leaves a layer of width {}, which cannot carry the {} modes of the start: those of "
                        "strength {} and below are out of reach",
                        narrowest, problem.modes(), problem.strengths[narrowest])));
    if (random && info.d != problem.initial.size)
        complaints.add(table.complain(
            "d", fmt::format("must be initial.reference_d = {}, at which the random weights are drawn",
                             problem.initial.size)));
}

}  // namespace

RouteKind simulation_kind() {
    std::vector<Key> keys = teacher_student::ensemble_keys(1e4);
    for (Key& key : keys)
        if (key.name == "replicas") key.standard = std::int64_t{4};
    return {.name = "simulation",
            .summary = "real weight matrices of all layers",
            .source = "the definitions of the algorithms",
            .theory = false,
            .keys = std::move(keys),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::deep_linear
