// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/observable.hpp"
#include "core/route.hpp"
#include "core/time_grid.hpp"

namespace hidyn::claims {

/// What the claims of an experiment may speak of.
struct Setting {
    struct Route {
        RouteInfo info;
        std::vector<std::string> own_observables;  ///< names of what it alone reports
    };
    struct Variant {
        std::string name;
        bool sound = true;                    ///< false: it could not be read, and was complained about
        std::vector<Observable> observables;  ///< of its problem, then those of single routes
        std::size_t shared = 0;               ///< so many of them every route reports
        std::vector<Route> routes;
        /// A number of its experiment by its dotted key, or a ratio of two.
        std::function<std::optional<double>(const std::string&)> number_at;
    };
    std::vector<Variant> variants;
    TimeGrid grid;

    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] bool has_variants() const { return variants.size() > 1 || !variants.front().name.empty(); }
};

}  // namespace hidyn::claims
