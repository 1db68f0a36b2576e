#include "solvers/ode/online_limit.hpp"

#include <fmt/format.h>

#include <cmath>

#include "models/committee/committee.hpp"
#include "models/multi_index/declaration/initial.hpp"
#include "models/multi_index/multi_index.hpp"
#include "solvers/ode/committee.hpp"

namespace hidyn::ode {
namespace {

using hidyn::committee::Committee;
using multi_index::MultiIndex;
using multi_index::ObservablePlaces;

/// The same network under online SGD: batches of one, and a ridge that shrinks w by eta rho / d a step.
std::shared_ptr<const Committee> online(const MultiIndex& problem) {
    auto network = std::make_shared<Committee>();
    network->students = problem.students();
    network->teachers = problem.teachers();
    network->activation = *problem.loss.link().activation();
    network->teacher_activation = *problem.label.teacher().activation();
    network->teacher_second_layer = problem.label.teacher().weights();
    network->label_noise = problem.label.noise_variance();
    network->algorithm = {.learning_rate = problem.algorithm.learning_rate,
                          .weight_decay = problem.algorithm.learning_rate * problem.algorithm.ridge};
    network->starts = {problem.initial};
    network->starts.front().v = problem.loss.link().weights();
    return network;
}

class OnlineLimitRoute final : public Route {
  public:
    OnlineLimitRoute(std::shared_ptr<const MultiIndex> problem, const Table& table, RouteInfo description)
        : Route(description),
          problem_(std::move(problem)),
          network_(online(*problem_)),
          ode_(committee_kind().make(network_, table, std::move(description))) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Recorder own(network_->observables(), 0, grid.size());
        Outcome outcome = ode_->solve(grid, own, progress);
        const Trajectory found = own.take();
        copy(*found.find("Q"), ObservablePlaces::Q, 0.0, recorder);
        copy(*found.find("R"), ObservablePlaces::R, 0.0, recorder);
        const Series& error = *found.find("generalization_error");
        copy(error, ObservablePlaces::test_error, 0.0, recorder);
        for (std::size_t time = 0; time < grid.size(); ++time) record_overlap(found, time, recorder);
        // Every sample is fresh: the training loss is the test loss, label noise included.
        copy(error, ObservablePlaces::train_loss, 0.5 * problem_->label.noise_variance(), recorder);
        return outcome;
    }

  private:
    void record_overlap(const Trajectory& found, std::size_t time, Recorder& recorder) const {
        const auto Q = found.find("Q")->at(0, time);
        const auto R = found.find("R")->at(0, time);
        const std::size_t K = problem_->students();
        const std::size_t M = problem_->teachers();
        std::vector<double> overlap;
        for (std::size_t i = 0; i < K; ++i)
            for (std::size_t m = 0; m < M; ++m)
                overlap.push_back(R[i * M + m] / std::sqrt(Q[i * K + i] * problem_->initial.T(
                                                                              static_cast<Eigen::Index>(m),
                                                                              static_cast<Eigen::Index>(m))));
        recorder.record(ObservablePlaces::overlap, 0, time, overlap);
    }

    static void copy(const Series& from, std::size_t place, double shift, Recorder& recorder) {
        for (std::size_t time = 0; time < from.times; ++time) {
            std::vector<double> values(from.at(0, time).begin(), from.at(0, time).end());
            for (double& value : values) value += shift;
            recorder.record(place, 0, time, values);
            if (!from.error.empty())
                recorder.record_error(
                    place, time, std::span(from.error).subspan(time * from.components(), from.components()));
        }
    }

    std::shared_ptr<const MultiIndex> problem_;
    std::shared_ptr<const Committee> network_;
    std::unique_ptr<Route> ode_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const MultiIndex&>(base);
    if (multi_index::refuse_spectral_start(problem, table, complaints)) return;
    if (problem.recording.two_time || !problem.recording.response_at.empty())
        complaints.add(
            fmt::format("{}: the online limit has no two-time functions here; leave out time.two_time and "
                        "time.response_at, or this route",
                        table.place()));
    const bool square = problem.loss.loss().is_square() && problem.loss.loss().factor() == 1.0;
    if (!problem.loss.link().activation() || !problem.label.teacher().activation() || !square ||
        problem.classifies())
        complaints.add(
            fmt::format("{}: the equations of online SGD are here for sums of units under the square loss",
                        table.place()));
}

}  // namespace

RouteKind online_limit_kind() {
    RouteKind kind = committee_kind();
    kind.summary =
        "the limit alpha -> infinity at fixed time, where no sample comes back: the equations of online SGD";
    kind.algorithms = {"sgd"};
    kind.check = check;
    kind.make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                   RouteInfo info) -> std::unique_ptr<Route> {
        return std::make_unique<OnlineLimitRoute>(std::dynamic_pointer_cast<const MultiIndex>(problem), table,
                                                  std::move(info));
    };
    return kind;
}

}  // namespace hidyn::ode
