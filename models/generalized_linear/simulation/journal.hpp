// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "core/recorder.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/inference/estimate.hpp"
#include "models/generalized_linear/simulation/recorded_run.hpp"

namespace hidyn::generalized_linear {

/// What one replica shows, at the grid's times.
class Journal {
  public:
    /// `estimate` null: not asked for.
    Journal(const GeneralizedLinear& problem, const Signal& signal, const RecordedRun& run,
            const PathEstimate* estimate);

    void write(std::size_t replica, Recorder& recorder);

  private:
    void iterate(const Slot& slot, std::size_t t);
    void inference(const Slot& slot, std::size_t t) const;
    [[nodiscard]] std::vector<double> quantiles(const Eigen::RowVectorXd& debiased, double b,
                                                double sigma) const;
    void two_time(const Slot& slot, std::size_t t) const;

    const GeneralizedLinear& problem_;
    const RecordedRun& run_;
    const PathEstimate* estimate_;
    Observables report_;
    FreshSample fresh_;
    Eigen::VectorXd truth_;
};

}  // namespace hidyn::generalized_linear
