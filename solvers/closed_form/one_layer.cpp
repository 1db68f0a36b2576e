#include "solvers/closed_form/one_layer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/step_schedule.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::closed_form {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ObservablePlaces;

/// E = W - M under E <- E - eta G, G the mean over the batch of (E x - noise) x^T, x of d dimensions:
///   <G> = E, Cov(G_ij, G_kl) = [(E E^T + Delta)_ik delta_jl + E_il E_kj] / B.
struct Moments {
    double mean = 0.0;    ///< <E_aa>
    double square = 0.0;  ///< <E_aa^2>
    double row = 0.0;     ///< <(E E^T)_aa>

    void step(double eta, double B, double d, double noise) {
        mean *= 1.0 - eta;
        square = (1.0 - 2.0 * eta) * square + eta * eta * (square + (row + noise + square) / B);
        row = (1.0 - 2.0 * eta) * row + eta * eta * (row + ((d + 1.0) * row + d * noise) / B);
    }
};

class OneLayer final : public Route {
  public:
    OneLayer(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), places_(*problem_) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto B = static_cast<double>(problem_->batch_size);
        const auto d = static_cast<double>(info.d);
        std::vector<Moments> modes;
        for (std::size_t k = 0; k < problem_->modes(); ++k) {
            const double e = problem_->initial.strengths[k] - problem_->strengths[k];
            modes.push_back({e, e * e, e * e});
        }
        modes.push_back({});  // a row of the teacher that is 0
        std::uint64_t done = 0;
        for (const Sampling& sampling : sampling_schedule(grid, problem_->steps_per_unit_time(1.0))) {
            for (; done < sampling.step; ++done)
                for (Moments& mode : modes) mode.step(problem_->learning_rate, B, d, problem_->label_noise);
            record(modes, recorder, sampling);
        }
        progress.advance(1.0);
        return {};
    }

  private:
    void record(const std::vector<Moments>& modes, Recorder& recorder, const Sampling& sampling) const {
        const double rate = problem_->learning_rate / static_cast<double>(problem_->batch_size);
        const auto empty_rows =
            static_cast<double>(problem_->widths(info.d).back()) - static_cast<double>(problem_->modes());
        double error = 0.5 * empty_rows * modes.back().row;
        std::vector<double> strengths, variances, diffusion;
        for (std::size_t k = 0; k < problem_->modes(); ++k) {
            const Moments& mode = modes[k];
            error += 0.5 * mode.row;
            strengths.push_back(problem_->strengths[k] + mode.mean);
            variances.push_back(mode.square - mode.mean * mode.mean);
            diffusion.push_back(rate * (mode.row + problem_->label_noise + mode.square));
        }
        const auto blend = [&](std::size_t place, const std::vector<double>& values) {
            recorder.blend(place, 0, sampling.time, sampling.weight, values);
        };
        blend(ObservablePlaces::error, {error});
        blend(ObservablePlaces::mode_strength, strengths);
        blend(places_.variance_of_modes, variances);
        blend(places_.mode_diffusion, diffusion);
    }

    std::shared_ptr<const DeepLinear> problem_;
    ObservablePlaces places_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    if (problem.depth != 1 || problem.initial.kind != deep_linear::StartKind::aligned)
        complaints.add(
            fmt::format("{}: moments close for a single layer from aligned weights: problem.depth = 1 "
                        "and initial.kind = \"aligned\"",
                        table.place()));
    const auto outputs = static_cast<std::size_t>(problem.widths(info.d).back());
    if (outputs < problem.modes() || info.d < problem.modes())
        complaints.add(
            table.complain("d", fmt::format("leaves inputs or outputs of fewer dimensions than the "
                                            "teacher's {} modes",
                                            problem.modes())));
}

}  // namespace

RouteKind one_layer_kind() {
    return {.name = "closed-form",
            .summary = "exact first and second moments of a single layer under batches, step by step",
            .source =
                "moments of the batch gradient for Gaussian inputs (Wick); Corlouer et al., arXiv 2604.06366",
            .theory = true,
            .exact_at_d = true,
            .algorithms = {"online-sgd"},
            .keys = {{.name = "d",
                      .type = KeyType::integer_or_list,
                      .meaning = "input dimension of the runs whose moments are predicted",
                      .symbol = "d",
                      .range = {.minimum = 1, .maximum = 1e12},
                      .required = true}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<OneLayer>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                  std::move(info));
            }};
}

}  // namespace hidyn::closed_form
