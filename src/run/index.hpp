// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "experiment/sweep.hpp"
#include "results/index.hpp"
#include "run/batch_folder.hpp"
#include "run/summary.hpp"

namespace hidyn::run {

/// A point and what there is of it.
struct IndexedPoint {
    std::size_t point = 0;
    PointSummary summary;
};

/// The index of a batch, or of a part of it.
[[nodiscard]] results::Index make_index(const experiment::Sweep& sweep, const BatchFolder& folder,
                                        const std::vector<IndexedPoint>& points);

}  // namespace hidyn::run
