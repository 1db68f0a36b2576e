// SPDX-License-Identifier: MIT
#include "results/index.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.hpp"
#include "results/hdf5_file.hpp"

namespace hidyn::results {
namespace {

using hdf5::Handle;

void write_group(hid_t file, const IndexGroup& group, const Dimension& point) {
    const Handle handle = group.path.empty() ? Handle(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose)
                                             : hdf5::create_group(file, group.path);
    if (!hdf5::exists(handle.id(), "point"))
        H5Lcreate_hard(file, "/point", handle.id(), "point", H5P_DEFAULT, H5P_DEFAULT);
    for (const auto& [name, value] : group.attributes) hdf5::write_attribute(handle.id(), name, value);
    for (const DerivedArray& array : group.arrays) {
        for (const Dimension& dimension : array.dimensions)
            if (dimension.name != "point") hdf5::write_dimension_scale(handle.id(), dimension);
        const Handle dataset = hdf5::write_array(handle.id(), array.name, array.dimensions, array.values);
        hdf5::write_attribute(dataset.id(), "long_name", array.long_name);
    }
    for (const IndexGroup::Texts& texts : group.texts) {
        hdf5::write_texts(handle.id(), texts.name, point, texts.values);
        const Handle dataset(H5Dopen2(handle.id(), texts.name.c_str(), H5P_DEFAULT), H5Dclose);
        hdf5::write_attribute(dataset.id(), "long_name", texts.long_name);
    }
}

}  // namespace

std::string file_meant(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return path;
    const std::filesystem::path index = std::filesystem::path(path) / "index.h5";
    if (std::filesystem::exists(index, error)) return index.string();
    throw InputError(fmt::format(
        "{}: is a folder without index.h5; give a results file, or a batch after hidyn merge has indexed it",
        path));
}

bool is_index(const std::string& path) {
    const hdf5::Access access;
    return hdf5::format_of(path) == index_format_name;
}

void write_index(const std::string& path, const Index& index) {
    const hdf5::Access access;
    hdf5::write_aside(path, [&](hid_t file) {
        hdf5::write_attribute(file, "format", std::string(index_format_name));
        hdf5::write_attribute(file, "schema_version", schema_version);
        for (const auto& [name, value] : index.attributes) hdf5::write_attribute(file, name, value);
        hdf5::write_scale(file, "point", index.numbers);
        const Dimension point{.name = "point", .size = index.numbers.size(), .coordinates = index.numbers};
        for (const IndexGroup& group : index.groups) write_group(file, group, point);
    });
}

}  // namespace hidyn::results
