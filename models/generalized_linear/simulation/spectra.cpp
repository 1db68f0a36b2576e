// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/spectra.hpp"

#include <cmath>

#include "core/replicas.hpp"
#include "math/vectors/fused_pass.hpp"
#include "models/spectral/hessian.hpp"

namespace hidyn::generalized_linear {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;

namespace {

/// `look(signal, samples, slot)` in each replica, which returns whether its eigenvectors were found.
template <class Look>
Outcome look_at_samples(const GeneralizedLinear& problem, const RouteRun& run, Look look) {
    Outcome outcome = run_replicas(run.info.replicas, 1, 1.0, run.grid, run.recorder, run.progress,
                                   [&](std::size_t replica, BlockWatch& watch) {
                                       const random::StreamKey key = run.key(replica);
                                       const Signal signal = draw_signal(problem, run.info.d, key);
                                       const Samples samples = draw_samples(problem, run.info.d, signal, key);
                                       if (!watch.proceed(0)) return;
                                       if (!look(signal, samples, run.recorder.at(replica, 0)))
                                           watch.mark_diverged(replica, 0);
                                   });
    outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    return outcome;
}

}  // namespace

Outcome estimate_spectrally(const SpectralEstimator& problem, const RouteRun& run) {
    const SpectralEstimator::Observables report;
    return look_at_samples(problem, run, [&](const Signal& signal, const Samples& samples, const Slot& slot) {
        const SampleSpectrum found = leading_direction(problem, samples);
        if (!found.leading.converged) return false;
        const auto d = static_cast<Index>(samples.d);
        const double along = Map<const VectorXd>(signal.truth.data(), d).dot(found.leading.vector);
        slot.record(report.squared_overlap, along * along / (static_cast<double>(d) * problem.T()));
        slot.record(report.leading_eigenvalue, found.leading.value);
        return true;
    });
}

spectral::ExtremePairs lowest_pairs(const InitialHessian& problem, const Samples& samples,
                                    const Signal& signal) {
    VectorXd weight(static_cast<Index>(samples.count));
    // Of inputs x = sqrt(d) a, averaged over samples.
    const double unit = static_cast<double>(samples.d) / static_cast<double>(samples.count);
    teacher_student::FusedPass pass(samples.stride, 1);
    pass.project(
        samples.count, [&](std::size_t i) { return samples.row(i); }, signal.start.data(), 1,
        [&](std::size_t first, std::size_t width, const double* lambda) {
            for (std::size_t r = 0; r < width; ++r)
                weight[static_cast<Index>(first + r)] =
                    unit * spectral::curvature(problem.regularization, lambda[r], samples.labels[first + r]);
        });
    return spectral::extreme_pairs({samples.rows.data(), samples.d, samples.stride, weight}, 2,
                                   spectral::End::smallest);
}

Outcome measure_hessian(const InitialHessian& problem, Handle second, const RouteRun& run) {
    const InitialHessian::Observables report;
    return look_at_samples(problem, run, [&](const Signal& signal, const Samples& samples, const Slot& slot) {
        const spectral::ExtremePairs found = lowest_pairs(problem, samples, signal);
        if (!found.converged) return false;
        const Map<const VectorXd> truth(signal.truth.data(), static_cast<Index>(samples.d));
        const double along = truth.dot(found.vectors.col(0));
        slot.record(report.squared_overlap, along * along / truth.squaredNorm());
        slot.record(report.lowest_eigenvalue, found.values[0]);
        slot.record(second, found.values[1]);
        return true;
    });
}

}  // namespace hidyn::generalized_linear
