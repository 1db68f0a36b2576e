// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/error.hpp"
#include "core/part_file.hpp"
#include "results/hdf5_file.hpp"
#include "results/results.hpp"

namespace hidyn::results {
namespace {

using hdf5::Handle;

// A file that is not ours must not be replaced by one that is.
bool is_ours(const std::string& path) {
    const hdf5::Access access;
    return hdf5::format_of(path) == format_name;
}

void link_time(hid_t file, hid_t group) {
    if (!hdf5::exists(group, "time")) H5Lcreate_hard(file, "/time", group, "time", H5P_DEFAULT, H5P_DEFAULT);
}

void write_dimensions(hid_t file, hid_t group, const std::vector<Dimension>& dimensions) {
    for (const Dimension& dimension : dimensions) {
        if (dimension.name == "time")
            link_time(file, group);
        else
            hdf5::write_dimension_scale(group, dimension);
    }
}

std::vector<Dimension> axes(std::size_t replicas, std::size_t times, const Observable& what) {
    std::vector<Dimension> all;
    all.reserve(2 + what.dimensions.size());
    if (replicas > 0) all.push_back({"replica", replicas});
    if (times > 0) all.push_back({"time", times});
    all.insert(all.end(), what.dimensions.begin(), what.dimensions.end());
    return all;
}

void write_observable_array(hid_t file, hid_t group, const std::string& name, const Observable& what,
                            const std::vector<Dimension>& dimensions, const std::vector<double>& values,
                            const std::string& long_name, const std::string& normalization) {
    write_dimensions(file, group, dimensions);
    const Handle dataset = hdf5::write_array(group, name, dimensions, values);
    hdf5::write_attribute(dataset.id(), "long_name", long_name);
    hdf5::write_attribute(dataset.id(), "symbol", what.symbol);
    hdf5::write_attribute(dataset.id(), "normalization", normalization);
    if (what.derived) hdf5::write_attribute(dataset.id(), "derived", std::int64_t{1});
    if (what.symmetric) hdf5::write_attribute(dataset.id(), "symmetric", std::int64_t{1});
    if (what.own) hdf5::write_attribute(dataset.id(), "own", std::int64_t{1});
}

void write_route(hid_t file, const RouteResult& route) {
    const RouteInfo& info = route.info;
    const Handle group = hdf5::create_group(file, "routes/" + info.name);
    Attributes attributes{
        {"kind", info.kind},
        {"method", info.method},
        {"route", info.label},
        {"variant", info.variant},
        {"side", std::string(info.theory ? "theory" : "simulation")},
        {"replicas", static_cast<std::int64_t>(info.replicas)},
        {"status", std::string(status_name(route.outcome.status))},
        {"diverged_at", route.outcome.diverged_at},
        {"diverged_replicas", static_cast<std::int64_t>(route.outcome.diverged_replicas)},
        {"detail", route.outcome.detail},
        {"threads", route.threads},
        {"wall_seconds", route.wall_seconds},
    };
    if (route.outcome.failed_replicas > 0)
        attributes["failed_replicas"] = static_cast<std::int64_t>(route.outcome.failed_replicas);
    if (info.d > 0) attributes["d"] = static_cast<std::int64_t>(info.d);
    if (info.exact_at_d) attributes["exact_at_d"] = std::int64_t{1};
    if (!info.theory) attributes["seed"] = static_cast<std::int64_t>(info.seed);
    for (const auto& [name, value] : route.outcome.attributes)
        std::visit([&, key = "numerics_" + name](const auto& plain) { attributes[key] = plain; }, value);
    for (const auto& [name, value] : attributes) hdf5::write_attribute(group.id(), name, value);

    for (const Series& series : route.trajectory.series) {
        const Observable& what = series.observable;
        const std::vector<Dimension> curve = axes(0, series.times, what);
        write_observable_array(file, group.id(), what.name, what, axes(series.replicas, series.times, what),
                               series.values, what.long_name, what.normalization);
        if (!series.error.empty())
            write_observable_array(file, group.id(), what.name + "_error", what, curve, series.error,
                                   "numerical error of " + what.long_name, what.normalization);
        if (!series.variance.empty())
            write_observable_array(file, group.id(), what.name + "_variance", what, curve, series.variance,
                                   "predicted variance of " + what.long_name, "d * Var over replicas");
    }
}

void write_start(hid_t file, const Start& start) {
    const Handle group =
        hdf5::create_group(file, start.variant.empty() ? "initial" : "initial/" + start.variant);
    for (const Problem::StartArray& array : start.arrays) {
        const bool shared = array.values.size() != start.replicas * array.what.size();
        write_observable_array(file, group.id(), array.what.name, array.what,
                               axes(shared ? 0 : start.replicas, 0, array.what), array.values,
                               array.what.long_name, array.what.normalization);
    }
}

void write_derived(hid_t file, const DerivedGroup& derived) {
    const Handle group = hdf5::create_group(file, derived.path);
    for (const auto& [name, value] : derived.attributes) hdf5::write_attribute(group.id(), name, value);
    for (const DerivedArray& array : derived.arrays) {
        write_dimensions(file, group.id(), array.dimensions);
        const Handle dataset = hdf5::write_array(group.id(), array.name, array.dimensions, array.values);
        hdf5::write_attribute(dataset.id(), "long_name", array.long_name);
    }
}

void write_content(hid_t file, const Results& results) {
    const Attributes attributes{{"format", std::string(format_name)},
                                {"schema_version", schema_version},
                                {"hidyn_version", results.version},
                                {"git_revision", results.git_revision},
                                {"created", results.created},
                                {"title", results.title},
                                {"paper", results.paper},
                                {"experiment", results.experiment},
                                {"command", results.command}};
    for (const auto& [name, value] : attributes) hdf5::write_attribute(file, name, value);
    hdf5::write_scale(file, "time", results.grid.times);
    const Handle time(H5Dopen2(file, "time", H5P_DEFAULT), H5Dclose);
    hdf5::write_attribute(time.id(), "units", results.grid.unit);
    hdf5::write_attribute(time.id(), "long_name", std::string("time"));
    for (const Start& start : results.starts) write_start(file, start);
    static_cast<void>(hdf5::create_group(file, "routes"));
    for (const RouteResult& route : results.routes) write_route(file, route);
    for (const DerivedGroup& derived : results.derived) write_derived(file, derived);
}

}  // namespace

void check_writable(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code unknown;
    const fs::file_status status = fs::status(path, unknown);
    if (fs::is_directory(status))
        throw InputError(fmt::format("{}: is a directory; give the name of a results file", path));
    if (fs::exists(status) && !fs::is_regular_file(status))
        throw InputError(fmt::format("{}: is not a regular file; give the name of a results file", path));
    if (fs::exists(status) && fs::file_size(path) > 0 && !is_ours(path))
        throw InputError(fmt::format(
            "{}: exists and is not a results file of hidyn; it is left alone: choose another -o", path));
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty() && !fs::exists(folder, unknown))
        throw InputError(fmt::format("{}: there is no folder {}; make it first", path, folder.string()));
    const PartFile part(path);
    const int descriptor = open(part.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0)
        throw InputError(
            fmt::format("{}: no results file can be written there: {}", path, std::strerror(errno)));
    ::close(descriptor);
}

void write(const std::string& path, const Results& results) {
    const hdf5::Access access;
    hdf5::write_aside(path, [&](hid_t file) { write_content(file, results); });
}

}  // namespace hidyn::results
