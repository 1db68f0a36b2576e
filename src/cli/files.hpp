// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/document.hpp"

/// The files hidyn brings along: scripts, papers and README files, beside an installed program or in the
/// source tree.
namespace hidyn::cli {

[[nodiscard]] std::filesystem::path plot_script();
[[nodiscard]] std::filesystem::path gallery_script();
[[nodiscard]] std::filesystem::path manual_script();
/// The folder of README.md, below which those of the rooms stand as in the source tree.
[[nodiscard]] std::filesystem::path readme_root();
/// The Python that runs it: $HIDYN_PYTHON, else the one found when hidyn was built.
[[nodiscard]] std::string python_program();

struct Paper {
    std::string id;
    std::filesystem::path folder;
    std::string title, citation;
    struct Figure {
        std::string file, shows;
    };
    std::vector<Figure> figures;
};
[[nodiscard]] std::vector<Paper> papers();

}  // namespace hidyn::cli
