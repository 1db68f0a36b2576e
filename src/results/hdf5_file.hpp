// SPDX-License-Identifier: MIT
#pragma once

#include <hdf5.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "results/results.hpp"

/// Owning handles and the few HDF5 operations a results file needs. Included inside src/results only.
namespace hidyn::results::hdf5 {

/// An HDF5 identifier that closes itself.
class Handle {
  public:
    Handle() = default;
    Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), closer_(closer) {}
    ~Handle() { close(); }
    Handle(Handle&& other) noexcept : id_(other.id_), closer_(other.closer_) { other.id_ = H5I_INVALID_HID; }
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(closer_, other.closer_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] bool valid() const { return id_ >= 0; }
    [[nodiscard]] hid_t id() const { return id_; }
    void close() {
        if (valid()) closer_(id_);
        id_ = H5I_INVALID_HID;
    }

  private:
    hid_t id_ = H5I_INVALID_HID;
    herr_t (*closer_)(hid_t) = nullptr;
};

/// The library is no place for two threads, and prints an error stack of its own: while one of these lives,
/// it does neither.
class Access {
  public:
    Access();

  private:
    std::scoped_lock<std::mutex> lock_;
};

[[nodiscard]] Handle create_file(const std::string& path);
/// Makes a file that is complete or absent: one of that name survives until the new one is on the disk. The
/// caller holds an Access. Throws RunError.
void write_aside(const std::string& path, const std::function<void(hid_t file)>& write_content);
[[nodiscard]] Handle open_file(const std::string& path);
/// Whether a reading comes to an end, tried out in a child process. HDF5 checks sums over most of a file's
/// structure, but trusts the sizes of texts: after damage there it reads where nothing is.
[[nodiscard]] bool rehearse(const std::string& path, const std::function<void()>& reading);
/// The root attribute `format`; "" if there is no such file or it cannot be read.
[[nodiscard]] std::string format_of(const std::string& path);
/// Creates the group and its parents.
[[nodiscard]] Handle create_group(hid_t parent, const std::string& path);
[[nodiscard]] Handle open_group(hid_t parent, const std::string& path);
[[nodiscard]] bool exists(hid_t parent, const std::string& name);
[[nodiscard]] std::vector<std::string> children(hid_t group);
/// The first name in the whole file that is a link, soft or to another file, and no object of it; "" if there
/// is none. Throws RunError.
[[nodiscard]] std::string first_link(hid_t file);
/// Whether a part of this path is a link to another file.
[[nodiscard]] bool leads_outside(hid_t file, const std::string& path);
/// Whether a dataset's numbers stand in other files.
[[nodiscard]] bool stored_outside(hid_t dataset);

void write_attribute(hid_t object, const std::string& name, const Attribute& value);
[[nodiscard]] std::string read_text(hid_t object, const std::string& name, const std::string& standard = "");
[[nodiscard]] double read_real(hid_t object, const std::string& name, double standard);
[[nodiscard]] std::int64_t read_integer(hid_t object, const std::string& name, std::int64_t standard);
/// All of them that are texts, real numbers or integers.
[[nodiscard]] Attributes read_attributes(hid_t object);

/// Makes a dataset that is a dimension scale of that name.
void write_scale(hid_t group, const std::string& name, const std::vector<double>& values);
/// What the axis of that name is to a reader.
[[nodiscard]] AxisRole role_of(hid_t group, const std::string& name);
/// The dimension's coordinates as a scale, with its role: real numbers if it has any, else the
/// integers 1..size. A scale the group has already is used again; throws RunError if it is another one of
/// that name.
void write_dimension_scale(hid_t group, const Dimension& dimension);

/// A float64 dataset whose every axis carries the group's scale of that name, and whose attribute
/// `dimensions` names them.
[[nodiscard]] Handle write_array(hid_t group, const std::string& name,
                                 const std::vector<Dimension>& dimensions, const std::vector<double>& values);
/// A list of texts along the group's scale of that name.
void write_texts(hid_t group, const std::string& name, const Dimension& dimension,
                 const std::vector<std::string>& values);
/// Throws RunError at the first dataset of numbers whose checksum fails.
void read_every_dataset(hid_t file);
struct Array {
    std::vector<Dimension> dimensions;
    std::vector<double> values;
};
/// The array with its axes' coordinates, as far as they are real numbers; integers only count.
[[nodiscard]] Array read_array(hid_t group, const std::string& name);

}  // namespace hidyn::results::hdf5
