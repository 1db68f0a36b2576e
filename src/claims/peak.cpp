// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn::claims {
namespace {

// The top of the parabola through the largest value and its neighbours.
double place_of_maximum(const std::vector<double>& x, const std::vector<double>& y) {
    if (std::ranges::any_of(y, [](double value) { return !std::isfinite(value); }))
        return std::numeric_limits<double>::quiet_NaN();
    const auto top = static_cast<std::size_t>(std::ranges::max_element(y) - y.begin());
    if (top == 0 || top + 1 == y.size()) return x[top];
    const double left = (y[top] - y[top - 1]) / (x[top] - x[top - 1]);
    const double right = (y[top + 1] - y[top]) / (x[top + 1] - x[top]);
    if (left == right) return x[top];
    // Where the slope, known in the middles of both sides, is 0.
    return 0.5 * (x[top - 1] + x[top]) + 0.5 * (x[top + 1] - x[top - 1]) * left / (left - right);
}

/// The time at which the mean over replicas of the observable is largest; the error by leaving out each
/// replica in turn.
class Peak final : public Quantity {
  public:
    Peak() : Quantity("peak") {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys = component_keys();
        keys.insert(keys.end(), {"variant", "predicted", "tolerance", "relative_tolerance"});
        return keys;
    }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>&) const override {
        return {claim.variant};
    }

  protected:
    [[nodiscard]] Measured measure(const Claim& claim, const std::string& label,
                                   const Evidence& evidence) const override {
        const results::RouteResult* route = evidence.route(claim.variant, label);
        const Series* series = route == nullptr ? nullptr : route->trajectory.find(claim.observable);
        if (series == nullptr) return {};
        const std::size_t component = claim.flat_component(series->observable);
        const std::vector<double>& times = evidence.times();
        std::vector<double> sum(times.size(), 0.0);
        const std::size_t replicas = std::max<std::size_t>(series->replicas, 1);
        for (std::size_t replica = 0; replica < replicas; ++replica)
            for (std::size_t time = 0; time < sum.size(); ++time)
                sum[time] += series->at(replica, time)[component];
        Measured measured{.value = place_of_maximum(times, sum)};
        if (route->info.theory) return measured;
        if (replicas < 2) return {measured.value, std::numeric_limits<double>::quiet_NaN()};
        const auto count = static_cast<double>(replicas);
        for (std::size_t left_out = 0; left_out < replicas; ++left_out) {
            std::vector<double> others = sum;
            for (std::size_t time = 0; time < sum.size(); ++time)
                others[time] -= series->at(left_out, time)[component];
            measured.error +=
                (count - 1.0) / count * std::pow(place_of_maximum(times, others) - measured.value, 2);
        }
        measured.error = std::sqrt(measured.error);
        return measured;
    }
};

}  // namespace

const Quantity& peak() {
    static const Peak one;
    return one;
}

}  // namespace hidyn::claims
