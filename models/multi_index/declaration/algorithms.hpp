// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/multi_index/multi_index.hpp"
#include "models/spectral/prediction.hpp"

namespace hidyn::multi_index {

/// Makes a problem of the family from [problem]: the loss of a sample and its label.
struct Parts {
    SampleLoss loss;
    Label label;
    std::optional<double> recovery_threshold = {};
};
using ReadParts = std::function<std::optional<Parts>(const ProblemTables&, Complaints&)>;

/// The four algorithms on a data set, for the problem whose parts `read` makes.
[[nodiscard]] std::vector<AlgorithmKind> algorithms(const ReadParts& read, const spectral::Theory& theory);

}  // namespace hidyn::multi_index
