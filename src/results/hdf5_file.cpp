// SPDX-License-Identifier: MIT
#include "results/hdf5_file.hpp"

#include <fmt/format.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <sstream>

#include "core/children.hpp"
#include "core/error.hpp"
#include "core/part_file.hpp"

namespace hidyn::results::hdf5 {
namespace {

hid_t checked(hid_t id, const std::string& action) {
    if (id < 0) throw RunError("HDF5 could not " + action);
    return id;
}

void checked_call(herr_t status, const std::string& action) {
    if (status < 0) throw RunError("HDF5 could not " + action);
}

Handle text_type() {
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), H5T_VARIABLE);
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    return type;
}

struct AttributeWriter {
    hid_t object;
    const std::string& name;

    void write(hid_t file_type, hid_t memory_type, const void* value) const {
        const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
        const Handle attribute(
            checked(H5Acreate2(object, name.c_str(), file_type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                    "create the attribute " + name),
            H5Aclose);
        checked_call(H5Awrite(attribute.id(), memory_type, value), "write the attribute " + name);
    }
    void operator()(std::int64_t value) const { write(H5T_STD_I64LE, H5T_NATIVE_INT64, &value); }
    void operator()(double value) const { write(H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value); }
    void operator()(const std::string& value) const {
        const Handle type = text_type();
        const char* text = value.c_str();
        write(type.id(), type.id(), &text);
    }
};

// Invalid if there is none, or not a single value: a list would be read behind the end of one.
Handle open_attribute(hid_t object, const std::string& name) {
    if (H5Aexists(object, name.c_str()) <= 0) return {};
    Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
    const Handle space(attribute.valid() ? H5Aget_space(attribute.id()) : H5I_INVALID_HID, H5Sclose);
    if (!space.valid() || H5Sget_simple_extent_npoints(space.id()) != 1) return {};
    return attribute;
}

std::vector<hsize_t> extents(const std::vector<Dimension>& dimensions) {
    std::vector<hsize_t> sizes;
    sizes.reserve(dimensions.size());
    for (const Dimension& dimension : dimensions) sizes.push_back(dimension.size);
    return sizes;
}

std::size_t scale_size(hid_t group, const std::string& name) {
    const Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    const Handle space(dataset.valid() ? H5Dget_space(dataset.id()) : H5I_INVALID_HID, H5Sclose);
    const hssize_t size = space.valid() ? H5Sget_simple_extent_npoints(space.id()) : 0;
    return static_cast<std::size_t>(std::max<hssize_t>(size, 0));
}

// All numbers of a dataset. An extent without data must not become an allocation; repacked data are at most
// about a thousand times smaller than what they hold.
std::vector<double> read_numbers(hid_t dataset, const std::string& name) {
    if (stored_outside(dataset)) throw RunError("the dataset " + name + " stands in another file");
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const hssize_t count = H5Sget_simple_extent_npoints(space.id());
    const hsize_t stored = H5Dget_storage_size(dataset);
    if (count < 0 || (count > 0 && static_cast<hsize_t>(count) / 1024 >= stored))
        throw RunError("the dataset " + name + " has no data for its extent");
    std::vector<double> values(static_cast<std::size_t>(count));
    if (count > 0)
        checked_call(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
                     "read the dataset " + name);
    return values;
}

/// With a checksum over every chunk, which only chunked datasets can have: one chunk as long as it is small.
Handle checksummed(std::vector<hsize_t> sizes) {
    constexpr hsize_t most_numbers = 1 << 20;
    Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (sizes.empty() || std::ranges::find(sizes, hsize_t{0}) != sizes.end()) return properties;
    hsize_t count = std::accumulate(sizes.begin(), sizes.end(), hsize_t{1}, std::multiplies<>());
    for (hsize_t& size : sizes) {
        const hsize_t inner = count / size;
        if (count > most_numbers) size = std::max<hsize_t>(1, most_numbers / inner);
        count = inner * size;
        if (count <= most_numbers) break;
        count = inner;
    }
    H5Pset_chunk(properties.id(), static_cast<int>(sizes.size()), sizes.data());
    H5Pset_fletcher32(properties.id());
    return properties;
}

/// A new dataset with these numbers.
Handle write_numbers(hid_t group, const std::string& name, hid_t file_type, hid_t memory_type,
                     const std::vector<hsize_t>& sizes, const void* values) {
    const Handle space(sizes.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                       H5Sclose);
    const Handle properties = checksummed(sizes);
    Handle dataset(checked(H5Dcreate2(group, name.c_str(), file_type, space.id(), H5P_DEFAULT,
                                      properties.id(), H5P_DEFAULT),
                           "create the dataset " + name),
                   H5Dclose);
    checked_call(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
                 "write the dataset " + name);
    return dataset;
}

void make_scale(const Handle& dataset, const std::string& name) {
    checked_call(H5DSset_scale(dataset.id(), name.c_str()), "make " + name + " a dimension scale");
}

// Empty for an axis that only counts its entries.
std::vector<double> read_coordinates(hid_t group, const std::string& name) {
    if (name.empty() || !exists(group, name)) return {};
    const Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) return {};
    const Handle type(H5Dget_type(dataset.id()), H5Tclose);
    if (H5Tget_class(type.id()) != H5T_FLOAT) return {};
    return read_numbers(dataset.id(), name);
}

}  // namespace

namespace {

std::mutex& one_at_a_time() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

Access::Access() : lock_(one_at_a_time()) {
    // All handles close themselves. What the library could not bring to a full disk it would try again at the
    // program's end, and crash there.
    static const herr_t no_cleanup = H5dont_atexit();
    static_cast<void>(no_cleanup);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Handle create_file(const std::string& path) {
    // The 1.10 format stores many attributes of an object densely (/time is referred to by every dataset) and
    // needs no tree to find the one chunk of a small dataset.
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    const Handle create(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_link_creation_order(create.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    return {checked(H5Fcreate(path.c_str(), H5F_ACC_EXCL, create.id(), access.id()), "create " + path),
            H5Fclose};
}

void write_aside(const std::string& path, const std::function<void(hid_t file)>& write_content) {
    PartFile part(path);
    try {
        const Handle file = create_file(part.path);
        write_content(file.id());
        if (H5Fflush(file.id(), H5F_SCOPE_GLOBAL) < 0) throw RunError("HDF5 could not flush " + part.path);
    } catch (const RunError& error) {
        std::error_code unknown;
        const auto space =
            std::filesystem::space(std::filesystem::absolute(part.path).parent_path(), unknown);
        throw RunError(fmt::format("{}: could not be written: {}{}", path, error.what(),
                                   !unknown && space.available < (1U << 20U) ? "; the disk is full" : ""));
    }
    part.move_into_place();
}

Handle open_file(const std::string& path) {
    return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
}

bool rehearse(const std::string& path, const std::function<void()>& reading) {
    const auto read = [&](std::size_t) {
        try {
            reading();
        } catch (const std::exception&) {
            // Its complaint comes when it is done in earnest.
        }
        return std::string();
    };
    return in_children(1, longest_reading(path), read).front().has_value();
}

std::string format_of(const std::string& path) {
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(path, unknown) || H5Fis_hdf5(path.c_str()) <= 0) return "";
    const auto read = [&] {
        const Handle file = open_file(path);
        return file.valid() ? read_text(file.id(), "format") : "";
    };
    return rehearse(path, [&] { static_cast<void>(read()); }) ? read() : "";
}

Handle create_group(hid_t parent, const std::string& path) {
    const Handle link(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(link.id(), 1);
    H5Pset_char_encoding(link.id(), H5T_CSET_UTF8);
    // Readers then see routes, sizes and variants in the experiment's order.
    const Handle create(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_link_creation_order(create.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    // A heap for each group of more than eight members would take most of a small file.
    H5Pset_link_phase_change(create.id(), 32, 24);
    H5Pset_attr_phase_change(create.id(), 32, 24);
    return {checked(H5Gcreate2(parent, path.c_str(), link.id(), create.id(), H5P_DEFAULT), "create /" + path),
            H5Gclose};
}

Handle open_group(hid_t parent, const std::string& path) {
    return {checked(H5Gopen2(parent, path.c_str(), H5P_DEFAULT), "open the group " + path), H5Gclose};
}

bool exists(hid_t parent, const std::string& name) {
    return H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0;
}

bool stored_outside(hid_t dataset) {
    const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
    return properties.valid() && H5Pget_external_count(properties.id()) > 0;
}

std::string first_link(hid_t file) {
    std::string found;
    const auto look = [](hid_t, const char* name, const H5L_info_t* info, void* target) -> herr_t {
        if (info->type == H5L_TYPE_HARD) return 0;
        *static_cast<std::string*>(target) = name;
        return 1;
    };
    checked_call(H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, look, &found), "list the file");
    return found;
}

bool leads_outside(hid_t file, const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string prefix = path.substr(0, end);
        H5L_info_t info;
        if (!prefix.empty() && prefix != "/" && H5Lget_info(file, prefix.c_str(), &info, H5P_DEFAULT) >= 0 &&
            info.type == H5L_TYPE_EXTERNAL)
            return true;
        if (end == std::string::npos) return false;
    }
}

std::vector<std::string> children(hid_t group) {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    if (H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect, &names) >= 0) return names;
    names.clear();
    checked_call(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names), "list a group");
    return names;
}

void write_attribute(hid_t object, const std::string& name, const Attribute& value) {
    std::visit(AttributeWriter{object, name}, value);
}

std::string read_text(hid_t object, const std::string& name, const std::string& standard) {
    const Handle attribute = open_attribute(object, name);
    if (!attribute.valid()) return standard;
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    if (H5Tis_variable_str(type.id()) <= 0) return standard;
    char* text = nullptr;
    // In the file's own character set: HDF5 would refuse to turn ASCII into UTF-8, which it is.
    if (H5Aread(attribute.id(), type.id(), &text) < 0 || text == nullptr) return standard;
    std::string result(text);
    H5free_memory(text);
    return result;
}

double read_real(hid_t object, const std::string& name, double standard) {
    const Handle attribute = open_attribute(object, name);
    double value = standard;
    if (attribute.valid() && H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value) < 0) return standard;
    return value;
}

std::int64_t read_integer(hid_t object, const std::string& name, std::int64_t standard) {
    const Handle attribute = open_attribute(object, name);
    std::int64_t value = standard;
    if (attribute.valid() && H5Aread(attribute.id(), H5T_NATIVE_INT64, &value) < 0) return standard;
    return value;
}

void write_scale(hid_t group, const std::string& name, const std::vector<double>& values) {
    make_scale(write_numbers(group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {values.size()}, values.data()),
               name);
}

// Files from before axes had roles know the times by their names.
AxisRole role_of(hid_t group, const std::string& name) {
    if (name.empty() || !exists(group, name)) return AxisRole::index;
    const Handle scale(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose);
    const std::string role =
        read_text(scale.id(), "role", name == "time_2" || name == "source_time" ? "time" : "index");
    for (const AxisRole one : {AxisRole::time, AxisRole::profile})
        if (role == role_name(one)) return one;
    return AxisRole::index;
}

void write_dimension_scale(hid_t group, const Dimension& dimension) {
    if (exists(group, dimension.name)) {
        if (scale_size(group, dimension.name) != dimension.size ||
            read_coordinates(group, dimension.name) != dimension.coordinates ||
            role_of(group, dimension.name) != dimension.role)
            throw RunError(fmt::format("two axes called {} in one group differ", dimension.name));
        return;
    }
    if (!dimension.coordinates.empty()) {
        write_scale(group, dimension.name, dimension.coordinates);
    } else {
        std::vector<std::int64_t> indices(dimension.size);
        std::iota(indices.begin(), indices.end(), 1);
        make_scale(write_numbers(group, dimension.name, H5T_STD_I64LE, H5T_NATIVE_INT64, {indices.size()},
                                 indices.data()),
                   dimension.name);
    }
    const Handle scale(H5Dopen2(group, dimension.name.c_str(), H5P_DEFAULT), H5Dclose);
    write_attribute(scale.id(), "role", std::string(role_name(dimension.role)));
}

Handle write_array(hid_t group, const std::string& name, const std::vector<Dimension>& dimensions,
                   const std::vector<double>& values) {
    const std::vector<hsize_t> sizes = extents(dimensions);
    // HDF5 would read on behind the end.
    if (std::accumulate(sizes.begin(), sizes.end(), hsize_t{1}, std::multiplies<>()) != values.size())
        throw RunError(fmt::format("{} numbers of {} do not fill its axes", values.size(), name));
    Handle dataset = write_numbers(group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, sizes, values.data());
    std::string names;
    for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
        const Handle scale(H5Dopen2(group, dimensions[axis].name.c_str(), H5P_DEFAULT), H5Dclose);
        checked_call(H5DSattach_scale(dataset.id(), scale.id(), static_cast<unsigned>(axis)),
                     "attach the scale " + dimensions[axis].name);
        names += (names.empty() ? "" : " ") + dimensions[axis].name;
    }
    write_attribute(dataset.id(), "dimensions", names);
    return dataset;
}

void write_texts(hid_t group, const std::string& name, const Dimension& dimension,
                 const std::vector<std::string>& values) {
    const hsize_t size = values.size();
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    const Handle type = text_type();
    const Handle dataset(
        checked(H5Dcreate2(group, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                "create the dataset " + name),
        H5Dclose);
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const std::string& value : values) texts.push_back(value.c_str());
    checked_call(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()),
                 "write the dataset " + name);
    const Handle scale(H5Dopen2(group, dimension.name.c_str(), H5P_DEFAULT), H5Dclose);
    checked_call(H5DSattach_scale(dataset.id(), scale.id(), 0), "attach the scale " + dimension.name);
    write_attribute(dataset.id(), "dimensions", dimension.name);
}

Attributes read_attributes(hid_t object) {
    Attributes attributes;
    const int count = H5Aget_num_attrs(object);
    for (int index = 0; index < count; ++index) {
        const Handle attribute(H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC,
                                              static_cast<hsize_t>(index), H5P_DEFAULT, H5P_DEFAULT),
                               H5Aclose);
        if (!attribute.valid()) continue;
        std::string name(
            static_cast<std::size_t>(std::max<ssize_t>(H5Aget_name(attribute.id(), 0, nullptr), 0)), 0);
        H5Aget_name(attribute.id(), name.size() + 1, name.data());
        const Handle type(H5Aget_type(attribute.id()), H5Tclose);
        if (H5Tget_class(type.id()) == H5T_INTEGER)
            attributes[name] = read_integer(object, name, 0);
        else if (H5Tget_class(type.id()) == H5T_FLOAT)
            attributes[name] = read_real(object, name, 0.0);
        else if (H5Tget_class(type.id()) == H5T_STRING)
            attributes[name] = read_text(object, name);
    }
    return attributes;
}

void read_every_dataset(hid_t file) {
    const auto read = [](hid_t object, const char* name, const H5O_info_t* info, void*) -> herr_t {
        if (info->type != H5O_TYPE_DATASET) return 0;
        const Handle dataset(H5Dopen2(object, name, H5P_DEFAULT), H5Dclose);
        const Handle type(dataset.valid() ? H5Dget_type(dataset.id()) : H5I_INVALID_HID, H5Tclose);
        if (!type.valid()) return -1;
        const H5T_class_t kind = H5Tget_class(type.id());
        if (kind != H5T_FLOAT && kind != H5T_INTEGER) return 0;
        try {
            static_cast<void>(read_numbers(dataset.id(), name));
            return 0;
        } catch (const std::exception&) {
            return -1;
        }
    };
    if (H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, read, nullptr) < 0)
        throw RunError("a dataset is not what was written");
}

Array read_array(hid_t group, const std::string& name) {
    const Handle dataset(checked(H5Dopen2(group, name.c_str(), H5P_DEFAULT), "open the dataset " + name),
                         H5Dclose);
    const Handle space(H5Dget_space(dataset.id()), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.id());
    std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(rank, 0)));
    if (rank > 0) H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr);
    Array array;
    std::istringstream names(read_text(dataset.id(), "dimensions"));
    for (const hsize_t size : sizes) {
        std::string axis;
        names >> axis;
        // The times are the file's own and are read there.
        std::vector<double> coordinates =
            axis == "time" ? std::vector<double>() : read_coordinates(group, axis);
        if (!coordinates.empty() && coordinates.size() != size)
            throw RunError(fmt::format("the axis {} of {} has {} entries for {} coordinates", axis, name,
                                       size, coordinates.size()));
        array.dimensions.push_back({axis, static_cast<std::size_t>(size), std::move(coordinates),
                                    axis == "time" ? AxisRole::index : role_of(group, axis)});
    }
    array.values = read_numbers(dataset.id(), name);
    return array;
}

}  // namespace hidyn::results::hdf5
