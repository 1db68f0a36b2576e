// SPDX-License-Identifier: MIT
#include "models/generalized_linear/inference/preparation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "random/stream.hpp"

namespace hidyn::generalized_linear {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXd;

Preparation::Preparation(const RawData& data, const InferenceSettings& settings, const std::string& file)
    : data_(data), settings_(settings), file_(file), order_(data.samples) {
    if (data.labels.size() != data.samples)
        throw InputError(fmt::format("{}: there are {} labels for {} rows of inputs", file,
                                     data.labels.size(), data.samples));
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    held_out_ = static_cast<std::size_t>(std::llround(settings.hold_out * static_cast<double>(data.samples)));
    if (held_out_ > 0) shuffle();
    const std::size_t kept = data.samples - held_out_;
    if (kept < 10 || data.dimensions < 2)
        throw InputError(
            fmt::format("{}: {} samples of {} inputs are too few to infer anything: at least 10 samples and "
                        "2 inputs are needed",
                        file, kept, data.dimensions));
    read_labels();
    measure_columns();
}

Samples Preparation::samples(std::size_t first, std::size_t count) const {
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

void Preparation::shuffle() {
    random::Stream stream({.seed = settings_.seed, .purpose = random::Purpose::driver});
    for (std::size_t i = 0; i + 1 < order_.size(); ++i) {
        const std::size_t left = order_.size() - i;
        const auto other =
            i + std::min(left - 1, static_cast<std::size_t>(stream.uniform() * static_cast<double>(left)));
        std::swap(order_[i], order_[other]);
    }
}

void Preparation::read_labels() {
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
            throw InputError(
                fmt::format("{}: label {} is {}, but the logistic loss needs labels 1 and -1 (or 1 and 0)",
                            file_, i, label));
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

void Preparation::measure_columns() {
    const std::size_t kept = data_.samples - held_out_;
    const auto d = static_cast<Index>(data_.dimensions);
    columns_.mean.setZero(d);
    columns_.deviation.setZero(d);
    const auto row = [&](std::size_t i) {
        return Map<const VectorXd>(data_.inputs.data() + order_[i] * data_.dimensions, d);
    };
    for (std::size_t i = 0; i < kept; ++i) columns_.mean += row(i) / static_cast<double>(kept);
    for (std::size_t i = 0; i < kept; ++i)
        columns_.deviation += (row(i) - columns_.mean).array().square().matrix() / static_cast<double>(kept);
    columns_.deviation = columns_.deviation.cwiseSqrt();
    for (Index j = 0; j < d; ++j)
        if (!(columns_.deviation[j] > 1e-12 * std::abs(columns_.mean[j])))
            throw InputError(
                fmt::format("{}: column {} of the inputs (counted from 0) is constant in the training "
                            "samples: it says nothing; leave it out",
                            file_, j));
}

}  // namespace hidyn::generalized_linear
