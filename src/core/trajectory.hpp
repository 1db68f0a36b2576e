// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/observable.hpp"

namespace hidyn {

/// One observable along the time grid. Layout of `values`: [replica,] time, component (row-major).
struct Series {
    Observable observable;
    std::size_t replicas = 0;  ///< 0: a single theory curve, no replica axis
    std::size_t times = 0;
    std::vector<double> values;
    std::vector<double> error;  ///< the theory's own numerical error, [time, component]; empty if it has none
    std::vector<double>
        variance;  ///< predicted d * Var over replicas, [time, component]; empty if not predicted

    Series() = default;
    /// Every entry starts as NaN: what a route does not reach stays visibly missing.
    Series(Observable what, std::size_t replica_count, std::size_t time_count)
        : observable(std::move(what)),
          replicas(replica_count),
          times(time_count),
          values(std::max<std::size_t>(replica_count, 1) * time_count * observable.size(),
                 std::numeric_limits<double>::quiet_NaN()) {}

    [[nodiscard]] std::size_t components() const { return observable.size(); }
    /// Components at one time of one replica (replica 0 for a single curve).
    [[nodiscard]] std::span<double> at(std::size_t replica, std::size_t time) {
        return {values.data() + (replica * times + time) * components(), components()};
    }
    [[nodiscard]] std::span<const double> at(std::size_t replica, std::size_t time) const {
        return {values.data() + (replica * times + time) * components(), components()};
    }
};

/// What a route yields: the same named observables on the same time grid as every other route. Entries never
/// reached (after a divergence) are NaN, and the route's outcome says so.
struct Trajectory {
    std::vector<Series> series;

    [[nodiscard]] const Series* find(std::string_view name) const {
        for (const Series& candidate : series)
            if (candidate.observable.name == name) return &candidate;
        return nullptr;
    }
};

}  // namespace hidyn
