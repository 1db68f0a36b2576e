// SPDX-License-Identifier: MIT
#include "solvers/ode/online_limit.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/typed_route.hpp"
#include "models/committee/committee.hpp"
#include "models/multi_index/multi_index.hpp"
#include "solvers/equations/multi_index/start.hpp"
#include "solvers/ode/committee.hpp"

namespace hidyn::ode {
namespace {

using hidyn::committee::Committee;
using multi_index::MultiIndex;

/// The same network under online SGD: batches of one, and a ridge that shrinks w by eta rho / d a step.
Committee online(const MultiIndex& problem) {
    Committee network;
    network.students = problem.students();
    network.teachers = problem.teachers();
    network.activation = *problem.loss.link().activation();
    network.teacher_activation = *problem.label.teacher().activation();
    network.teacher_second_layer = problem.label.teacher().weights();
    network.label_noise = problem.label.noise_variance();
    network.algorithm = {.learning_rate = problem.algorithm.learning_rate,
                         .weight_decay = problem.algorithm.learning_rate * problem.algorithm.ridge};
    network.starts = {problem.initial};
    network.starts.front().v = problem.loss.link().weights();
    return network;
}

/// Another problem's series, its values plus `shift`, as this observable.
void copy(const Series& from, Handle what, double shift, Recorder& recorder) {
    for (std::size_t time = 0; time < from.times; ++time) {
        std::vector<double> values(from.at(0, time).begin(), from.at(0, time).end());
        for (double& value : values) value += shift;
        recorder.at(0, time).record(what, values);
        if (!from.error.empty())
            recorder.record_error(what, time,
                                  std::span(from.error).subspan(time * from.components(), from.components()));
    }
}

Eigen::MatrixXd overlap(const Series& Q, const Series& R, const Eigen::MatrixXd& T, std::size_t time) {
    const auto M = static_cast<std::size_t>(T.rows());
    const std::size_t K = R.components() / M;
    Eigen::MatrixXd found(K, M);
    for (std::size_t i = 0; i < K; ++i)
        for (std::size_t m = 0; m < M; ++m) {
            const auto teacher = static_cast<Eigen::Index>(m);
            found(static_cast<Eigen::Index>(i), teacher) =
                R.at(0, time)[i * M + m] / std::sqrt(Q.at(0, time)[i * K + i] * T(teacher, teacher));
        }
    return found;
}

Outcome solve(const MultiIndex& problem, const Accuracy& accuracy, const RouteRun& run) {
    const Committee network = online(problem);
    const hidyn::committee::Observables theirs(network);
    const multi_index::Observables report(problem);
    Recorder recorder(theirs.all(), 0, run.grid.size());
    Outcome outcome = solve_committee(network, accuracy, {run.info, run.grid, recorder, run.progress});
    const auto found = [&](Handle what) -> const Series& { return recorder.series()[what.place()]; };
    const Series& error = found(theirs.generalization_error);
    copy(found(theirs.Q), report.Q, 0.0, run.recorder);
    copy(found(theirs.R), report.R, 0.0, run.recorder);
    copy(error, report.test_error, 0.0, run.recorder);
    // Every sample is fresh: the training loss is the test loss, label noise included.
    copy(error, report.train_loss, 0.5 * problem.label.noise_variance(), run.recorder);
    for (std::size_t time = 0; time < run.grid.size(); ++time)
        run.recorder.at(0, time).record(report.overlap,
                                        overlap(found(theirs.Q), found(theirs.R), problem.initial.T, time));
    return outcome;
}

void check(const Asked<MultiIndex>& asked) {
    const MultiIndex& problem = *asked.problem;
    if (multi_index::refuse_spectral_start(asked)) return;
    if (problem.recording.two_time || !problem.recording.response_at.empty())
        asked.complaints.add(
            fmt::format("{}: the online limit has no two-time functions here; leave out time.two_time and "
                        "time.response_at, or this route",
                        asked.keys.place()));
    const bool square = problem.loss.loss().is_square() && problem.loss.loss().factor() == 1.0;
    if (!problem.loss.link().activation() || !problem.label.teacher().activation() || !square ||
        problem.classifies())
        asked.complaints.add(
            fmt::format("{}: the equations of online SGD are here for sums of units under the square loss",
                        asked.keys.place()));
}

}  // namespace

RouteKind online_limit_kind() {
    RouteKind kind = committee_kind();
    kind.summary =
        "the limit alpha -> infinity at fixed time, where no sample comes back: the equations of online SGD";
    kind.algorithms = {"sgd"};
    kind.make = route_of<MultiIndex>([](const Asked<MultiIndex>& asked) {
        check(asked);
        return [problem = asked.problem, accuracy = Accuracy(asked.keys)](const RouteRun& run) {
            return solve(*problem, accuracy, run);
        };
    });
    return kind;
}

}  // namespace hidyn::ode
