// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "claims/claim.hpp"
#include "claims/setting.hpp"
#include "results/results.hpp"
#include "statistics/runs.hpp"

namespace hidyn::claims {

/// A number with what is known of its error.
struct Measured {
    double value = std::numeric_limits<double>::quiet_NaN();
    double error = 0.0;  ///< NaN: unknown
    double scale = 0.0;  ///< of what was subtracted
};
[[nodiscard]] Measured difference(const Measured& one, const Measured& other);

/// What the routes of solved variants say; a simulation speaks at its largest size.
class Evidence {
  public:
    Evidence(const Setting& setting, const results::Results& results)
        : setting_(setting), results_(results) {}

    /// The claim's observable at its times, minus that of its `minus_route`.
    [[nodiscard]] Measured at(const Claim& claim, const std::string& variant, const std::string& label) const;
    /// The route, at its largest size; null if there is none.
    [[nodiscard]] const results::RouteResult* route(const std::string& variant,
                                                    const std::string& label) const;
    /// Every size of a simulation.
    [[nodiscard]] std::vector<statistics::SimulationRun> sizes(const std::string& variant,
                                                               const std::string& label) const;
    /// A number of the variant's experiment; NaN if it has none.
    [[nodiscard]] double key(const std::string& variant, const std::string& name) const;
    [[nodiscard]] const std::vector<double>& times() const { return results_.grid.times; }
    [[nodiscard]] const results::Results& results() const { return results_; }
    [[nodiscard]] std::vector<std::string> variants() const { return setting_.names(); }

  private:
    const Setting& setting_;
    const results::Results& results_;
};

}  // namespace hidyn::claims
