// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace hidyn::cli {

/// What could stand where the last of `words` stands (the line after the program's name, up to the cursor):
/// commands, their options, papers, figures, names to describe, keys of an experiment. Where there is nothing
/// the shell completes the names of files.
[[nodiscard]] std::vector<std::string> complete(const CLI::App& app, const std::vector<std::string>& words);

/// The script that makes a shell (bash, zsh or fish) ask for these.
[[nodiscard]] std::string completion_script(const std::string& shell);

}  // namespace hidyn::cli
