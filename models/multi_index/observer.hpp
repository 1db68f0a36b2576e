#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

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
    /// Adds weight times the observables that are functions of one time to the recorder's slot.
    void observe(const Eigen::MatrixXd& Q, const Eigen::MatrixXd& R, double train_loss, Recorder& recorder,
                 std::size_t replica, std::size_t time, double weight);

  private:
    [[nodiscard]] double mean_over_points(const Eigen::MatrixXd& joint);

    const MultiIndex& problem_;
    std::unique_ptr<math::MeanSquareResidual> closed_;  ///< for sums of units on both sides
    Eigen::VectorXd coefficients_;
    Eigen::MatrixXd points_;  ///< fixed quasi-random normals for everything else
    std::vector<double> flat_;
};

}  // namespace hidyn::multi_index
