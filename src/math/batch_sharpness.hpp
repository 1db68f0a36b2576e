// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

namespace hidyn::math {

/// g^T H g / |g|^2 over batches, g and H of the same batch: the mean of ratios and the ratio of means, which
/// small gradients bias less. Source: Andreyev & Beneventano, arXiv 2412.20553.
class BatchSharpness {
  public:
    static constexpr int most_batches = 500;

    /// Batches without a gradient are left out.
    void add(double curvature_along_gradient, double squared_gradient) {
        if (squared_gradient < 1e-24) return;
        const double ratio = curvature_along_gradient / squared_gradient;
        count_ += 1.0;
        ratio_ += ratio;
        ratio_square_ += ratio * ratio;
        above_ += curvature_along_gradient;
        below_ += squared_gradient;
    }
    /// Relative error of the mean of ratios below half a percent.
    [[nodiscard]] bool enough() const {
        constexpr double fewest = 50.0;
        if (count_ < fewest) return false;
        const double mean = ratio_ / count_;
        return std::sqrt((ratio_square_ / count_ - mean * mean) / count_) < 0.005 * std::abs(mean);
    }
    [[nodiscard]] double mean_of_ratios() const { return count_ > 0.0 ? ratio_ / count_ : missing; }
    [[nodiscard]] double ratio_of_means() const { return count_ > 0.0 ? above_ / below_ : missing; }

  private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    double count_ = 0.0, ratio_ = 0.0, ratio_square_ = 0.0, above_ = 0.0, below_ = 0.0;
};

}  // namespace hidyn::math
