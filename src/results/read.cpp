#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
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
            .symmetric = hdf5::read_integer(dataset.id(), "symmetric", 0) != 0};
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
    return Status::complete;
}

bool ends_with_any(const std::string& name, const std::vector<std::string>& names, const std::string& suffix,
                   std::string& stem) {
    if (!name.ends_with(suffix)) return false;
    stem = name.substr(0, name.size() - suffix.size());
    return std::ranges::find(names, stem) != names.end();
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
    info.d = static_cast<std::uint64_t>(hdf5::read_integer(group.id(), "d", 0));
    info.replicas = static_cast<std::size_t>(hdf5::read_integer(group.id(), "replicas", 0));
    info.seed = static_cast<std::uint64_t>(hdf5::read_integer(group.id(), "seed", 0));
    route.info = std::move(info);
    route.outcome.status = read_status(hdf5::read_text(group.id(), "status"));
    route.outcome.diverged_at = hdf5::read_real(group.id(), "diverged_at", route.outcome.diverged_at);
    route.outcome.diverged_replicas =
        static_cast<std::size_t>(hdf5::read_integer(group.id(), "diverged_replicas", 0));
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
            throw RunError(fmt::format("{} has {} times, but the grid has {}", child, series.times, times));
        if (hdf5::exists(group.id(), child + "_error"))
            series.error = hdf5::read_array(group.id(), child + "_error").values;
        if (hdf5::exists(group.id(), child + "_variance"))
            series.variance = hdf5::read_array(group.id(), child + "_variance").values;
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
        start.replicas = series.replicas;
        start.arrays.push_back({std::move(series.observable), std::move(series.values)});
    }
    return start;
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

}  // namespace

Results read(const std::string& path) {
    hdf5::silence();
    if (!std::filesystem::exists(path)) throw InputError(fmt::format("{}: no such results file", path));
    if (std::filesystem::is_directory(path))
        throw InputError(fmt::format("{}: is a directory, not a results file", path));
    if (H5Fis_hdf5(path.c_str()) <= 0)
        throw InputError(fmt::format("{}: is not an HDF5 file, so not a results file of hidyn", path));
    const Handle file = hdf5::open_file(path);
    if (!file.valid())
        throw InputError(
            fmt::format("{}: is damaged or truncated: HDF5 cannot open it; run the experiment again", path));
    if (hdf5::read_text(file.id(), "format") != "hidyn results")
        throw InputError(
            fmt::format("{}: is an HDF5 file, but not a results file of hidyn (no attribute format = "
                        "\"hidyn results\")",
                        path));
    const std::int64_t version = hdf5::read_integer(file.id(), "schema_version", 0);
    if (version < 1 || version > schema_version)
        throw InputError(fmt::format("{}: has schema version {}, this hidyn reads versions 1 to {}", path,
                                     version, schema_version));
    try {
        Results results;
        results.title = hdf5::read_text(file.id(), "title");
        results.paper = hdf5::read_text(file.id(), "paper");
        results.experiment = hdf5::read_text(file.id(), "experiment");
        results.command = hdf5::read_text(file.id(), "command");
        results.created = hdf5::read_text(file.id(), "created");
        results.version = hdf5::read_text(file.id(), "hidyn_version");
        results.git_revision = hdf5::read_text(file.id(), "git_revision");
        results.grid.times = hdf5::read_array(file.id(), "time").values;
        const Handle time(H5Dopen2(file.id(), "time", H5P_DEFAULT), H5Dclose);
        results.grid.unit = hdf5::read_text(time.id(), "units");
        read_starts(file.id(), results);
        const Handle routes = hdf5::open_group(file.id(), "routes");
        for (const std::string& name : hdf5::children(routes.id()))
            results.routes.push_back(read_route(file.id(), name, results.grid.size()));
        return results;
    } catch (const RunError& error) {
        throw InputError(fmt::format("{}: is damaged or truncated: {}", path, error.what()));
    }
}

}  // namespace hidyn::results
