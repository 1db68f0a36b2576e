// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "core/recorder.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "models/deep_linear/simulation/network.hpp"

namespace hidyn::deep_linear {

/// The tangent kernel K(x, x') = sum_l A_l A_l^T (x^T C_l^T C_l x') of a network, as the pairs of its
/// factors.
class TangentKernel {
  public:
    explicit TangentKernel(const std::vector<Eigen::MatrixXd>& layers);
    /// <K, K'> / |K| |K'| in the Frobenius product over outputs and inputs.
    [[nodiscard]] double alignment(const TangentKernel& other) const;

  private:
    [[nodiscard]] double product(const TangentKernel& other) const;
    std::vector<Eigen::MatrixXd> outer_, inner_;  ///< A_l A_l^T and C_l^T C_l
};

/// Reports what is measured on real weights of one run; several runs share a replica's mean by their weights.
class Observer {
  public:
    Observer(const DeepLinear& problem, std::uint64_t d, const Network& start);

    [[nodiscard]] const Eigen::MatrixXd& teacher() const { return M_; }
    [[nodiscard]] const Observables& report() const { return report_; }
    /// Mode strengths of the network as it stands, the first of its diagonal.
    void strengths(const Network& network, std::vector<double>& into) const;
    void observe(const Network& network, const Slot& slot) const;

  private:
    void observe_diffusion(const Network& network, const Slot& slot) const;

    const DeepLinear& problem_;
    Observables report_;
    Eigen::MatrixXd M_;
    std::optional<TangentKernel> kernel_;  ///< that of the start, if it is asked for
};

}  // namespace hidyn::deep_linear
