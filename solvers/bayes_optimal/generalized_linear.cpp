#include "solvers/bayes_optimal/generalized_linear.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/bayes_optimal/channel_information.hpp"
#include "solvers/bayes_optimal/prior_error.hpp"

namespace hidyn::bayes_optimal {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::ObservablePlaces;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// V_t and qhat_t for t = 0..steps:
///   qhat_t = alpha E g_out(omega, y, V_t)^2,  V_{t+1} = E Var(theta* | theta* + N(0, 1) / sqrt(qhat_t)).
struct BayesPath {
    std::vector<double> V, qhat;
};

BayesPath follow(const GeneralizedLinear& problem, Progress& progress) {
    const generalized_linear::Knowledge& knowledge = *problem.algorithm.knowledge;
    const double T = problem.T();
    const ChannelInformation information(knowledge.channel, problem.sample_ratio, T);
    BayesPath path;
    double V = knowledge.start_variance;
    const double part = 1.0 / static_cast<double>(problem.steps() + 1);
    for (std::size_t t = 0; t <= problem.steps(); ++t) {
        if (progress.stop_requested()) throw Interrupted();
        // AMP's own guard: below it an iterate has found the signal.
        const double qhat = information(std::clamp(V, 1e-12, T));
        path.V.push_back(V);
        path.qhat.push_back(qhat);
        V = prior_error(knowledge.signal, T, qhat);
        progress.advance(part);
    }
    return path;
}

class ScalarStateEvolution final : public Route {
  public:
    ScalarStateEvolution(std::shared_ptr<const GeneralizedLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const BayesPath path = follow(*problem_, progress);
        generalized_linear::FreshSample fresh(*problem_);
        for (std::size_t place = 0; place < grid.times.size(); ++place)
            record(path, place, static_cast<std::size_t>(grid.times[place]), fresh, recorder);
        Outcome outcome;
        outcome.attributes["equations"] = std::string("V and qhat, by quadrature");
        return outcome;
    }

  private:
    void record(const BayesPath& path, std::size_t place, std::size_t t,
                generalized_linear::FreshSample& fresh, Recorder& recorder) const {
        const ObservablePlaces places(problem_->label.binary(), problem_->recording.two_time,
                                      problem_->quantiles);
        const auto put = [&](std::size_t observable, double value) {
            recorder.record(observable, 0, place, {&value, 1});
        };
        const double T = problem_->T();
        const double q = T - path.V[t];
        const generalized_linear::FreshSample::Errors errors = fresh.errors(q, q);
        put(ObservablePlaces::Q, q);
        put(ObservablePlaces::R, q);
        put(ObservablePlaces::mse, path.V[t]);
        // With the memory of the last force, of which the equations know nothing.
        put(ObservablePlaces::train_loss, missing);
        put(ObservablePlaces::test_loss, errors.loss);
        put(ObservablePlaces::test_loss_estimate, errors.loss);
        put(ObservablePlaces::overlap, std::sqrt(std::max(q, 0.0) / T));
        put(ObservablePlaces::bias, 1.0);
        put(ObservablePlaces::deviation, 1.0 / std::sqrt(path.qhat[t]));
        put(ObservablePlaces::coverage, 0.95);
        if (places.quantiles > 0)
            recorder.record(places.quantiles, 0, place, generalized_linear::recorded_quantiles());
        if (places.classification_error > 0) put(places.classification_error, errors.classification);
        if (!problem_->recording.two_time) return;
        std::vector<double> C, tau, rho, Sigma;
        for (const double time : problem_->recording.grid.times) {
            const auto s = static_cast<std::size_t>(time);
            // Later iterates know all that earlier ones know, but for what a start was told.
            C.push_back(problem_->Q0() > 0.0 ? missing : T - path.V[std::min(s, t)]);
            Sigma.push_back(problem_->Q0() > 0.0 ? missing : path.qhat[std::min(s, t)]);
            tau.push_back(s == t ? -path.qhat[t] : 0.0);
            rho.push_back(s + 1 == t ? path.V[t] : 0.0);
        }
        recorder.record(places.C, 0, place, C);
        recorder.record(places.tau, 0, place, tau);
        recorder.record(places.rho, 0, place, rho);
        recorder.record(places.Sigma, 0, place, Sigma);
    }

    std::shared_ptr<const GeneralizedLinear> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const GeneralizedLinear&>(base);
    if (problem.algorithm.damping > 0.0)
        complaints.add(
            fmt::format("{}: there is no state evolution of damped steps; give damping = 0", table.place()));
}

}  // namespace

RouteKind generalized_linear_kind() {
    return {.name = "bayes-state-evolution",
            .summary = "Bayes-optimal message passing in the limit d -> infinity: one number per iteration",
            .source = "Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395",
            .theory = true,
            .algorithms = {"amp"},
            .keys = {},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<ScalarStateEvolution>(
                    std::dynamic_pointer_cast<const GeneralizedLinear>(problem), std::move(info));
            }};
}

}  // namespace hidyn::bayes_optimal
