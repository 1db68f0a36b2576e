// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <memory>

#include "core/recorder.hpp"
#include "math/gaussian/mean_square_residual.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// Turns overlaps into observables, for simulation and theory alike: they share this definition and nothing
/// else. One object serves one thread.
class Observer {
  public:
    explicit Observer(const MultiIndex& problem);

    /// The generalization or classification error of a fresh sample; NaN for overlaps that are not finite.
    [[nodiscard]] double test_error(const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R);
    /// Records the observables that are functions of one time.
    void observe(const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R, double train_loss, const Slot& slot);

  private:
    [[nodiscard]] double mean_over_points(const Eigen::MatrixXd& joint);

    const MultiIndex& problem_;
    Observables report_;
    std::unique_ptr<math::MeanSquareResidual> closed_;  ///< for sums of units on both sides
    Eigen::VectorXd coefficients_;
    Eigen::MatrixXd points_;  ///< fixed quasi-random normals for everything else
};

}  // namespace hidyn::multi_index
