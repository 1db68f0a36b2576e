// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <fmt/format.h>

#include "statistics/scaling.hpp"

namespace hidyn::claims {
namespace {

/// The exponent with which single runs approach the theory `minus_route` as d grows; looks at all times and
/// components, and without an observable at all of them together.
class Fall final : public Quantity {
  public:
    Fall() : Quantity("fall") {}

    [[nodiscard]] std::vector<std::string> keys() const override {
        return {"variant", "predicted", "tolerance", "relative_tolerance"};
    }
    void check_section(const Claim& claim, Complaints& complaints) const override {
        if (!claim.given.given("predicted"))
            complaints.add(
                fmt::format("{}: predicted is missing: the number this claim predicts", claim.given.place()));
        if (claim.minus_route.empty())
            complaints.add(fmt::format("{}: minus_route is missing: the theory that single runs approach",
                                       claim.given.place()));
    }
    [[nodiscard]] std::vector<std::string> variants(const Claim& claim,
                                                    const std::vector<std::string>&) const override {
        return {claim.variant};
    }
    [[nodiscard]] bool of_component() const override { return false; }
    [[nodiscard]] bool of_sizes() const override { return true; }

  protected:
    [[nodiscard]] Measured measure(const Claim& claim, const std::string& label,
                                   const Evidence& evidence) const override {
        const results::RouteResult* theory = evidence.route(claim.variant, claim.minus_route);
        if (theory == nullptr) return {};
        const std::vector<statistics::SimulationRun> runs = evidence.sizes(claim.variant, label);
        for (const statistics::DeviationFall& one :
             statistics::deviation_fall(runs, {theory->info.name, &theory->trajectory}))
            if (one.observable == (claim.observable.empty() ? "all" : claim.observable))
                return {one.exponent, one.exponent_error};
        return {};
    }
};

}  // namespace

const Quantity& fall() {
    static const Fall one;
    return one;
}

}  // namespace hidyn::claims
