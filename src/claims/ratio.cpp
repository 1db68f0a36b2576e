// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hidyn::claims {
namespace {

/// The number, divided by the same of `over_variant`, `over_route` or both.
class Ratio final : public Quantity {
  public:
    Ratio() : Quantity("ratio") {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys = component_and_time_keys();
        keys.insert(keys.end(), {"variant", "over_route", "over_variant", "predicted", "tolerance",
                                 "relative_tolerance"});
        return keys;
    }
    void check_section(const Claim& claim, Complaints& complaints) const override {
        Quantity::check_section(claim, complaints);
        if (claim.over_variant.empty() && claim.over_route.empty())
            complaints.add(fmt::format(
                "{}: over_variant is missing (or over_route): a ratio is over another variant or route",
                claim.given.place()));
    }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>&) const override {
        if (claim.over_variant.empty()) return {claim.variant};
        return {claim.variant, claim.over_variant};
    }

  protected:
    [[nodiscard]] Measured measure(const Claim& claim, const std::string& label,
                                   const Evidence& evidence) const override {
        const Measured above = evidence.at(claim, claim.variant, label);
        const Measured below =
            evidence.at(claim, claim.over_variant.empty() ? claim.variant : claim.over_variant,
                        claim.over_route.empty() ? label : claim.over_route);
        const double value = above.value / below.value;
        return {value, std::hypot(above.error, value * below.error) / std::abs(below.value)};
    }
};

}  // namespace

const Quantity& ratio() {
    static const Ratio one;
    return one;
}

}  // namespace hidyn::claims
