// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "models/multi_index/observer.hpp"
#include "models/multi_index/simulation/learner.hpp"

namespace hidyn::multi_index {

/// Records what one replica shows at the grid times. A grid time between two steps is a weighted mean of
/// both: of every observable, except that C(t, s) is made of the weighted means of the weights themselves.
class Journal {
  public:
    Journal(const MultiIndex& problem, Recorder& recorder, std::size_t replica);

    /// Adds the sampling's weight times the learner's state to its grid point.
    void sample(Learner& learner, const Sampling& sampling);
    /// Records C at all pairs of times that were reached.
    void finish(std::uint64_t d);

    void archive(Archive& archive) { archive(snapshots_, reached_); }

  private:
    /// Whether the run has recovered the signal.
    [[nodiscard]] bool found(const Weights& weights) const;
    /// The responses to all fields, for the grid point `time`.
    [[nodiscard]] std::vector<double> responses(const Weights& weights, std::size_t time) const;

    const MultiIndex& problem_;
    Observables report_;
    Recovery own_;
    Recorder& recorder_;
    std::size_t replica_;
    Observer observer_;
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    RowMajor snapshots_;           ///< K rows for each grid time
    std::vector<double> reached_;  ///< weight sampled so far of each grid time
};

}  // namespace hidyn::multi_index
