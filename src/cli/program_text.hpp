// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hidyn::cli {

/// What `--help` declares, as plain text: the manual and the man page are written from it.
struct OptionText {
    std::vector<std::string>
        names;             ///< "-o", "--output"; of what stands by itself its one name, "experiment"
    std::string argument;  ///< "TEXT", "INT in [1 - 4096]"; "" for a flag
    std::string meaning;
    std::string standard;
    bool required = false;
    bool positional = false;
    bool several = false;
};

struct CommandText {
    std::string name, summary;
    std::vector<OptionText> options;
    /// "hidyn run [OPTIONS] experiment"
    [[nodiscard]] std::string usage() const;
};

struct ProgramText {
    std::string summary;
    std::string version;
    std::vector<CommandText> commands;
};

[[nodiscard]] ProgramText text_of(const CLI::App& app, const std::string& version);

}  // namespace hidyn::cli
