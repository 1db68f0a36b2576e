// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/results.hpp"

namespace hidyn::results {

/// The root attribute `format` of an index.
inline constexpr const char* index_format_name = "hidyn sweep";

/// Columns of a table whose rows are the points of a batch: a group of the index file. Every array's first
/// axis is "point".
struct IndexGroup {
    struct Texts {
        std::string name;
        std::vector<std::string> values;
        std::string long_name;
    };
    std::string path;  ///< "routes/sgd"; "" for the root
    Attributes attributes;
    std::vector<DerivedArray> arrays;
    std::vector<Texts> texts;
};

struct Index {
    Attributes attributes;        ///< of the file
    std::vector<double> numbers;  ///< of the points, counted from 1
    std::vector<IndexGroup> groups;
};

/// The file that is meant by `path`: of a batch's folder its index, else `path` itself. Throws InputError for
/// a folder without one.
[[nodiscard]] std::string file_meant(const std::string& path);

/// Whether this is an index, by its attribute `format`.
[[nodiscard]] bool is_index(const std::string& path);

/// Complete or absent, like a results file. Throws RunError.
void write_index(const std::string& path, const Index& index);

}  // namespace hidyn::results
