// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/names.hpp"
#include "core/table.hpp"
#include "experiment/document.hpp"

namespace hidyn::experiment {

/// Checks one section of the document against its declared keys: unknown keys (with the nearest valid one),
/// types, ranges, finiteness, missing keys. `path` is the section's dotted name; `also` are keys that are
/// allowed here but read elsewhere. What cannot be used is complained about and left at the key's standard
/// value.
[[nodiscard]] Table read_section(const Node& section, const std::string& path, const std::vector<Key>& keys,
                                 const std::vector<std::string>& also, Complaints& complaints);

/// Complains about every key of `section` that is not in `known`.
void complain_about_unknown_keys(const Node& section, const std::string& path,
                                 const std::vector<std::string>& known, Complaints& complaints);

}  // namespace hidyn::experiment
