#include "solvers/closed_form/label_noise.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "math/integrator.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::closed_form {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ObservablePlaces;

/// At the solution W_2 W_1 = M noise turns the weights within it and shrinks what they learned, to leading
/// order in eta d / B:
///   d/dt (W_2^T W_2 - W_1 W_1^T) = (eta Delta / B) (d_o W_1 W_1^T - d_i W_2^T W_2)
///   <s> = m - (eta Delta / 2 B) sqrt(d_i d_o), once layers are balanced
class LabelNoise final : public Route {
  public:
    LabelNoise(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const std::vector<Eigen::Index> n = problem_->widths(info.d);
        const auto inputs = static_cast<double>(n.front());
        const auto outputs = static_cast<double>(n.back());
        const double strength =
            problem_->learning_rate * problem_->label_noise / static_cast<double>(problem_->batch_size);
        std::vector<double> s = problem_->strengths;
        for (double& one : s) one -= 0.5 * strength * std::sqrt(inputs * outputs);
        const std::size_t place = ObservablePlaces(*problem_).imbalance;
        const bool unbalanced = problem_->initial.kind == deep_linear::StartKind::unbalanced;
        // The imbalance b^2 - a^2 of each mode along the valley a b = m.
        const math::Integration valley{
            .derivative =
                [&](const math::State& state, math::State& change, double) {
                    for (std::size_t k = 0; k < state.size(); ++k) {
                        const double root = std::hypot(state[k], 2.0 * problem_->strengths[k]);
                        const double first = 0.5 * (root - state[k]);
                        const double second = 0.5 * (root + state[k]);
                        change[k] = strength * (outputs * first - inputs * second);
                    }
                },
            .record =
                [&](std::size_t time, const math::State& state) {
                    double square = 0.0;
                    for (const double one : state) square += one * one;
                    const double norm = unbalanced ? std::sqrt(square) : std::nan("");
                    recorder.record(place, 0, time, {&norm, 1});
                    if (!unbalanced) recorder.record(ObservablePlaces::mode_strength, 0, time, s);
                },
        };
        math::State start(problem_->modes(), 0.0);
        if (unbalanced)
            for (std::size_t k = 0; k < start.size(); ++k)
                start[k] = std::pow(problem_->initial.second[k], 2) - std::pow(problem_->initial.first[k], 2);
        const math::IntegrationReport report = math::integrate(valley, start, grid.times, progress);
        return {
            .status = report.status, .diverged_at = std::nan(""), .detail = report.detail, .attributes = {}};
    }

  private:
    std::shared_ptr<const DeepLinear> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
    };
    if (problem.depth != 2) refuse(fmt::format("is for two layers, but problem.depth = {}", problem.depth));
    if (problem.label_noise == 0.0)
        refuse("needs problem.label_noise: without it weights that have learned rest");
    if (static_cast<std::size_t>(problem.widths(info.d).back()) < problem.modes() || info.d < problem.modes())
        complaints.add(
            table.complain("d", fmt::format("leaves inputs or outputs of fewer dimensions than the "
                                            "teacher's {} modes",
                                            problem.modes())));
    if (problem.initial.kind != deep_linear::StartKind::unbalanced) return;
    for (std::size_t k = 0; k < std::min(problem.initial.first.size(), problem.initial.second.size()); ++k)
        if (std::abs(problem.initial.first[k] * problem.initial.second[k] - problem.strengths[k]) >
            1e-6 * problem.strengths[k])
            refuse(fmt::format(
                "follows weights that have learned: mode {} starts at first * second = {:.6g}, which is "
                "not its strength {:.6g}",
                k + 1, problem.initial.first[k] * problem.initial.second[k], problem.strengths[k]));
}

}  // namespace

RouteKind label_noise_kind() {
    return {
        .name = "label-noise",
        .summary =
            "two layers that have learned: strengths shrunk and layers balanced by label noise, to leading "
            "order",
        .source =
            "expansion in learning_rate d / batch_size around the solution; Ziyin et al., arXiv 2308.06671",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {{.name = "d",
                  .type = KeyType::integer_or_list,
                  .meaning = "input dimension of the runs whose weights are meant",
                  .symbol = "d",
                  .range = {.minimum = 1, .maximum = 1e12},
                  .required = true}},
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<LabelNoise>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                std::move(info));
        }};
}

}  // namespace hidyn::closed_form
