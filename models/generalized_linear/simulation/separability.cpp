// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/separability.hpp"

#include <fmt/format.h>

#include <ClpFactorization.hpp>
#include <ClpSimplex.hpp>
#include <Eigen/Core>
#include <vector>

#include "core/error.hpp"
#include "core/replicas.hpp"

namespace hidyn::generalized_linear {
namespace {

void measure(const Separability& problem, const RouteRun& run, std::size_t replica, BlockWatch& watch) {
    const std::uint64_t d = run.info.d;
    const random::StreamKey key = run.key(replica);
    const Signal signal = draw_signal(problem, d, key);
    // d samples in general position are always separable, and more are the fewer the longer the list: its
    // last separable length is found by doubling and halving. Longer lists begin with the shorter ones.
    std::size_t low = d;
    std::size_t high = 2 * d;
    Samples samples = draw_samples(problem, d, high, signal, key);
    while (separable(samples, high)) {
        if (!watch.proceed(0)) return;
        low = high;
        high *= 2;
        samples = draw_samples(problem, d, high, signal, key);
    }
    while (high - low > 1) {
        if (!watch.proceed(0)) return;
        const std::size_t middle = low + (high - low) / 2;
        (separable(samples, middle) ? low : high) = middle;
    }
    run.recorder.at(replica, 0)
        .record(Separability::Observables().separable_ratio,
                (static_cast<double>(low) + 0.5) / static_cast<double>(d));
}

}  // namespace

bool separable(const Samples& samples, std::size_t count) {
    // Gordan's alternative, of d + 1 rows however many samples there are: no theta separates them if and only
    // if weights that are not negative and sum to one cancel the y_i a_i.
    const auto n = static_cast<Eigen::Index>(count);
    const auto d = static_cast<Eigen::Index>(samples.d);
    const Eigen::Map<const Eigen::MatrixXd, 0, Eigen::OuterStride<>> inputs(
        samples.rows.data(), d, n, Eigen::OuterStride<>(static_cast<Eigen::Index>(samples.stride)));
    const Eigen::Map<const Eigen::RowVectorXd> labels(samples.labels.data(), n);
    Eigen::MatrixXd matrix(d + 1, n);
    matrix.topRows(d) = inputs.array().rowwise() * labels.array();
    matrix.row(d).setOnes();
    const Eigen::VectorXd sums = Eigen::VectorXd::Unit(d + 1, d);
    const auto rows = static_cast<int>(d + 1);
    const Eigen::VectorXi places = Eigen::VectorXi::LinSpaced(rows, 0, rows - 1).replicate(n, 1);
    std::vector<CoinBigIndex> begins(count + 1);
    for (std::size_t i = 0; i <= count; ++i) begins[i] = static_cast<CoinBigIndex>(i) * rows;

    ClpSimplex program;
    program.setLogLevel(0);
    program.loadProblem(static_cast<int>(n), rows, begins.data(), places.data(), matrix.data(), nullptr,
                        nullptr, nullptr, sums.data(), sums.data());
    program.scaling(0);
    // There is no objective: every basis is dual feasible. Perturbed costs would only be one to be met.
    constexpr int no_perturbation = 100;
    program.setPerturbation(no_perturbation);
    program.setPrimalTolerance(1e-9);
    constexpr int dense = 1;
    program.factorization()->forceOtherFactorization(dense);
    program.dual();
    constexpr int feasible = 0;
    constexpr int infeasible = 1;
    if (program.status() != feasible && program.status() != infeasible)
        throw RunError(
            fmt::format("the linear program of {} samples in {} dimensions ended with CLP's status {}", count,
                        samples.d, program.status()));
    return program.status() == infeasible;
}

Outcome measure_separability(const Separability& problem, const RouteRun& run) {
    return run_replicas(
        run.info.replicas, 1, 1.0, run.grid, run.recorder, run.progress,
        [&](std::size_t replica, BlockWatch& watch) { measure(problem, run, replica, watch); });
}

}  // namespace hidyn::generalized_linear
