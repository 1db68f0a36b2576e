// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "models/generalized_linear/inference/inference.hpp"

namespace hidyn::generalized_linear {

/// Columns as they stand in the file, and what makes them of mean 0 and variance 1.
struct Columns {
    Eigen::VectorXd mean, deviation;
};

/// A user's data as the method takes them: columns standardised, labels centred or signs, some rows held out.
/// Throws InputError for data that cannot be meant.
class Preparation {
  public:
    Preparation(const RawData& data, const InferenceSettings& settings, const std::string& file);

    [[nodiscard]] std::size_t held_out() const { return held_out_; }
    [[nodiscard]] const Columns& columns() const { return columns_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

    /// Rows [first, first + count) of the shuffled data, standardised with the training rows' moments.
    [[nodiscard]] Samples samples(std::size_t first, std::size_t count) const;

  private:
    void shuffle();
    void read_labels();
    void measure_columns();

    const RawData& data_;
    const InferenceSettings& settings_;
    std::string file_;
    std::vector<std::size_t> order_;  ///< training rows first
    std::size_t held_out_ = 0;
    std::vector<double> labels_;
    Columns columns_;
    std::vector<std::string> remarks_;
};

}  // namespace hidyn::generalized_linear
