#include "models/multi_index/simulation/journal.hpp"

#include <limits>

namespace hidyn::multi_index {

using Eigen::Index;
using Eigen::MatrixXd;

Journal::Journal(const MultiIndex& problem, Recorder& recorder, std::size_t replica)
    : problem_(problem),
      places_(problem.recording),
      own_place_(problem.observables().size()),
      recorder_(recorder),
      replica_(replica),
      observer_(problem),
      reached_(recorder.times(), 0.0) {}

void Journal::sample(Learner& learner, std::size_t time, double weight) {
    const Weights& weights = learner.weights();
    observer_.observe(weights.Q(), weights.R(), learner.train_loss(), recorder_, replica_, time, weight);
    if (problem_.recovery_threshold) sample_recovery(weights, time, weight);
    if (places_.response != 0) sample_response(weights, time, weight);
    reached_[time] += weight;
    if (places_.C == 0) return;
    const auto K = static_cast<Index>(weights.students());
    const auto stride = static_cast<Index>(weights.stride());
    if (snapshots_.size() == 0)
        snapshots_ = RowMajor::Zero(K * static_cast<Index>(recorder_.times()), stride);
    snapshots_.middleRows(static_cast<Index>(time) * K, K) +=
        weight * Eigen::Map<const RowMajor>(weights.data(), K, stride);
}

void Journal::sample_recovery(const Weights& weights, std::size_t time, double weight) {
    const double R = weights.R()(0, 0);
    const double bound = *problem_.recovery_threshold * weights.Q()(0, 0) * problem_.initial.T(0, 0);
    const double found = R * R > bound ? 1.0 : 0.0;
    recorder_.blend(own_place_, replica_, time, weight, {&found, 1});
}

void Journal::sample_response(const Weights& weights, std::size_t time, double weight) {
    const std::vector<double>& sources = problem_.recording.response_at;
    const std::size_t block = weights.students() * weights.students();
    flat_.assign(sources.size() * block, 0.0);
    for (std::size_t source = 0; source + 1 < weights.copies(); ++source) {
        // A field does nothing before its time, also where that lies between two steps.
        if (problem_.recording.grid.times[time] <= sources[source]) continue;
        const MatrixXd response = weights.response(source + 1);
        for (Index k = 0; k < response.rows(); ++k)
            for (Index l = 0; l < response.cols(); ++l)
                flat_[source * block + static_cast<std::size_t>(k * response.cols() + l)] = response(k, l);
    }
    recorder_.blend(places_.response, replica_, time, weight, flat_);
}

void Journal::finish(std::uint64_t d) {
    if (places_.C == 0 || snapshots_.size() == 0) return;
    const auto K = static_cast<Index>(problem_.students());
    const auto times = static_cast<Index>(recorder_.times());
    const auto known = [&](Index time) { return reached_[static_cast<std::size_t>(time)] > 1.0 - 1e-9; };
    for (Index t = 0; t < times; ++t) {
        if (!known(t)) continue;
        const MatrixXd products =
            snapshots_ * snapshots_.middleRows(t * K, K).transpose() / static_cast<double>(d);
        flat_.clear();
        for (Index s = 0; s < times; ++s)
            for (Index k = 0; k < K; ++k)
                for (Index l = 0; l < K; ++l)
                    flat_.push_back(known(s) ? products(s * K + l, k)
                                             : std::numeric_limits<double>::quiet_NaN());
        recorder_.record(places_.C, replica_, static_cast<std::size_t>(t), flat_);
    }
}

}  // namespace hidyn::multi_index
