// SPDX-License-Identifier: MIT
#include "results/data_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/machine.hpp"
#include "core/open_file.hpp"
#include "core/words.hpp"
#include "results/hdf5_file.hpp"

namespace hidyn::results {
namespace {

using hdf5::Handle;

Handle open_data(const std::string& file) {
    const hdf5::Access access;
    static_cast<void>(open_input(file, "data file"));
    Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!handle.valid()) throw InputError(fmt::format("{}: is not a readable HDF5 file", file));
    return handle;
}

Handle open_dataset(const Handle& handle, const std::string& file, const std::string& dataset) {
    if (hdf5::leads_outside(handle.id(), dataset))
        throw InputError(fmt::format("{}: \"{}\" is a link to another file; give that file", file, dataset));
    Handle found(H5Dopen2(handle.id(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
    if (found.valid()) return found;
    const std::vector<std::string> there = hdf5::children(handle.id());
    throw InputError(fmt::format("{}: there is no dataset \"{}\"; at its top there are {}", file, dataset,
                                 there.empty() ? "none" : joined(there, ", ")));
}

}  // namespace

DataMatrix read_matrix(const std::string& file, const std::string& dataset) {
    const Handle handle = open_data(file);
    const Handle data = open_dataset(handle, file, dataset);
    const Handle type(H5Dget_type(data.id()), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type.id());
    if (kind != H5T_INTEGER && kind != H5T_FLOAT)
        throw InputError(fmt::format("{}: \"{}\" does not hold numbers", file, dataset));
    const Handle space(H5Dget_space(data.id()), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 1 || rank > 2)
        throw InputError(
            fmt::format("{}: \"{}\" has {} dimensions, but must have one or two", file, dataset, rank));
    hsize_t size[2] = {0, 1};
    H5Sget_simple_extent_dims(space.id(), size, nullptr);
    DataMatrix matrix{.rows = size[0], .columns = size[1], .values = {}};
    if (matrix.rows == 0 || matrix.columns == 0)
        throw InputError(
            fmt::format("{}: \"{}\" is empty ({} x {})", file, dataset, matrix.rows, matrix.columns));
    if (hdf5::stored_outside(data.id()))
        throw InputError(fmt::format("{}: the numbers of \"{}\" stand in another file", file, dataset));
    const double claimed = static_cast<double>(matrix.rows) * static_cast<double>(matrix.columns);
    // Repacked numbers are at most about a thousand times smaller than what they hold.
    if (claimed / 1024 >= static_cast<double>(H5Dget_storage_size(data.id())) ||
        8.0 * claimed > machine_memory())
        throw InputError(
            fmt::format("{}: \"{}\" claims {} x {} numbers ({:.3g} GB) but the file stores {} bytes of them, "
                        "and this machine "
                        "has {:.3g} GB of memory",
                        file, dataset, matrix.rows, matrix.columns, 8e-9 * claimed,
                        H5Dget_storage_size(data.id()), machine_memory() / 1e9));
    matrix.values.resize(matrix.rows * matrix.columns);
    if (H5Dread(data.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, matrix.values.data()) < 0)
        throw InputError(
            fmt::format("{}: \"{}\" cannot be read: the file is damaged or truncated", file, dataset));
    for (std::size_t place = 0; place < matrix.values.size(); ++place)
        if (!std::isfinite(matrix.values[place]))
            throw InputError(fmt::format(
                "{}: \"{}\" is {} in row {}, column {} (counted from 0); every entry must be a "
                "finite number",
                file, dataset, matrix.values[place], place / matrix.columns, place % matrix.columns));
    return matrix;
}

}  // namespace hidyn::results
