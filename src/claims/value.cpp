// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

namespace hidyn::claims {
namespace {

/// The number itself, minus the same of `minus_variant` if one is named.
class Value final : public Quantity {
  public:
    Value() : Quantity("value") {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys = component_and_time_keys();
        keys.insert(keys.end(), {"variant", "minus_variant", "predicted", "tolerance", "relative_tolerance"});
        return keys;
    }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>&) const override {
        if (claim.minus_variant.empty()) return {claim.variant};
        return {claim.variant, claim.minus_variant};
    }

  protected:
    [[nodiscard]] Measured measure(const Claim& claim, const std::string& label,
                                   const Evidence& evidence) const override {
        const Measured measured = evidence.at(claim, claim.variant, label);
        if (claim.minus_variant.empty()) return measured;
        return difference(measured, evidence.at(claim, claim.minus_variant, label));
    }
};

}  // namespace

const Quantity& value() {
    static const Value one;
    return one;
}

}  // namespace hidyn::claims
