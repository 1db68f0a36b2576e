// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "math/growing_root.hpp"
#include "math/vectors/response_rows.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/state_evolution/base_normals.hpp"
#include "solvers/state_evolution/path.hpp"

namespace hidyn::state_evolution {

/// Parameters of a method that maps each coordinate (a soft threshold, a posterior mean), by randomised
/// quasi-Monte Carlo over signal, start and W^0, W^1, ..: signal and noise are made orthogonal and whitened,
/// so that second moments are exact.
class MappedParameters final : public ParameterSide {
  public:
    MappedParameters(const generalized_linear::GeneralizedLinear& problem,
                     const generalized_linear::Method& method, const Draw& draw);

    [[nodiscard]] ParameterRow row() const override;
    void advance(const SampleRow& samples) override;

    [[nodiscard]] static double bytes(double points, double times, bool remembers);

  private:
    const generalized_linear::Method& method_;
    Eigen::Index now_ = 0;
    Eigen::VectorXd signal_;
    Eigen::MatrixXd normals_;          ///< start, then one column per direction of W
    math::GrowingRoot root_;           ///< of Sigma
    Eigen::MatrixXd theta_, iterate_;  ///< a column per iteration
    RowMajor mean_response_;           ///< E dp^t / dW^s
    RowMajor rho_;
    math::ResponseRows<float> responses_;
    std::vector<double> slope_, weight_;
};

}  // namespace hidyn::state_evolution
