// SPDX-License-Identifier: MIT
#include "solvers/sde/stationary_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hidyn::sde {

std::string StationaryLaw::defect(const ModeLaw& law) {
    if (law.label_noise == 0.0) return "has no density without label noise: the mode ends at m itself";
    const double bound = 2.0 * law.m / (2.0 * law.m * law.m + law.label_noise);
    if (law.L == 2.0 && law.rate >= bound)
        return fmt::format(
            "does not exist for the mode of strength {:.4g}: noise destroys it, for learning_rate / "
            "batch_size = {:.4g} is not below 2 m / (2 m^2 + label_noise) = {:.4g}",
            law.m, law.rate, bound);
    return "";
}

StationaryLaw::StationaryLaw(const ModeLaw& law) : L_(law.L) {
    // In x = ln a: dx = (b/a - sigma^2 / (2 a^2)) dt + (sigma / a) dw, hence p(x) ~ exp(2 int (b/a) /
    // (sigma/a)^2 dx) / (sigma/a)^2 / e^x.
    const double top = std::log(law.m) / L_;
    const double low = top - (L_ == 2.0 ? 20.0 : 6.0);
    const double high = top + 8.0;
    // The peak has width sqrt(eta Delta / 2 B L m^{2-2/L}) in s, L m times narrower in x.
    const double width =
        std::sqrt(0.5 * law.rate * law.label_noise * L_ * std::pow(law.m, 2.0 - 2.0 / L_)) / (L_ * law.m);
    const auto points =
        static_cast<std::size_t>(std::clamp((high - low) / std::min(0.02 * width, 5e-3), 1e4, 2e6));
    const double h = (high - low) / static_cast<double>(points);
    const auto at = [&](double x) { return law.relative(std::exp(L_ * x), std::exp((L_ - 2.0) * x)); };
    const auto slope = [&](double x) {
        const ModeLaw::Relative here = at(x);
        return 2.0 * here.drift / here.diffusion;
    };
    std::vector<double> log_density;
    double exponent = 0.0;
    for (std::size_t point = 0; point <= points; ++point) {
        const double x = low + h * static_cast<double>(point);
        if (point > 0) exponent += h / 6.0 * (slope(x - h) + 4.0 * slope(x - 0.5 * h) + slope(x));
        x_.push_back(x);
        log_density.push_back(exponent - x - std::log(at(x).diffusion));
    }
    const double largest = *std::ranges::max_element(log_density);
    for (const double value : log_density) weight_.push_back(h * std::exp(value - largest));
    weight_.front() *= 0.5;
    weight_.back() *= 0.5;
    // Below the grid (two layers) the density is a power of a, and s is 0.
    tail_slope_ = L_ == 2.0 ? slope(low) - 1.0 : 0.0;
    const double tail = L_ == 2.0 ? weight_.front() * 2.0 / h / tail_slope_ : 0.0;
    double total = tail;
    for (const double one : weight_) total += one;
    for (double& one : weight_) one /= total;
    double sum = tail / total;
    for (std::size_t point = 0; point < x_.size(); ++point) {
        // Half of a point's weight lies on each side.
        const double half = point == 0 || point + 1 == x_.size() ? weight_[point] : 0.5 * weight_[point];
        if (point > 0) sum += half;
        cumulative_.push_back(sum);
        if (point == 0 || point + 1 < x_.size()) sum += half;
    }
    mean_ = average([](double s) { return s; });
    variance_ = average([this](double s) { return (s - mean_) * (s - mean_); });
}

double StationaryLaw::strength(std::size_t point) const {
    return std::exp(L_ * x_[point]);
}

double StationaryLaw::distribution(double strength) const {
    if (!(strength > 0.0)) return 0.0;
    const double x = std::log(strength) / L_;
    if (x <= x_.front())
        return cumulative_.front() * std::exp(tail_slope_ * (x - x_.front())) * (L_ == 2.0 ? 1.0 : 0.0);
    if (x >= x_.back()) return 1.0;
    const double place = (x - x_.front()) / (x_[1] - x_[0]);
    const auto below = std::min(static_cast<std::size_t>(place), x_.size() - 2);
    const double share = place - static_cast<double>(below);
    return cumulative_[below] + share * (cumulative_[below + 1] - cumulative_[below]);
}

double StationaryLaw::quantile(double level) const {
    if (level <= cumulative_.front())
        return L_ == 2.0 ? std::exp(L_ * (x_.front() + std::log(level / cumulative_.front()) / tail_slope_))
                         : strength(0);
    const auto above = std::ranges::lower_bound(cumulative_, level);
    if (above == cumulative_.end()) return strength(x_.size() - 1);
    const auto place = static_cast<std::size_t>(above - cumulative_.begin());
    const double share =
        (level - cumulative_[place - 1]) / std::max(cumulative_[place] - cumulative_[place - 1], 1e-300);
    return std::exp(L_ * (x_[place - 1] + share * (x_[place] - x_[place - 1])));
}

}  // namespace hidyn::sde
