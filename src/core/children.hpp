// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hidyn {

/// work(0) .. work(count - 1) in child processes, as many side by side as there are processors, for work that
/// may take its process with it, or never end. Returns what each gave; nothing where the child died, computed
/// for `longest` seconds or an exception came. Throws RunError if there are no processes to be had.
[[nodiscard]] std::vector<std::optional<std::string>> in_children(
    std::size_t count, double longest, const std::function<std::string(std::size_t)>& work);

}  // namespace hidyn
