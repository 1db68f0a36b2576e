// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hidyn::claims {
namespace {

// Least-squares slope of y on x; the error from the errors of y.
Measured fitted_slope(const std::vector<double>& x, const std::vector<Measured>& y) {
    double mean = 0.0;
    for (const double value : x) mean += value / static_cast<double>(x.size());
    double spread = 0.0;
    for (const double value : x) spread += (value - mean) * (value - mean);
    Measured slope{.value = 0.0};
    for (std::size_t index = 0; index < x.size(); ++index) {
        const double weight = (x[index] - mean) / spread;
        slope.value += weight * y[index].value;
        slope.error += weight * weight * y[index].error * y[index].error;
    }
    slope.error = std::sqrt(slope.error);
    return slope;
}

/// The least-squares slope of the number against the key `against`, over the variants; or the same of
/// logarithms: the exponent of a power law, of the absolute value if the number is a difference of routes.
class Slope final : public Quantity {
  public:
    Slope(const char* name, bool logarithmic) : Quantity(name), logarithmic_(logarithmic) {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        std::vector<std::string> keys = component_and_time_keys();
        keys.insert(keys.end(), {"variants", "against", "predicted", "tolerance", "relative_tolerance"});
        return keys;
    }
    void check_section(const Claim& claim, Complaints& complaints) const override {
        Quantity::check_section(claim, complaints);
        if (claim.against.empty())
            complaints.add(fmt::format("{}: against is missing: the key whose values the {} is taken against",
                                       claim.given.place(), name()));
    }
    [[nodiscard]] bool about_one_variant() const override { return false; }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>& all) const override {
        return claim.variants.empty() ? all : claim.variants;
    }

  protected:
    [[nodiscard]] Measured measure(const Claim& claim, const std::string& label,
                                   const Evidence& evidence) const override {
        std::vector<double> x;
        std::vector<Measured> y;
        for (const std::string& variant : variants(claim, evidence.variants())) {
            const double key = evidence.key(variant, claim.against);
            Measured measured = evidence.at(claim, variant, label);
            if (logarithmic_ && !claim.minus_route.empty()) measured.value = std::abs(measured.value);
            x.push_back(logarithmic_ ? std::log(key) : key);
            y.push_back(logarithmic_ ? Measured{std::log(measured.value), measured.error / measured.value}
                                     : measured);
        }
        return fitted_slope(x, y);
    }

  private:
    bool logarithmic_;
};

}  // namespace

const Quantity& slope() {
    static const Slope one("slope", false);
    return one;
}

const Quantity& exponent() {
    static const Slope one("exponent", true);
    return one;
}

}  // namespace hidyn::claims
