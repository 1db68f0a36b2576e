#include "solvers/state_evolution/generalized_linear.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "core/machine.hpp"
#include "core/parallel.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "random/stream.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/mapped_parameters.hpp"
#include "solvers/state_evolution/sampled_samples.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace hidyn::state_evolution {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::Method;
using generalized_linear::ObservablePlaces;
using generalized_linear::Rule;

constexpr double largest = 1e12;  ///< beyond this an entry counts as diverged
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Both sides in closed form: there is nothing to sample.
bool exact(const GeneralizedLinear& problem) {
    return problem.closed() && Method(problem.algorithm, 0).linear();
}

/// The learning rate beyond which the linearised method diverges; infinite where the loss's curvature has no
/// known bound.
double stable_rate(const GeneralizedLinear& problem) {
    const generalized_linear::SampleLoss& loss = problem.loss;
    if (!loss.link().linear() || !(loss.loss().of_residual() || loss.loss().of_margin()))
        return std::numeric_limits<double>::infinity();
    const double curvature = loss.loss().of_margin() ? 0.25 : 1.0;
    const double edge = std::pow(1.0 + std::sqrt(problem.sample_ratio), 2);
    const double mu = problem.algorithm.momentum;
    const double room = problem.algorithm.rule == Rule::heavy_ball ? 2.0 * (1.0 + mu)
                        : problem.algorithm.rule == Rule::nesterov ? 2.0 * (1.0 + mu) / (1.0 + 2.0 * mu)
                        : problem.algorithm.rule == Rule::fista    ? 4.0 / 3.0
                                                                   : 2.0;
    return room / (curvature * edge + problem.algorithm.ridge);
}

/// One path as observables at the grid's times.
std::vector<Series> record(const GeneralizedLinear& problem, const Path& path) {
    const ObservablePlaces places(problem.label.binary(), problem.recording.two_time, problem.quantiles);
    const std::vector<double>& times = problem.recording.grid.times;
    Recorder recorder(problem.observables(), 0, times.size());
    const Debiasing debiasing = debiasing_of(path);
    const double T = problem.T();
    for (std::size_t place = 0; place < times.size(); ++place) {
        const auto t = static_cast<std::size_t>(times[place]);
        if (t >= path.finished) break;
        const auto row = static_cast<Eigen::Index>(t);
        const auto put = [&](std::size_t observable, double value) {
            recorder.record(observable, 0, place, {&value, 1});
        };
        const double Q = path.C(row, row);
        const double R = path.R[t];
        put(ObservablePlaces::Q, Q);
        put(ObservablePlaces::R, R);
        put(ObservablePlaces::mse, Q - 2.0 * R + T);
        put(ObservablePlaces::train_loss, path.train_loss[t]);
        put(ObservablePlaces::test_loss, path.test_loss[t]);
        put(ObservablePlaces::test_loss_estimate, path.test_loss[t]);
        put(ObservablePlaces::overlap, Q <= 0.0 ? 0.0 : R / std::sqrt(Q * T));
        put(ObservablePlaces::bias, debiasing.bias[t]);
        put(ObservablePlaces::deviation, debiasing.deviation[t]);
        put(ObservablePlaces::coverage, std::isnan(debiasing.deviation[t]) ? missing : 0.95);
        if (places.quantiles > 0 && !std::isnan(debiasing.deviation[t]))
            recorder.record(places.quantiles, 0, place, generalized_linear::recorded_quantiles());
        if (places.classification_error > 0) put(places.classification_error, path.classification_error[t]);
        if (!problem.recording.two_time) continue;
        const auto put_row = [&](std::size_t observable, const RowMajor& matrix, bool symmetric) {
            std::vector<double> values;
            for (const double time : times) {
                const auto s = static_cast<Eigen::Index>(time);
                const bool known = s < static_cast<Eigen::Index>(path.finished);
                values.push_back(s <= row    ? matrix(row, s)
                                 : symmetric ? (known ? matrix(s, row) : missing)
                                             : 0.0);
            }
            recorder.record(observable, 0, place, values);
        };
        put_row(places.C, path.C, true);
        put_row(places.tau, path.tau, false);
        put_row(places.rho, path.rho, false);
        put_row(places.Sigma, path.Sigma, true);
    }
    return recorder.take().series;
}

class StateEvolution final : public Route {
  public:
    StateEvolution(std::shared_ptr<const GeneralizedLinear> problem, const Table& table,
                   RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          points_(static_cast<std::size_t>(table.integer("samples"))),
          repeats_(exact(*problem_) ? 1 : static_cast<std::size_t>(table.integer("repeats"))),
          seed_(static_cast<std::uint64_t>(table.integer("seed"))) {}

    Outcome solve(const TimeGrid&, Recorder& recorder, Progress& progress) const override {
        std::vector<std::vector<Series>> runs(repeats_);
        std::vector<Outcome> outcomes(repeats_);
        parallel_for(static_cast<std::int64_t>(repeats_), progress, [&](std::int64_t index) {
            const auto repeat = static_cast<std::size_t>(index);
            PartialProgress part(progress, 1.0 / static_cast<double>(repeats_));
            const Path path = path_of(repeat, part);
            runs[repeat] = record(*problem_, path);
            if (path.trouble.empty()) return;
            outcomes[repeat] = {.status = Status::diverged,
                                .diverged_at = static_cast<double>(path.finished),
                                .diverged_replicas = 0,
                                .detail = path.trouble,
                                .attributes = {}};
        });
        Outcome outcome;
        for (const Outcome& one : outcomes)
            if (one.status == Status::diverged && !(one.diverged_at >= outcome.diverged_at)) outcome = one;
        combine(runs, recorder);
        describe(outcome);
        return outcome;
    }

  private:
    [[nodiscard]] Path path_of(std::size_t repeat, Progress& progress) const {
        const Method method(problem_->algorithm, problem_->steps());
        const Draw draw{.seed = seed_,
                        .route = random::route_hash(info.name),
                        .repeat = static_cast<std::uint32_t>(repeat),
                        .points = points_};
        std::unique_ptr<ParameterSide> parameters;
        if (method.linear())
            parameters = std::make_unique<LinearParameters>(*problem_, method);
        else
            parameters = std::make_unique<MappedParameters>(*problem_, method, draw);
        std::unique_ptr<SampleSide> samples;
        if (problem_->closed() && !method.memoryless())
            samples = std::make_unique<SquaredSamples>(*problem_, method);
        else
            samples = std::make_unique<SampledSamples>(*problem_, method, draw);
        const std::size_t times = method.steps() + 1;
        return evolve(times, largest, *parameters, *samples, [&] {
            if (progress.stop_requested()) throw Interrupted();
            progress.advance(1.0 / static_cast<double>(times));
            return true;
        });
    }

    /// The mean over repeats, and its standard error as the theory's own.
    void combine(const std::vector<std::vector<Series>>& runs, Recorder& recorder) const {
        const double count = static_cast<double>(repeats_);
        for (std::size_t observable = 0; observable < runs.front().size(); ++observable) {
            const Series& first = runs.front()[observable];
            const std::size_t width = first.components();
            for (std::size_t time = 0; time < first.times; ++time) {
                std::vector<double> mean(width, 0.0);
                std::vector<double> error(width, 0.0);
                for (const auto& run : runs)
                    for (std::size_t c = 0; c < width; ++c) mean[c] += run[observable].at(0, time)[c] / count;
                recorder.record(observable, 0, time, mean);
                if (repeats_ == 1) continue;
                for (const auto& run : runs)
                    for (std::size_t c = 0; c < width; ++c)
                        error[c] +=
                            std::pow(run[observable].at(0, time)[c] - mean[c], 2) / (count * (count - 1.0));
                for (double& one : error) one = std::sqrt(one);
                recorder.record_error(observable, time, error);
            }
        }
    }

    void describe(Outcome& outcome) const {
        outcome.attributes["method"] =
            std::string(exact(*problem_) ? "closed equations" : "quasi-Monte Carlo");
        if (!exact(*problem_)) {
            outcome.attributes["samples"] = static_cast<double>(points_);
            outcome.attributes["repeats"] = static_cast<double>(repeats_);
        }
        const double bound = stable_rate(*problem_);
        if (problem_->algorithm.learning_rate > bound)
            outcome.attributes["warning"] =
                fmt::format("learning_rate = {} is beyond the linear stability bound {:.4g} of this method",
                            problem_->algorithm.learning_rate, bound);
    }

    std::shared_ptr<const GeneralizedLinear> problem_;
    std::size_t points_, repeats_;
    std::uint64_t seed_;
};

std::vector<Key> keys() {
    return {
        {.name = "samples",
         .type = KeyType::integer,
         .meaning =
             "quasi-random points over which averages are taken, in each repeat; where the equations close "
             "there are none",
         .symbol = "N",
         .range = {.minimum = 64, .maximum = 1e8},
         .standard = std::int64_t{8192}},
        {.name = "repeats",
         .type = KeyType::integer,
         .meaning = "independent scramblings of the points; the theory's error is their standard error",
         .range = {.minimum = 2, .maximum = 1e4},
         .standard = std::int64_t{8}},
        {.name = "seed",
         .type = KeyType::integer,
         .meaning = "with the route's name and the repeat's number, determines every scrambling",
         .range = {.minimum = 0},
         .standard = std::int64_t{0}}};
}

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const GeneralizedLinear&>(base);
    if (!problem.loss.link().twice_differentiable())
        complaints.add(fmt::format(
            "{}: state evolution needs the second derivative of the loss, but the slope of the link "
            "jumps",
            table.place()));
    if (problem.algorithm.damping > 0.0)
        complaints.add(
            fmt::format("{}: there is no state evolution of damped steps; give damping = 0", table.place()));
    if (problem.spectral)
        complaints.add(fmt::format(
            "{}: the general equations need a start that does not depend on the data; of a spectral start "
            "bayes-state-evolution knows the path",
            table.place()));
    if (exact(problem)) return;
    const double points = static_cast<double>(table.integer("samples"));
    const double times = static_cast<double>(problem.steps() + 1);
    constexpr double most_times = 3000;  // dimensions of the Sobol sequence
    if (times > most_times) {
        complaints.add(table.complain(
            "samples", fmt::format("{} iterations are more than the {} that quasi-random points "
                                   "can follow",
                                   times - 1, most_times)));
        return;
    }
    if (points <= times + 3)
        complaints.add(table.complain(
            "samples", fmt::format("must be more than {}: {} points cannot be whitened in as many directions",
                                   times + 2, points)));
    const double together =
        std::min<double>(static_cast<double>(table.integer("repeats")), omp_get_max_threads());
    const Method method(problem.algorithm, 0);
    const bool remembers = !method.memoryless();
    double needed = SampledSamples::bytes(points, times, problem.label.binary(), remembers);
    if (!method.linear()) needed += MappedParameters::bytes(points, times, remembers);
    needed *= together;
    const double memory = machine_memory();
    if (needed > memory)
        complaints.add(table.complain(
            "samples",
            fmt::format(
                "{} points over {} iterations take {:.3g} GB on {} threads, but this machine has {:.3g} "
                "GB; use fewer points, or fewer --threads",
                points, times - 1, needed / 1e9, together, memory / 1e9)));
}

}  // namespace

RouteKind generalized_linear_kind() {
    return {
        .name = "state-evolution",
        .summary = "the path of a first-order method in the limit d -> infinity, with both response matrices",
        .source =
            "Han & Xu, arXiv 2412.09498; Celentano, Montanari & Wu, arXiv 2002.12903; Celentano, Cheng & "
            "Montanari, arXiv 2112.07572",
        .theory = true,
        .algorithms = generalized_linear::algorithm_names(),
        .keys = keys(),
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<StateEvolution>(
                std::dynamic_pointer_cast<const GeneralizedLinear>(problem), table, std::move(info));
        }};
}

}  // namespace hidyn::state_evolution
