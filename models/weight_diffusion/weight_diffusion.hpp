// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "core/recorder.hpp"

/// A weight matrix that diffuses in a quadratic potential, and its singular values.
///
///   dW = -k W dt + g dB, W of M x d, M >= d, dB independent entries; begins with given singular values
///
/// The singular values obey Dyson's Brownian motion by themselves: they repel. Source: Aarts, Lucini & Park,
/// arXiv 2407.16427.
namespace hidyn::weight_diffusion {

class WeightDiffusion final : public Problem {
  public:
    double row_ratio = 1.5;            ///< M / d
    double restoring_rate = 1.0;       ///< k
    double noise = 0.5;                ///< g
    std::vector<double> start_values;  ///< xi_i(0), ascending, one per column

    [[nodiscard]] Eigen::Index columns() const { return static_cast<Eigen::Index>(start_values.size()); }
    [[nodiscard]] Eigen::Index rows() const;
    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "time"; }
    [[nodiscard]] double steps_per_unit_time(double) const override { return 0.0; }
    [[nodiscard]] std::vector<StartArray> start() const override;
};

struct Observables : ObservableList {
    explicit Observables(const WeightDiffusion& problem);

    Handle singular_values, variance, squared_norm;
};

/// What an ensemble of ordered singular values [member, level] reports at one time.
void record_levels(const Observables& report, const Eigen::MatrixXd& members, const Slot& slot);

}  // namespace hidyn::weight_diffusion
