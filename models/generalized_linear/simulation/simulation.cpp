#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/machine.hpp"
#include "core/replicas.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/inference/estimate.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Index;

constexpr double largest_size = 1e12;  ///< |theta|^2 / d beyond which a run has diverged
constexpr double quantile = 1.959963984540054;

/// What one replica shows, at the grid's times.
class Journal {
  public:
    Journal(const GeneralizedLinear& problem, const Signal& signal, const RecordedRun& run,
            const PathEstimate* estimate, std::size_t replica, Recorder& recorder)
        : problem_(problem),
          run_(run),
          estimate_(estimate),
          places_(problem.label.binary(), problem.recording.two_time, problem.quantiles),
          fresh_(problem),
          truth_(Eigen::Map<const Eigen::VectorXd>(signal.truth.data(), run.theta.cols())),
          replica_(replica),
          recorder_(recorder) {}

    void write() {
        const std::vector<double>& times = problem_.recording.grid.times;
        for (std::size_t place = 0; place < times.size(); ++place) {
            const auto t = static_cast<std::size_t>(times[place]);
            if (t >= run_.finished) return;
            iterate(place, t);
            if (estimate_ != nullptr) inference(place, t);
            if (problem_.recording.two_time) two_time(place, t);
        }
    }

  private:
    void record(std::size_t observable, std::size_t place, double value) {
        recorder_.record(observable, replica_, place, {&value, 1});
    }

    void iterate(std::size_t place, std::size_t t) {
        const auto row = static_cast<Index>(t);
        const double d = static_cast<double>(run_.theta.cols());
        const double Q = run_.overlap(t, t);
        const double R = run_.theta.row(row).dot(truth_) / d;
        const double T = problem_.T();
        const FreshSample::Errors errors = fresh_.errors(Q, R);
        record(ObservablePlaces::Q, place, Q);
        record(ObservablePlaces::R, place, R);
        record(ObservablePlaces::mse, place, Q - 2.0 * R + T);
        record(ObservablePlaces::train_loss, place, run_.train_loss[t]);
        record(ObservablePlaces::test_loss, place, errors.loss);
        record(ObservablePlaces::overlap, place, Q > 0.0 ? R / std::sqrt(Q * T) : 0.0);
        if (places_.classification_error > 0)
            record(places_.classification_error, place, errors.classification);
    }

    void inference(std::size_t place, std::size_t t) {
        const auto row = static_cast<Index>(t);
        const double d = static_cast<double>(run_.theta.cols());
        record(ObservablePlaces::test_loss_estimate, place, estimate_->test_loss[t]);
        const double sigma = estimate_->deviation[t];
        record(ObservablePlaces::deviation, place, sigma);
        if (std::isnan(sigma)) return;
        const double b = estimate_->debiased.row(row).dot(truth_) / (d * problem_.T());
        record(ObservablePlaces::bias, place, b);
        // Where the loss is of y - f and y = f* + noise, the bias is known: none.
        const double centre = problem_.loss.loss().of_residual() && problem_.loss.link().linear() &&
                                      problem_.label.teacher().linear() &&
                                      problem_.label.channel() == LabelChannel::additive
                                  ? 1.0
                                  : b;
        if (places_.quantiles > 0) record_quantiles(place, estimate_->debiased.row(row), b, sigma);
        const auto inside =
            ((estimate_->debiased.row(row) - centre * truth_.transpose()).array().abs() <= quantile * sigma)
                .count();
        record(ObservablePlaces::coverage, place, static_cast<double>(inside) / d);
    }

    void record_quantiles(std::size_t place, const Eigen::RowVectorXd& debiased, double b, double sigma) {
        Eigen::RowVectorXd rest = (debiased - b * truth_.transpose()) / sigma;
        std::ranges::sort(rest);
        std::vector<double> found;
        const auto d = static_cast<double>(rest.size());
        for (const double z : recorded_quantiles()) {
            // Between order statistics, whose levels are (j + 1/2) / d.
            const double rank = std::clamp(0.5 * std::erfc(-z / std::numbers::sqrt2) * d - 0.5, 0.0, d - 1.0);
            const auto below = static_cast<Index>(rank);
            const Index above = std::min(below + 1, rest.size() - 1);
            found.push_back(rest[below] + (rank - std::floor(rank)) * (rest[above] - rest[below]));
        }
        recorder_.record(places_.quantiles, replica_, place, found);
    }

    void two_time(std::size_t place, std::size_t t) {
        const std::vector<double>& times = problem_.recording.grid.times;
        const auto row = static_cast<Index>(t);
        std::vector<double> C, tau, rho, Sigma;
        for (const double time : times) {
            const auto s = static_cast<std::size_t>(time);
            const auto column = static_cast<Index>(s);
            const bool known = s < run_.finished;
            C.push_back(known ? run_.overlap(t, s) : std::nan(""));
            if (estimate_ == nullptr) continue;
            Sigma.push_back(known ? estimate_->Sigma(row, column) : std::nan(""));
            tau.push_back(known ? estimate_->tau(row, column) : 0.0);
            rho.push_back(known ? estimate_->rho(row, column) : 0.0);
        }
        recorder_.record(places_.C, replica_, place, C);
        if (estimate_ == nullptr) return;
        recorder_.record(places_.tau, replica_, place, tau);
        recorder_.record(places_.rho, replica_, place, rho);
        recorder_.record(places_.Sigma, replica_, place, Sigma);
    }

    const GeneralizedLinear& problem_;
    const RecordedRun& run_;
    const PathEstimate* estimate_;  ///< null: not asked for
    ObservablePlaces places_;
    FreshSample fresh_;
    Eigen::VectorXd truth_;
    std::size_t replica_;
    Recorder& recorder_;
};

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const GeneralizedLinear> problem, bool inference, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), inference_(inference) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const Method method(problem_->algorithm, problem_->steps());
        Outcome outcome = run_replicas(
            info.replicas, 1, 1.0, grid, recorder, progress,
            [&](std::size_t replica, BlockWatch& watch) { simulate(method, replica, recorder, watch); });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        if (const std::string warning = what_to_know(); !warning.empty())
            outcome.attributes["warning"] = warning;
        return outcome;
    }

  private:
    /// A damped message-passing step is none of the recursion whose responses can be estimated.
    [[nodiscard]] bool infers() const { return inference_ && problem_->algorithm.damping == 0.0; }

    /// What keeps this size from being the theory's.
    [[nodiscard]] std::string what_to_know() const {
        std::string all;
        const double exact = problem_->sample_ratio * static_cast<double>(info.d);
        const auto n = static_cast<double>(problem_->samples(info.d));
        if (std::abs(exact - n) > 1e-9 * exact)
            all = fmt::format(
                "n = {} is not sample_ratio * d = {:.6g}: the theory at n / d is another by order 1 / d", n,
                exact);
        if (inference_ && !infers())
            all += std::string(all.empty() ? "" : "; ") +
                   "damping leaves no estimates of responses, test loss and intervals";
        if (problem_->design.kind == Design::student_t && problem_->design.degrees_of_freedom <= 4.0)
            all += std::string(all.empty() ? "" : "; ") +
                   "the design's fourth moment is infinite: that its limit is that of Gaussian designs is "
                   "not guaranteed";
        return all;
    }

    void simulate(const Method& method, std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const random::StreamKey key{.seed = info.seed,
                                    .route = random::route_hash(info.name),
                                    .replica = static_cast<std::uint32_t>(replica)};
        Signal signal = draw_signal(*problem_, info.d, key);
        const Samples samples = draw_samples(*problem_, info.d, signal, key);
        Start start{signal.start};
        if (problem_->spectral) {
            std::optional<std::vector<double>> held_out = start_spectrally(*problem_, samples, signal);
            if (!held_out) {
                watch.mark_diverged(replica, 0);
                return;
            }
            start.held_out = std::move(*held_out);
        }
        bool stopped = false;
        const RecordedRun run =
            run_method(method, problem_->loss, samples, start, largest_size, [&](std::size_t t) {
                stopped = !watch.proceed(t);
                return !stopped;
            });
        if (stopped) return;
        std::optional<PathEstimate> estimate;
        if (infers()) estimate = estimate_path(method, problem_->loss, samples, run);
        Journal(*problem_, signal, run, estimate ? &*estimate : nullptr, replica, recorder).write();
        if (run.finished <= method.steps()) watch.mark_diverged(replica, run.finished);
    }

    std::shared_ptr<const GeneralizedLinear> problem_;
    bool inference_;
};

double replica_bytes(const GeneralizedLinear& problem, std::uint64_t d, bool inference) {
    if (problem.algorithm.rule == Rule::amp) inference = false;  // no rows of responses
    const double n = static_cast<double>(problem.samples(d));
    const double times = static_cast<double>(problem.steps() + 1);
    const double coordinates = problem.algorithm.l1 > 0.0 ? static_cast<double>(d) : 1.0;
    return Samples::bytes(n, static_cast<double>(d)) +
           8.0 * times * (5.0 * static_cast<double>(d) + 3.0 * n) +
           (inference ? 4.0 * times * times * (n + coordinates) : 0.0);
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const GeneralizedLinear&>(base);
    teacher_student::check_room({problem.initial}, table, info.d, complaints);
    if (problem.sample_ratio * static_cast<double>(info.d) < 0.5)
        complaints.add(table.complain("d", fmt::format("a sample_ratio of {} leaves no sample at d = {}",
                                                       problem.sample_ratio, info.d)));
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), table.integer("replicas")));
    const double needed = threads * replica_bytes(problem, info.d, table.boolean("inference"));
    const double memory = machine_memory();
    if (needed > memory)
        complaints.add(table.complain(
            "d",
            fmt::format(
                "{} samples in d = {} and {} iterations take {:.3g} GB on {} threads, but this machine has "
                "{:.3g} GB; use a smaller d, fewer --threads, or inference = false",
                problem.samples(info.d), info.d, problem.steps(), needed / 1e9, threads, memory / 1e9)));
}

std::vector<Key> keys() {
    std::vector<Key> all = teacher_student::ensemble_keys(1e7);
    all.push_back(
        {.name = "inference",
         .type = KeyType::boolean,
         .meaning =
             "estimate responses, test loss and intervals from the data, at a cost and memory of n T^2 / 2 "
             "numbers over T iterations; false: the path alone",
         .standard = true});
    return all;
}

}  // namespace

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "finite-size learning on a real design matrix, and what the data say about the path",
            .source = "the definitions of the methods; estimates of Han & Xu, arXiv 2412.09498",
            .theory = false,
            .algorithms = algorithm_names(),
            .keys = keys(),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(
                    std::dynamic_pointer_cast<const GeneralizedLinear>(problem), table.boolean("inference"),
                    std::move(info));
            }};
}

}  // namespace hidyn::generalized_linear
