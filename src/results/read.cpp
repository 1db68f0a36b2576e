// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>

#include "core/error.hpp"
#include "core/open_file.hpp"
#include "results/hdf5_file.hpp"
#include "results/results.hpp"

namespace hidyn::results {
namespace {

using hdf5::Handle;

// Scales (and groups) are told from data by the attribute in which every array names its axes.
bool is_data(hid_t group, const std::string& name) {
    const Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    return dataset.valid() && H5Aexists(dataset.id(), "dimensions") > 0;
}

Observable read_observable(hid_t group, const std::string& name, const std::vector<Dimension>& dimensions) {
    const Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    return {.name = name,
            .long_name = hdf5::read_text(dataset.id(), "long_name"),
            .symbol = hdf5::read_text(dataset.id(), "symbol"),
            .normalization = hdf5::read_text(dataset.id(), "normalization"),
            .dimensions = dimensions,
            .symmetric = hdf5::read_integer(dataset.id(), "symmetric", 0) != 0,
            .derived = hdf5::read_integer(dataset.id(), "derived", 0) != 0,
            .own = hdf5::read_integer(dataset.id(), "own", 0) != 0};
}

// The dataset without its leading replica and time axes.
Series read_series(hid_t group, const std::string& name) {
    hdf5::Array array = hdf5::read_array(group, name);
    Series series;
    auto axis = array.dimensions.begin();
    if (axis != array.dimensions.end() && axis->name == "replica") series.replicas = (axis++)->size;
    if (axis != array.dimensions.end() && axis->name == "time") series.times = (axis++)->size;
    series.observable = read_observable(group, name, {axis, array.dimensions.end()});
    series.values = std::move(array.values);
    return series;
}

Status read_status(const std::string& name) {
    if (name == "diverged") return Status::diverged;
    if (name == "not_converged") return Status::not_converged;
    if (name == "failed") return Status::failed;
    return Status::complete;
}

bool ends_with_any(const std::string& name, const std::vector<std::string>& names, const std::string& suffix,
                   std::string& stem) {
    if (!name.ends_with(suffix)) return false;
    stem = name.substr(0, name.size() - suffix.size());
    return std::ranges::find(names, stem) != names.end();
}

// The theory's own error or predicted variance: [time, component] beside the series, or absent.
std::vector<double> read_companion(hid_t group, const Series& series, const std::string& suffix) {
    const std::string name = series.observable.name + suffix;
    if (!hdf5::exists(group, name)) return {};
    std::vector<double> values = hdf5::read_array(group, name).values;
    if (values.size() != series.times * series.components())
        throw RunError(fmt::format("{} is not of the shape of {}", name, series.observable.name));
    return values;
}

RouteResult read_route(hid_t file, const std::string& name, std::size_t times) {
    const Handle group = hdf5::open_group(file, "routes/" + name);
    RouteResult route;
    RouteInfo info;
    info.name = name;
    info.label = hdf5::read_text(group.id(), "route");
    info.variant = hdf5::read_text(group.id(), "variant");
    info.kind = hdf5::read_text(group.id(), "kind");
    info.method = hdf5::read_text(group.id(), "method");
    info.theory = hdf5::read_text(group.id(), "side") == "theory";
    info.exact_at_d = hdf5::read_integer(group.id(), "exact_at_d", 0) != 0;
    info.d = static_cast<std::uint64_t>(hdf5::read_integer(group.id(), "d", 0));
    info.replicas = static_cast<std::size_t>(hdf5::read_integer(group.id(), "replicas", 0));
    info.seed = static_cast<std::uint64_t>(hdf5::read_integer(group.id(), "seed", 0));
    route.info = std::move(info);
    route.outcome.status = read_status(hdf5::read_text(group.id(), "status"));
    route.outcome.diverged_at = hdf5::read_real(group.id(), "diverged_at", route.outcome.diverged_at);
    route.outcome.diverged_replicas =
        static_cast<std::size_t>(hdf5::read_integer(group.id(), "diverged_replicas", 0));
    route.outcome.failed_replicas =
        static_cast<std::size_t>(hdf5::read_integer(group.id(), "failed_replicas", 0));
    route.outcome.detail = hdf5::read_text(group.id(), "detail");
    route.threads = hdf5::read_integer(group.id(), "threads", 1);
    route.wall_seconds = hdf5::read_real(group.id(), "wall_seconds", 0.0);

    const std::vector<std::string> names = hdf5::children(group.id());
    for (const std::string& child : names) {
        if (!is_data(group.id(), child)) continue;
        std::string stem;
        if (ends_with_any(child, names, "_error", stem) || ends_with_any(child, names, "_variance", stem))
            continue;
        Series series = read_series(group.id(), child);
        if (series.times != times)
            throw RunError(fmt::format("{} of route {} has {} times, but the grid has {}", child, name,
                                       series.times, times));
        if (series.replicas != route.info.replicas)
            throw RunError(fmt::format("{} of route {} has {} replicas, but the route has {}", child, name,
                                       series.replicas, route.info.replicas));
        series.error = read_companion(group.id(), series, "_error");
        series.variance = read_companion(group.id(), series, "_variance");
        route.trajectory.series.push_back(std::move(series));
    }
    return route;
}

Start read_start(hid_t group, const std::string& variant) {
    Start start;
    start.variant = variant;
    for (const std::string& child : hdf5::children(group)) {
        if (!is_data(group, child)) continue;
        Series series = read_series(group, child);
        start.replicas = std::max(start.replicas, series.replicas);
        start.arrays.push_back({std::move(series.observable), std::move(series.values)});
    }
    return start;
}

TimeGrid read_grid(hid_t file) {
    TimeGrid grid;
    hdf5::Array time = hdf5::read_array(file, "time");
    if (time.dimensions.size() != 1 || time.values.empty() ||
        std::ranges::adjacent_find(time.values, std::not_fn(std::less{})) != time.values.end())
        throw RunError("/time is not a list of increasing times");
    grid.times = std::move(time.values);
    const Handle dataset(H5Dopen2(file, "time", H5P_DEFAULT), H5Dclose);
    grid.unit = hdf5::read_text(dataset.id(), "units");
    return grid;
}

// Every route of a variant yields the same observables, apart from its own; one that lacks some has lost
// them.
void check_observables(const std::vector<RouteResult>& routes) {
    for (const RouteResult& route : routes)
        for (const RouteResult& other : routes) {
            if (other.info.variant != route.info.variant) continue;
            for (const Series& series : other.trajectory.series) {
                if (series.observable.own) continue;
                const Series* same = route.trajectory.find(series.observable.name);
                if (same == nullptr)
                    throw RunError(fmt::format("route {} lacks {}", route.info.name, series.observable.name));
                if (same->observable.dimensions != series.observable.dimensions)
                    throw RunError(fmt::format("{} has another shape in route {} than in route {}",
                                               series.observable.name, route.info.name, other.info.name));
            }
        }
}

void read_starts(hid_t file, Results& results) {
    if (!hdf5::exists(file, "initial")) return;
    const Handle group = hdf5::open_group(file, "initial");
    Start own = read_start(group.id(), "");
    if (!own.arrays.empty()) results.starts.push_back(std::move(own));
    for (const std::string& child : hdf5::children(group.id())) {
        H5O_info_t info;
        if (H5Oget_info_by_name(group.id(), child.c_str(), &info, H5P_DEFAULT) < 0 ||
            info.type != H5O_TYPE_GROUP)
            continue;
        results.starts.push_back(read_start(hdf5::open_group(group.id(), child).id(), child));
    }
}

// What was concluded, without the arrays it rests on.
void read_conclusions(hid_t file, const std::string& tree, Results& results) {
    if (!hdf5::exists(file, tree)) return;
    const Handle group = hdf5::open_group(file, tree);
    for (const std::string& name : hdf5::children(group.id()))
        results.derived.push_back(
            {.path = fmt::format("{}/{}", tree, name),
             .attributes = hdf5::read_attributes(hdf5::open_group(group.id(), name).id()),
             .arrays = {}});
}

}  // namespace

Results read_unguarded(const std::string& path) {
    const hdf5::Access access;
    const Handle file = hdf5::open_file(path);
    if (!file.valid())
        throw InputError(
            fmt::format("{}: is damaged or truncated: HDF5 cannot open it; run the experiment again", path));
    if (hdf5::read_text(file.id(), "format") != format_name)
        throw InputError(
            fmt::format("{}: is an HDF5 file, but not a results file of hidyn (no attribute format = "
                        "\"{}\")",
                        path, format_name));
    const std::int64_t version = hdf5::read_integer(file.id(), "schema_version", 0);
    if (version < 1 || version > schema_version)
        throw InputError(fmt::format("{}: has schema version {}, this hidyn reads versions 1 to {}", path,
                                     version, schema_version));
    try {
        if (const std::string link = hdf5::first_link(file.id()); !link.empty())
            throw InputError(fmt::format(
                "{}: \"{}\" is a link; what a results file says must stand in it, so nothing is read", path,
                link));
        Results results;
        results.title = hdf5::read_text(file.id(), "title");
        results.paper = hdf5::read_text(file.id(), "paper");
        results.experiment = hdf5::read_text(file.id(), "experiment");
        results.command = hdf5::read_text(file.id(), "command");
        results.created = hdf5::read_text(file.id(), "created");
        results.version = hdf5::read_text(file.id(), "hidyn_version");
        results.git_revision = hdf5::read_text(file.id(), "git_revision");
        results.grid = read_grid(file.id());
        read_starts(file.id(), results);
        const Handle routes = hdf5::open_group(file.id(), "routes");
        for (const std::string& name : hdf5::children(routes.id()))
            results.routes.push_back(read_route(file.id(), name, results.grid.size()));
        check_observables(results.routes);
        for (const char* tree : {"scaling", "claims"}) read_conclusions(file.id(), tree, results);
        return results;
    } catch (const RunError& error) {
        throw InputError(fmt::format("{}: is damaged or truncated: {}", path, error.what()));
    } catch (const std::bad_alloc&) {
        throw InputError(fmt::format("{}: is damaged, or larger than this machine's memory", path));
    } catch (const std::length_error&) {
        throw InputError(fmt::format("{}: is damaged: it declares impossibly large datasets", path));
    }
}

void check_all(const std::string& path) {
    const hdf5::Access access;
    const Handle file = hdf5::open_file(path);
    try {
        if (!file.valid()) throw RunError("HDF5 cannot open it");
        hdf5::read_every_dataset(file.id());
    } catch (const RunError& error) {
        throw InputError(fmt::format("{}: is damaged: {}", path, error.what()));
    }
}

double longest_reading(const std::string& path) {
    constexpr double slowest = 1e7;  // bytes per second
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(path, unknown);
    return 2.0 + (unknown ? 0.0 : static_cast<double>(size) / slowest);
}

Results read(const std::string& path) {
    static_cast<void>(open_input(path, "results file"));
    if (H5Fis_hdf5(path.c_str()) <= 0)
        throw InputError(fmt::format("{}: is not an HDF5 file, so not a results file of hidyn", path));
    if (!hdf5::rehearse(path, [&] { static_cast<void>(read_unguarded(path)); }))
        throw InputError(
            fmt::format("{}: is damaged: HDF5 does not survive to read it; run the experiment again", path));
    return read_unguarded(path);
}

}  // namespace hidyn::results
