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

/// Columns as they stand in the file, and what makes them of mean 0 and variance 1.
struct Columns {
    VectorXd mean, deviation;
};

class Preparation {
  public:
    Preparation(const RawData& data, const InferenceSettings& settings, const std::string& file)
        : data_(data), settings_(settings), file_(file), order_(data.samples) {
        if (data.labels.size() != data.samples)
            throw InputError(fmt::format("{}: there are {} labels for {} rows of inputs", file,
                                         data.labels.size(), data.samples));
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        held_out_ =
            static_cast<std::size_t>(std::llround(settings.hold_out * static_cast<double>(data.samples)));
        if (held_out_ > 0) shuffle();
        const std::size_t kept = data.samples - held_out_;
        if (kept < 10 || data.dimensions < 2)
            throw InputError(fmt::format(
                "{}: {} samples of {} inputs are too few to infer anything: at least 10 samples and "
                "2 inputs are needed",
                file, kept, data.dimensions));
        read_labels();
        measure_columns();
    }

    [[nodiscard]] std::size_t held_out() const { return held_out_; }
    [[nodiscard]] const Columns& columns() const { return columns_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

    /// Rows [first, first + count) of the shuffled data, standardised with the training rows' moments.
    [[nodiscard]] Samples samples(std::size_t first, std::size_t count) const {
        Samples result(count, data_.dimensions);
        const double unit = 1.0 / std::sqrt(static_cast<double>(data_.dimensions));
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t source = order_[first + i];
            double* row = result.rows.data() + i * result.stride;
            const double* raw = data_.inputs.data() + source * data_.dimensions;
            for (std::size_t j = 0; j < data_.dimensions; ++j) {
                const auto column = static_cast<Index>(j);
                row[j] = unit * (raw[j] - columns_.mean[column]) / columns_.deviation[column];
            }
            result.labels[i] = labels_[source];
        }
        return result;
    }

  private:
    void shuffle() {
        random::Stream stream({.seed = settings_.seed, .purpose = random::Purpose::driver});
        for (std::size_t i = 0; i + 1 < order_.size(); ++i) {
            const std::size_t left = order_.size() - i;
            const auto other =
                i +
                std::min(left - 1, static_cast<std::size_t>(stream.uniform() * static_cast<double>(left)));
            std::swap(order_[i], order_[other]);
        }
    }

    void read_labels() {
        labels_ = data_.labels;
        if (settings_.loss != LossName::logistic) {
            double mean = 0.0;
            const std::size_t kept = data_.samples - held_out_;
            for (std::size_t i = 0; i < kept; ++i) mean += labels_[order_[i]] / static_cast<double>(kept);
            for (double& label : labels_) label -= mean;
            return;
        }
        const bool zeros = std::ranges::find(labels_, 0.0) != labels_.end();
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            const double label = labels_[i];
            if (label != 1.0 && label != (zeros ? 0.0 : -1.0))
                throw InputError(fmt::format(
                    "{}: label {} is {}, but the logistic loss needs labels 1 and -1 (or 1 and 0)", file_, i,
                    label));
            labels_[i] = label == 1.0 ? 1.0 : -1.0;
        }
        if (zeros) remarks_.emplace_back("labels 0 are taken as -1");
        if (std::ranges::all_of(labels_, [&](double label) { return label == labels_.front(); }))
            throw InputError(
                fmt::format("{}: all labels are {}: there is nothing to learn", file_, data_.labels.front()));
        const double share =
            static_cast<double>(std::ranges::count(labels_, 1.0)) / static_cast<double>(labels_.size());
        constexpr double rare = 0.35;
        if (std::min(share, 1.0 - share) < rare)
            remarks_.push_back(
                fmt::format("{:.0f} % of the labels are 1: the model has no intercept, so estimates and "
                            "intervals of such "
                            "unbalanced labels may be far off",
                            100.0 * share));
    }

    void measure_columns() {
        const std::size_t kept = data_.samples - held_out_;
        const auto d = static_cast<Index>(data_.dimensions);
        columns_.mean.setZero(d);
        columns_.deviation.setZero(d);
        const auto row = [&](std::size_t i) {
            return Map<const VectorXd>(data_.inputs.data() + order_[i] * data_.dimensions, d);
        };
        for (std::size_t i = 0; i < kept; ++i) columns_.mean += row(i) / static_cast<double>(kept);
        for (std::size_t i = 0; i < kept; ++i)
            columns_.deviation +=
                (row(i) - columns_.mean).array().square().matrix() / static_cast<double>(kept);
        columns_.deviation = columns_.deviation.cwiseSqrt();
        for (Index j = 0; j < d; ++j)
            if (!(columns_.deviation[j] > 1e-12 * std::abs(columns_.mean[j])))
                throw InputError(
                    fmt::format("{}: column {} of the inputs (counted from 0) is constant in the training "
                                "samples: it says nothing; leave it out",
                                file_, j));
    }

    const RawData& data_;
    const InferenceSettings& settings_;
    std::string file_;
    std::vector<std::size_t> order_;  ///< training rows first
    std::size_t held_out_ = 0;
    std::vector<double> labels_;
    Columns columns_;
    std::vector<std::string> remarks_;
};

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
