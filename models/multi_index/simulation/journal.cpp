// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/journal.hpp"

#include <limits>

namespace hidyn::multi_index {

using Eigen::Index;
using Eigen::MatrixXd;

Journal::Journal(const MultiIndex& problem, Recorder& recorder, std::size_t replica)
    : problem_(problem),
      report_(problem),
      own_(problem),
      recorder_(recorder),
      replica_(replica),
      observer_(problem),
      reached_(recorder.times(), 0.0) {}

void Journal::sample(Learner& learner, const Sampling& sampling) {
    const Weights& weights = learner.weights();
    const Slot slot = recorder_.at(replica_, sampling);
    observer_.observe(weights.Q(), weights.R(), learner.train_loss(), slot);
    if (own_.recovered) slot.record(own_.recovered, found(weights) ? 1.0 : 0.0);
    if (report_.response) slot.record(report_.response, responses(weights, sampling.time));
    reached_[sampling.time] += sampling.weight;
    if (!report_.C) return;
    const auto K = static_cast<Index>(weights.students());
    const auto stride = static_cast<Index>(weights.stride());
    if (snapshots_.size() == 0)
        snapshots_ = RowMajor::Zero(K * static_cast<Index>(recorder_.times()), stride);
    snapshots_.middleRows(static_cast<Index>(sampling.time) * K, K) +=
        sampling.weight * Eigen::Map<const RowMajor>(weights.data(), K, stride);
}

bool Journal::found(const Weights& weights) const {
    const double R = weights.R()(0, 0);
    return R * R > *problem_.recovery_threshold * weights.Q()(0, 0) * problem_.initial.T(0, 0);
}

std::vector<double> Journal::responses(const Weights& weights, std::size_t time) const {
    const std::vector<double>& sources = problem_.recording.response_at;
    const std::size_t block = weights.students() * weights.students();
    std::vector<double> flat(sources.size() * block, 0.0);
    for (std::size_t source = 0; source + 1 < weights.copies(); ++source) {
        // A field does nothing before its time, also where that lies between two steps.
        if (problem_.recording.grid.times[time] <= sources[source]) continue;
        const MatrixXd response = weights.response(source + 1);
        for (Index k = 0; k < response.rows(); ++k)
            for (Index l = 0; l < response.cols(); ++l)
                flat[source * block + static_cast<std::size_t>(k * response.cols() + l)] = response(k, l);
    }
    return flat;
}

void Journal::finish(std::uint64_t d) {
    if (!report_.C || snapshots_.size() == 0) return;
    const auto K = static_cast<Index>(problem_.students());
    const auto times = static_cast<Index>(recorder_.times());
    const auto known = [&](Index time) { return reached_[static_cast<std::size_t>(time)] > 1.0 - 1e-9; };
    for (Index t = 0; t < times; ++t) {
        if (!known(t)) continue;
        const MatrixXd products =
            snapshots_ * snapshots_.middleRows(t * K, K).transpose() / static_cast<double>(d);
        std::vector<double> row;
        for (Index s = 0; s < times; ++s)
            for (Index k = 0; k < K; ++k)
                for (Index l = 0; l < K; ++l)
                    row.push_back(known(s) ? products(s * K + l, k)
                                           : std::numeric_limits<double>::quiet_NaN());
        recorder_.at(replica_, static_cast<std::size_t>(t)).record(report_.C, row);
    }
}

}  // namespace hidyn::multi_index
