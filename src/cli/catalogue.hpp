// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hidyn::cli {

/// What `hidyn list --json` tells: "problems", "routes", "papers", or "" for all.
[[nodiscard]] nlohmann::ordered_json listed(const std::string& what);
/// What `hidyn describe NAME --json` tells, of every name.
[[nodiscard]] nlohmann::ordered_json described();

}  // namespace hidyn::cli
