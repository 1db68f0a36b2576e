// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace hidyn::claims {
namespace {

/// The variants in `variants` have the number in increasing order. Measured: the smallest gap; predicted:
/// more than the tolerance and three errors, or, where one run does not know its error, more than a tolerance
/// that is given.
class Order final : public Quantity {
  public:
    Order() : Quantity("order") {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys = component_and_time_keys();
        keys.insert(keys.end(), {"variants", "tolerance"});
        return keys;
    }
    void check_section(const Claim& claim, Complaints& complaints) const override {
        if (claim.observable.empty())
            complaints.add(fmt::format("{}: observable is missing", claim.given.place()));
    }
    [[nodiscard]] bool about_one_variant() const override { return false; }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>& all) const override {
        return claim.variants.empty() ? all : claim.variants;
    }
    [[nodiscard]] std::string prediction(double) const override { return "increasing"; }

    void conclude(const Claim& claim, const Evidence& evidence, ClaimResult& result) const override {
        const std::vector<std::string> order = variants(claim, evidence.variants());
        result.measured = std::numeric_limits<double>::infinity();
        result.passed = order.size() > 1;
        for (std::size_t index = 1; index < order.size(); ++index) {
            const Measured low = evidence.at(claim, order[index - 1], result.route);
            const Measured high = evidence.at(claim, order[index], result.route);
            const double gap = high.value - low.value;
            const double error = std::hypot(low.error, high.error);
            const double least = std::isnan(error) && claim.tolerance > 0.0 ? 0.0 : 3.0 * error;
            if (!(gap > claim.tolerance + least)) result.passed = false;
            if (!(gap >= result.measured)) {
                result.measured = gap;
                result.error = error;
            }
        }
    }
};

}  // namespace

const Quantity& order() {
    static const Order one;
    return one;
}

}  // namespace hidyn::claims
