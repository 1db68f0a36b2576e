// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/problem.hpp"
#include "core/route.hpp"
#include "core/time_grid.hpp"
#include "core/trajectory.hpp"

namespace hidyn::results {

inline constexpr std::int64_t schema_version = 1;
/// The root attribute `format`, by which a results file is told from any other HDF5 file.
inline constexpr const char* format_name = "hidyn results";

using Attribute = std::variant<std::int64_t, double, std::string>;
using Attributes = std::map<std::string, Attribute>;

/// What one route yielded.
struct RouteResult {
    RouteInfo info;
    Trajectory trajectory;
    Outcome outcome;
    double wall_seconds = 0.0;
    std::int64_t threads = 1;
};

/// The start of one variant in full precision.
struct Start {
    std::string variant;
    std::size_t replicas = 0;  ///< 0: one start for all
    std::vector<Problem::StartArray> arrays;
};

/// Numbers derived from the routes (comparisons, scaling, claims): a group with attributes and arrays.
struct DerivedArray {
    std::string name;
    std::vector<Dimension> dimensions;  ///< "time" means the file's grid
    std::vector<double> values;
    std::string long_name;
};
struct DerivedGroup {
    std::string path;  ///< "comparisons/sgd-d100~ode/Q"
    Attributes attributes;
    std::vector<DerivedArray> arrays;
};

/// The content of a results file.
struct Results {
    std::string title;
    std::string paper;
    std::string experiment;  ///< the TOML as run, overrides applied
    std::string command;
    std::string created;  ///< ISO 8601, UTC
    std::string version;
    std::string git_revision;
    TimeGrid grid;
    std::vector<RouteResult> routes;
    std::vector<Start> starts;
    std::vector<DerivedGroup> derived;
};

/// Throws InputError if a results file could not be written there, or would replace a file that is not one;
/// leaves nothing behind.
void check_writable(const std::string& path);

/// Writes the file beside its place, syncs it and renames it: it is complete or absent, and an older file of
/// that name survives until then. Throws RunError.
void write(const std::string& path, const Results& results);

/// Reads routes, starts, attributes and what was concluded (of the derived groups, the attributes of verdicts
/// and claims). Throws InputError for a file that is missing, not HDF5, not ours, of a newer schema, damaged
/// or truncated.
[[nodiscard]] Results read(const std::string& path);
/// The same, for whoever is in a child process already, and loses nothing when HDF5 crashes over damage.
[[nodiscard]] Results read_unguarded(const std::string& path);
/// Reads every dataset, so that HDF5 compares all checksums. Throws InputError if one fails; for whoever is
/// in a child process.
void check_all(const std::string& path);
/// Seconds that no file of this size needs to be read; who takes longer runs in circles.
[[nodiscard]] double longest_reading(const std::string& path);

}  // namespace hidyn::results
