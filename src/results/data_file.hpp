// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hidyn::results {

/// Numbers of a user's own HDF5 file.
struct DataMatrix {
    std::size_t rows = 0;
    std::size_t columns = 1;     ///< 1 for a one-dimensional dataset
    std::vector<double> values;  ///< row after row
};

/// Reads a dataset of one or two dimensions of any integer or floating-point type. Throws InputError where
/// the file cannot be opened, has no such dataset, of another type or shape, or holds a number that is not
/// finite: the sentence says what there is instead, or where.
[[nodiscard]] DataMatrix read_matrix(const std::string& file, const std::string& dataset);

}  // namespace hidyn::results
