// SPDX-License-Identifier: MIT
#include "models/generalized_linear/inference/inference.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/error.hpp"
#include "math/root.hpp"
#include "models/generalized_linear/inference/preparation.hpp"
#include "random/stream.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;
using teacher_student::Link;
using teacher_student::Loss;

constexpr double quantile = 1.959963984540054;
constexpr double largest_size = 1e12;
constexpr double largest_strength = 400.0;
// The top eigenvalue of uncorrelated inputs fluctuates by a few percent at these sizes.
constexpr double noticeable = 1.25;

SampleLoss loss_of(const InferenceSettings& settings) {
    const Link identity = Link::units(math::Activation::named("linear"), VectorXd::Ones(1));
    switch (settings.loss) {
        case LossName::logistic:
            return {identity, Loss::logistic()};
        case LossName::huber:
            return {identity, Loss::huber(settings.loss_scale)};
        case LossName::square:
            break;
    }
    return {identity, Loss::square()};
}

/// The largest eigenvalue of A^T A, by power iteration from a fixed start: to a percent or so, from below.
double largest_eigenvalue(const Samples& samples) {
    const Map<const RowMajor, 0, Eigen::OuterStride<>> A(
        samples.rows.data(), static_cast<Index>(samples.count), static_cast<Index>(samples.d),
        Eigen::OuterStride<>(static_cast<Index>(samples.stride)));
    random::Stream stream({.seed = 0, .purpose = random::Purpose::start});
    VectorXd v(A.cols());
    for (double& entry : v) entry = stream.normal();
    double eigenvalue = 0.0;
    for (int iteration = 0; iteration < 40; ++iteration) {
        v.normalize();
        const VectorXd image = A.transpose() * (A * v);
        eigenvalue = v.dot(image);
        v = image;
    }
    return eigenvalue;
}

std::vector<double> losses_of(const SampleLoss& loss, const Samples& samples, const RecordedRun& run,
                              std::vector<double>* wrong) {
    std::vector<double> mean;
    std::vector<double> value(samples.count);
    for (std::size_t t = 0; t < run.finished; ++t) {
        VectorXd g(static_cast<Index>(samples.count));
        for (std::size_t i = 0; i < samples.count; ++i)
            g[static_cast<Index>(i)] =
                run.theta.row(static_cast<Index>(t))
                    .dot(Map<const Eigen::RowVectorXd>(samples.row(i), run.theta.cols()));
        loss.evaluate(g.data(), samples.count, samples.labels.data(), samples.count,
                      {.value = value.data(), .stride = samples.count});
        mean.push_back(std::accumulate(value.begin(), value.end(), 0.0) / static_cast<double>(samples.count));
        if (wrong == nullptr) continue;
        double errors = 0.0;
        for (std::size_t i = 0; i < samples.count; ++i)
            errors += (g[static_cast<Index>(i)] < 0.0) != (samples.labels[i] < 0.0) ? 1.0 : 0.0;
        wrong->push_back(errors / static_cast<double>(samples.count));
    }
    return mean;
}

/// The bias of the debiased iterates: none where the loss is of y - f and labels are f + noise; for logistic
/// labels from the strength of the signal.
void find_bias(const Samples& samples, const InferenceSettings& settings, Inference& found) {
    const double d = static_cast<double>(samples.d);
    found.bias.assign(found.run.finished, 1.0);
    if (settings.loss != LossName::logistic) return;
    VectorXd moment = VectorXd::Zero(static_cast<Index>(samples.d));
    for (std::size_t i = 0; i < samples.count; ++i)
        moment += samples.labels[i] * Map<const VectorXd>(samples.row(i), moment.size());
    found.signal_strength =
        logistic_signal_strength(moment.squaredNorm() / d, static_cast<double>(samples.count) / d);
    for (std::size_t t = 0; t < found.run.finished; ++t) {
        const double sigma = found.estimate.deviation[t];
        const double size =
            found.estimate.debiased.row(static_cast<Index>(t)).squaredNorm() / d - sigma * sigma;
        found.bias[t] = found.signal_strength && size > 0.0 ? std::sqrt(size / *found.signal_strength)
                                                            : std::numeric_limits<double>::quiet_NaN();
    }
    if (!found.signal_strength)
        found.remarks.emplace_back(
            "the strength of the signal cannot be told from these labels: there are no intervals");
}

void find_intervals(const Columns& columns, Inference& found) {
    const RowMajor& debiased = found.estimate.debiased;
    const Eigen::ArrayXd unit =
        1.0 / (std::sqrt(static_cast<double>(found.dimensions)) * columns.deviation.array());
    found.coefficient.resize(debiased.rows(), debiased.cols());
    found.lower = found.coefficient;
    found.upper = found.coefficient;
    for (Index t = 0; t < debiased.rows(); ++t) {
        const auto place = static_cast<std::size_t>(t);
        const double b = found.bias[place];
        const double half = quantile * found.estimate.deviation[place] / b;
        const Eigen::ArrayXd centre = debiased.row(t).transpose().array() / b;
        found.coefficient.row(t) = centre * unit;
        found.lower.row(t) = (centre - half) * unit;
        found.upper.row(t) = (centre + half) * unit;
    }
}

}  // namespace

std::optional<double> logistic_signal_strength(double moment, double alpha) {
    // E sigma'(sqrt(T) z) by the trapezoidal rule in the preactivation, in which sigma' has width 1 whatever
    // T.
    const auto excess = [&](double T) {
        constexpr double spacing = 0.125;
        // (Where the Gaussian is narrower, by the series of sigma'.)
        const bool narrow = T < 0.05;
        double slope = narrow ? 0.25 - T / 16.0 + T * T / 32.0 : 0.0;
        for (int k = -320; k <= 320 && !narrow; ++k) {
            const double x = spacing * k;
            const double p = 1.0 / (1.0 + std::exp(-x));
            slope +=
                spacing * p * (1.0 - p) * std::exp(-0.5 * x * x / T) / std::sqrt(2.0 * std::numbers::pi * T);
        }
        return alpha + std::pow(2.0 * alpha * slope, 2) * T - moment;
    };
    if (!(excess(0.0) < 0.0) || !(excess(largest_strength) > 0.0)) return std::nullopt;
    return math::root_between(excess, 0.0, largest_strength, 40);
}

Inference infer(const RawData& data, const InferenceSettings& settings, const std::string& file) {
    const Preparation preparation(data, settings, file);
    const std::size_t kept = data.samples - preparation.held_out();
    const Samples samples = preparation.samples(0, kept);
    const SampleLoss loss = loss_of(settings);
    const double edge = largest_eigenvalue(samples);
    Algorithm algorithm = settings.algorithm;
    const double curvature = settings.loss == LossName::logistic ? 0.25 : 1.0;
    if (algorithm.learning_rate == 0.0) algorithm.learning_rate = 1.0 / (curvature * edge + algorithm.ridge);

    Inference found{.samples = kept,
                    .dimensions = data.dimensions,
                    .held_out = preparation.held_out(),
                    .learning_rate = algorithm.learning_rate,
                    .largest_eigenvalue = edge,
                    .method = Method(algorithm, settings.iterations),
                    .remarks = preparation.remarks()};
    const AlignedVector start(samples.stride, 0.0);
    found.run =
        run_method(found.method, loss, samples, {start}, largest_size, [](std::size_t) { return true; });
    if (found.run.finished <= settings.iterations)
        found.remarks.push_back(
            fmt::format("the iterates diverge after {} iterations: the learning rate is too large, one over "
                        "the largest curvature is {:.4g}",
                        found.run.finished - 1, 1.0 / (curvature * edge + algorithm.ridge)));
    found.estimate = estimate_path(found.method, loss, samples, found.run);
    const double ratio = static_cast<double>(kept) / static_cast<double>(data.dimensions);
    const double expected = std::pow(1.0 + std::sqrt(ratio), 2);
    if (edge > noticeable * expected)
        found.remarks.push_back(
            fmt::format("the inputs are correlated: the largest eigenvalue of A^T A is {:.3g} instead of "
                        "{:.3g}; estimates and intervals are for uncorrelated inputs and may be far off",
                        edge, expected));
    if (found.held_out > 0) {
        const Samples test = preparation.samples(kept, found.held_out);
        found.held_out_loss = losses_of(
            loss, test, found.run, settings.loss == LossName::logistic ? &found.held_out_errors : nullptr);
    }
    const auto best = std::ranges::min_element(found.estimate.test_loss);
    found.best = static_cast<std::size_t>(best - found.estimate.test_loss.begin());
    find_bias(samples, settings, found);
    find_intervals(preparation.columns(), found);
    return found;
}

}  // namespace hidyn::generalized_linear
