// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace hidyn::cli {

/// Runs one of hidyn's Python scripts and returns its exit code. Throws RunError if Python cannot be started
/// or the script is killed.
[[nodiscard]] int run_script(const std::string& script, const std::vector<std::string>& arguments);

/// A script that works beside the program, on one line after the other that it is told. Ctrl-C is the
/// program's: the script goes on until its input ends.
class ScriptBeside {
  public:
    ScriptBeside(const std::string& script, const std::vector<std::string>& arguments);
    ~ScriptBeside();
    ScriptBeside(const ScriptBeside&) = delete;
    ScriptBeside& operator=(const ScriptBeside&) = delete;

    void tell(const std::string& line) const;
    /// Ends its input, waits for it and returns its exit code. Throws RunError as run_script does.
    [[nodiscard]] int finish();

  private:
    pid_t child_ = -1;
    int input_ = -1;
};

}  // namespace hidyn::cli
