#pragma once

#include <string>
#include <vector>

namespace hidyn::cli {

/// Runs one of hidyn's Python scripts and returns its exit code. Throws RunError if Python cannot be started
/// or the script is killed.
[[nodiscard]] int run_script(const std::string& script, const std::vector<std::string>& arguments);

}  // namespace hidyn::cli
