// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/recording.hpp"

#include <cmath>
#include <limits>

namespace hidyn::state_evolution {

using generalized_linear::GeneralizedLinear;
using generalized_linear::Observables;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Of one time against all: symmetric matrices are known as lower triangles, others are 0 above.
std::vector<double> row_of(const RowMajor& matrix, Eigen::Index row, const std::vector<double>& times,
                           std::size_t finished, bool symmetric) {
    std::vector<double> values;
    for (const double time : times) {
        const auto s = static_cast<Eigen::Index>(time);
        const bool known = s < static_cast<Eigen::Index>(finished);
        values.push_back(s <= row ? matrix(row, s) : symmetric ? (known ? matrix(s, row) : missing) : 0.0);
    }
    return values;
}

}  // namespace

std::vector<Series> series_of(const GeneralizedLinear& problem, const Path& path) {
    const Observables report(problem);
    const std::vector<double>& times = problem.recording.grid.times;
    Recorder recorder(report.all(), 0, times.size());
    const Debiasing debiasing = debiasing_of(path);
    const double T = problem.T();
    for (std::size_t time = 0; time < times.size(); ++time) {
        const auto t = static_cast<std::size_t>(times[time]);
        if (t >= path.finished) break;
        const auto row = static_cast<Eigen::Index>(t);
        const Slot slot = recorder.at(0, time);
        const double Q = path.C(row, row);
        const double R = path.R[t];
        const bool debiased = !std::isnan(debiasing.deviation[t]);
        slot.record(report.Q, Q);
        slot.record(report.R, R);
        slot.record(report.mse, Q - 2.0 * R + T);
        slot.record(report.train_loss, path.train_loss[t]);
        slot.record(report.test_loss, path.test_loss[t]);
        slot.record(report.test_loss_estimate, path.test_loss[t]);
        slot.record(report.overlap, Q <= 0.0 ? 0.0 : R / std::sqrt(Q * T));
        slot.record(report.debiasing_bias, debiasing.bias[t]);
        slot.record(report.debiasing_deviation, debiasing.deviation[t]);
        slot.record(report.coverage, debiased ? 0.95 : missing);
        if (debiased) slot.record(report.quantiles, generalized_linear::recorded_quantiles());
        slot.record(report.classification_error, path.classification_error[t]);
        if (!report.C) continue;
        slot.record(report.C, row_of(path.C, row, times, path.finished, true));
        slot.record(report.tau, row_of(path.tau, row, times, path.finished, false));
        slot.record(report.rho, row_of(path.rho, row, times, path.finished, false));
        slot.record(report.Sigma, row_of(path.Sigma, row, times, path.finished, true));
    }
    return recorder.take().series;
}

void record_mean(const std::vector<std::vector<Series>>& runs, Recorder& recorder) {
    const double count = static_cast<double>(runs.size());
    ObservableList report;
    for (std::size_t observable = 0; observable < runs.front().size(); ++observable) {
        const Series& first = runs.front()[observable];
        const Handle what = report.add(first.observable);
        const std::size_t width = first.components();
        for (std::size_t time = 0; time < first.times; ++time) {
            std::vector<double> mean(width, 0.0);
            std::vector<double> error(width, 0.0);
            for (const auto& run : runs)
                for (std::size_t c = 0; c < width; ++c) mean[c] += run[observable].at(0, time)[c] / count;
            recorder.at(0, time).record(what, mean);
            if (runs.size() == 1) continue;
            for (const auto& run : runs)
                for (std::size_t c = 0; c < width; ++c)
                    error[c] +=
                        std::pow(run[observable].at(0, time)[c] - mean[c], 2) / (count * (count - 1.0));
            for (double& one : error) one = std::sqrt(one);
            recorder.record_error(what, time, error);
        }
    }
}

}  // namespace hidyn::state_evolution
