// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "claims/evidence.hpp"
#include "core/table.hpp"

namespace hidyn::claims {

/// A claim checked on one route.
struct ClaimResult {
    std::string name;  ///< the claim's, with the route's label when it is checked on several
    std::string route;
    std::string what;  ///< the observable's name, or "all"
    const Quantity* quantity = nullptr;
    double predicted = 0.0;
    double measured = 0.0;
    double error = 0.0;    ///< standard error of a simulation, numerical error of a theory, or both
    double allowed = 0.0;  ///< deviation allowed beyond three errors
    bool passed = false;
    std::string source;
};

/// What a claim measures on its observable. One file each says how it is read, checked before anything runs,
/// and measured.
class Quantity {
  public:
    explicit Quantity(const char* name) : name_(name) {}
    virtual ~Quantity() = default;
    Quantity(const Quantity&) = delete;
    Quantity& operator=(const Quantity&) = delete;

    [[nodiscard]] const char* name() const { return name_; }
    /// Keys of [[claims]] that it looks at, beside those that every claim has; the others are errors.
    [[nodiscard]] virtual std::vector<std::string> keys() const = 0;
    /// Complains about what is missing in the section.
    virtual void check_section(const Claim& claim, Complaints& complaints) const;
    /// Whether it is about one variant, or compares several.
    [[nodiscard]] virtual bool about_one_variant() const { return true; }
    /// The variants it is about, in the order in which they count; `all` are those of the experiment.
    [[nodiscard]] virtual std::vector<std::string> variants(const Claim& claim,
                                                            const std::vector<std::string>& all) const = 0;
    /// Whether it is of single components, which the claim must name.
    [[nodiscard]] virtual bool of_component() const { return true; }
    /// Whether it is the approach of a simulation's sizes to the theory `minus_route`.
    [[nodiscard]] virtual bool of_sizes() const { return false; }
    /// What the reports show as predicted.
    [[nodiscard]] virtual std::string prediction(double predicted) const;

    /// Fills in measured, error and passed on the route of that label.
    virtual void conclude(const Claim& claim, const Evidence& evidence, ClaimResult& result) const;

  protected:
    [[nodiscard]] virtual Measured measure(const Claim& claim, const std::string& label,
                                           const Evidence& evidence) const;

  private:
    const char* name_;
};

// In the order in which they are told.
[[nodiscard]] const Quantity& value();
[[nodiscard]] const Quantity& ratio();
[[nodiscard]] const Quantity& slope();
[[nodiscard]] const Quantity& exponent();
[[nodiscard]] const Quantity& order();
[[nodiscard]] const Quantity& fall();
[[nodiscard]] const Quantity& peak();
[[nodiscard]] const std::vector<const Quantity*>& quantities();
/// Null if there is none of that name.
[[nodiscard]] const Quantity* quantity_named(std::string_view name);

/// Keys that say which component of an observable is meant, and at which times.
[[nodiscard]] std::vector<std::string> component_keys();
[[nodiscard]] std::vector<std::string> component_and_time_keys();

}  // namespace hidyn::claims
