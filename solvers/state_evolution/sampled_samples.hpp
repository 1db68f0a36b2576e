// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/aligned.hpp"
#include "math/growing_root.hpp"
#include "math/vectors/response_rows.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/state_evolution/base_normals.hpp"
#include "solvers/state_evolution/path.hpp"

namespace hidyn::state_evolution {

/// Samples under any loss, by randomised quasi-Monte Carlo: N points in the space of noise, Z*, Z^0, Z^1, ..,
/// whitened. Both labels of a binary channel are followed, with their probabilities as weights, for an
/// average over sampled labels would be several times less accurate. Derivatives of the forces are exact for
/// each point, in single precision: their mean enters, whose sampling error is larger by far. Cost N T^3 / 6
/// multiply-adds (twice that for two labels), and as many reads of four bytes from memory, which is the
/// floor.
class SampledSamples final : public SampleSide {
  public:
    SampledSamples(const generalized_linear::GeneralizedLinear& problem,
                   const generalized_linear::Method& method, const Draw& draw);

    [[nodiscard]] SampleRow visit(const ParameterRow& parameters) override;

    [[nodiscard]] static double bytes(double points, double times, bool binary, bool remembers);

  private:
    [[nodiscard]] double weighted_mean(const double* values) const;
    void evaluate_losses(const ParameterRow& parameters);

    const generalized_linear::GeneralizedLinear& problem_;
    const generalized_linear::Method& method_;
    std::size_t points_, copies_;  ///< of each point, one per label
    Eigen::MatrixXd normals_;      ///< noise, then one column per direction of the preactivations
    math::GrowingRoot root_;
    Eigen::VectorXd teacher_;             ///< Z*
    Eigen::VectorXd fresh_;               ///< Z^t
    std::vector<double> label_, weight_;  ///< copy after copy; weights add up to 1
    Eigen::MatrixXd forces_;              ///< u^s, a column each
    std::vector<double> preactivation_, value_, slope_;
    math::ResponseRows<float> responses_;
    std::vector<double> overlaps_;  ///< R_s
    double train_loss_ = 0.0, test_loss_ = 0.0;
};

}  // namespace hidyn::state_evolution
