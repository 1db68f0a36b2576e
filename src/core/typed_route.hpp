// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/problem.hpp"

/// Routes of one problem's type: here, and nowhere else, the engine room's Problem becomes what it is.
namespace hidyn {

/// A request, for those who know the problem's type.
template <std::derived_from<Problem> Type>
struct Asked {
    std::shared_ptr<const Type> problem;
    const Table& keys;
    const RouteInfo& info;
    const TimeGrid& grid;
    Complaints& complaints;

    /// A complaint about one of the route's keys.
    void complain(const std::string& key, const std::string& what) const {
        complaints.add(keys.complain(key, what));
    }
    [[nodiscard]] std::size_t count(const std::string& key) const {
        return static_cast<std::size_t>(keys.integer(key));
    }
};

/// From a function Asked<Type> -> Solver (or what one is made of), which complains, prepares, and returns
/// what solves. What it returns after a complaint is thrown away.
template <std::derived_from<Problem> Type, class Prepare>
requires std::invocable < Prepare, const Asked<Type>
& > [[nodiscard]] MakeRoute route_of(Prepare prepare) {
    return [prepare = std::move(prepare)](RouteRequest request,
                                          Complaints& complaints) -> std::unique_ptr<Route> {
        auto problem = std::dynamic_pointer_cast<const Type>(request.problem);
        if (problem == nullptr) throw std::logic_error("a route of another problem: " + request.info.kind);
        const std::size_t before = complaints.sentences().size();
        Solver solver = [&]() -> Solver {
            const Asked<Type> asked{std::move(problem), request.keys, request.info, request.grid, complaints};
            if constexpr (std::is_convertible_v<std::invoke_result_t<Prepare, const Asked<Type>&>, Solver>)
                return prepare(asked);
            else
                return {prepare(asked)};
        }();
        if (complaints.sentences().size() != before) return nullptr;
        return std::make_unique<Route>(std::move(request.info), std::move(solver));
    };
}

/// Of a route that needs nothing but the problem: a function (problem, RouteRun) -> Outcome.
template <std::derived_from<Problem> Type>
[[nodiscard]] MakeRoute solved_by(Outcome (*solve)(const Type&, const RouteRun&)) {
    return route_of<Type>([solve](const Asked<Type>& asked) -> Solver {
        return {[solve, problem = asked.problem](const RouteRun& run) { return solve(*problem, run); }};
    });
}

}  // namespace hidyn
