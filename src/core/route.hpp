// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/progress.hpp"
#include "core/recorder.hpp"
#include "core/time_grid.hpp"
#include "random/stream.hpp"

namespace hidyn {

/// How a route ended. Divergence is a result: the other routes go on. Where something went wrong, of the
/// whole route or of single replicas, `detail` says what; the others go on, too.
enum class Status { complete, diverged, not_converged, failed };

[[nodiscard]] const char* status_name(Status status);

struct Outcome {
    Status status = Status::complete;
    double diverged_at = std::numeric_limits<double>::quiet_NaN();  ///< earliest time, in the grid's unit
    std::size_t diverged_replicas = 0;
    std::size_t failed_replicas = 0;  ///< without values; all of them where the route failed as a whole
    /// As a whole, or in every replica.
    [[nodiscard]] bool failed(std::size_t replicas) const {
        return status == Status::failed && failed_replicas >= replicas;
    }
    std::string detail;  ///< one sentence when the status is not `complete`
    /// What the route wants to say about its own numerics ("method", "quadrature_error", ...).
    std::map<std::string, std::variant<double, std::string>> attributes;
};

/// Who a route is: a finite-size simulation or the integration of a theory.
struct RouteInfo {
    std::string name = {};     ///< unique in a results file: [variant.]label[-d<size>]
    std::string label = {};    ///< the user's own name of the route, shared by its sizes
    std::string variant = {};  ///< "" without variants
    std::string kind = {};     ///< "simulation", "ode", ...
    std::string method = {};   ///< "direct", "reduced", or ""
    bool theory = false;
    bool exact_at_d = false;   ///< a theory of its own size, not of the limit
    std::uint64_t d = 0;       ///< 0 for a theory of the limit
    std::size_t replicas = 0;  ///< 0 for a single theory curve
    std::uint64_t seed = 0;
};

/// What a route works with while it is solved.
struct RouteRun {
    const RouteInfo& info;
    const TimeGrid& grid;
    Recorder& recorder;
    Progress& progress;

    /// Of this route's random numbers for one replica.
    [[nodiscard]] random::StreamKey key(std::size_t replica,
                                        random::Purpose purpose = random::Purpose::dynamics) const {
        return {.seed = info.seed,
                .route = random::route_hash(info.name),
                .replica = static_cast<std::uint32_t>(replica),
                .purpose = purpose};
    }
};

/// Solves along the whole grid. Throws Interrupted when the progress says so.
using Solve = std::function<Outcome(const RouteRun&)>;

/// A way to solve, and what it alone reports (a memory kernel, say): recorded after the problem's observables
/// and compared with no other route.
struct Solver {
    Solve solve;
    std::vector<Observable> own_observables = {};
};

/// One way to the trajectory of a problem, ready to be solved.
class Route {
  public:
    Route(RouteInfo description, Solver solver) : info(std::move(description)), solver_(std::move(solver)) {}

    /// Solves along the whole grid. Throws Interrupted when the progress says so.
    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const {
        return solver_.solve({info, grid, recorder, progress});
    }
    /// What this route alone reports, recorded after the problem's observables.
    [[nodiscard]] const std::vector<Observable>& own_observables() const { return solver_.own_observables; }

    const RouteInfo info;

  private:
    Solver solver_;
};

}  // namespace hidyn
