#include "models/generalized_linear/spectral_estimator.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/replicas.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const SpectralEstimator> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome =
            run_replicas(info.replicas, 1, 1.0, grid, recorder, progress,
                         [&](std::size_t replica, BlockWatch& watch) { estimate(replica, recorder, watch); });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        return outcome;
    }

  private:
    void estimate(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const random::StreamKey key{.seed = info.seed,
                                    .route = random::route_hash(info.name),
                                    .replica = static_cast<std::uint32_t>(replica)};
        const Signal signal = draw_signal(*problem_, info.d, key);
        const Samples samples = draw_samples(*problem_, info.d, signal, key);
        if (!watch.proceed(0)) return;
        const SampleSpectrum found = leading_direction(*problem_, samples);
        if (!found.leading.converged) {
            watch.mark_diverged(replica, 0);
            return;
        }
        const auto d = static_cast<Eigen::Index>(info.d);
        const double along =
            Eigen::Map<const Eigen::VectorXd>(signal.truth.data(), d).dot(found.leading.vector);
        const double squared = along * along / (static_cast<double>(d) * problem_->T());
        recorder.record(SpectralEstimator::squared_overlap, replica, 0, {&squared, 1});
        recorder.record(SpectralEstimator::leading_eigenvalue, replica, 0, {&found.leading.value, 1});
    }

    std::shared_ptr<const SpectralEstimator> problem_;
};

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<SpectralEstimator>(std::move(answers->loss), std::move(answers->label));
    if (tables.initial.text("kind") != "spectral") {
        complaints.add(
            fmt::format("{}: algorithm.kind = \"spectral-estimator\" takes its estimate from the spectrum: "
                        "give [initial] "
                        "kind = \"spectral\"",
                        tables.initial.place()));
        return nullptr;
    }
    if (!read_sections(tables, *problem, complaints)) return nullptr;
    check_no_iterations(tables, complaints);
    return problem;
}

}  // namespace

std::vector<Observable> spectral_observables() {
    return {{.name = "squared_overlap",
             .long_name = "squared overlap",
             .symbol = "m^2",
             .normalization = "(v . theta*)^2 / |theta*|^2, |v| = 1"},
            {.name = "leading_eigenvalue",
             .long_name = "leading eigenvalue",
             .symbol = "\\lambda_1",
             .normalization = "of (1/n) sum_i T(y_i / sqrt(T)) x_i x_i^T, inputs of variance 1"}};
}

std::vector<Observable> SpectralEstimator::observables() const {
    return spectral_observables();
}

std::vector<Problem::StartArray> SpectralEstimator::start() const {
    return {{teacher_student::teacher_overlaps(1), {T()}}};
}

AlgorithmKind spectral_estimator_algorithm() {
    return {.name = "spectral-estimator",
            .summary = "the leading eigenvector of the inputs' covariance weighted by the labels",
            .keys = {},
            .data_keys = data_keys(),
            .make = make};
}

RouteKind spectral_estimator_simulation() {
    return {.name = "simulation",
            .summary = "the leading eigenvector of a real matrix",
            .source = "restarted Lanczos iteration",
            .theory = false,
            .algorithms = {"spectral-estimator"},
            .keys = teacher_student::ensemble_keys(1e7),
            .check = check_memory,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(
                    std::dynamic_pointer_cast<const SpectralEstimator>(problem), std::move(info));
            }};
}

}  // namespace hidyn::generalized_linear
