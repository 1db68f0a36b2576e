#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/problem.hpp"

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

/// In the order in which they are declared.
struct ObservablePlaces {
    static constexpr std::size_t singular_values = 0, variance = 1, squared_norm = 2;
};

/// What an ensemble of ordered singular values [member, level] reports at one time.
void record_levels(const Eigen::MatrixXd& members, Recorder& recorder, std::size_t replica, std::size_t time);

}  // namespace hidyn::weight_diffusion
