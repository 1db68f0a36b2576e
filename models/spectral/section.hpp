// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "core/table.hpp"
#include "models/spectral/preprocessing.hpp"

namespace hidyn::spectral {

/// The keys `preprocessing` and `preprocessing_bound`.
[[nodiscard]] std::vector<Key> preprocessing_keys();
/// Reads them for labels with this noise (over T) and ratio of samples; complains where the theory has none.
[[nodiscard]] std::optional<Preprocessing> read_preprocessing(const Table& table, double Delta, double alpha,
                                                              Complaints& complaints);

}  // namespace hidyn::spectral
