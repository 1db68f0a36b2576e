// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/python.hpp"
#include "results/index.hpp"
#include "results/results.hpp"

namespace hidyn::cli {

int plot(const PlotArguments& arguments) {
    const std::string file = results::file_meant(arguments.file);
    // Read first: the reader's complaints about a foreign or damaged file are better than the script's.
    if (!results::is_index(file)) static_cast<void>(results::read(file));
    const std::string output = arguments.output.empty()
                                   ? std::filesystem::path(file).replace_extension(".png").string()
                                   : arguments.output;
    // A name that begins with a dash is a file here, and no option of the script.
    const auto named = [](const std::string& name) { return name.starts_with("-") ? "./" + name : name; };
    std::vector<std::string> words{named(file), "-o", named(output)};
    if (!arguments.observables.empty()) words.insert(words.end(), {"--observables", arguments.observables});
    const int code = run_script(plot_script().string(), words);
    // The script has said what was wrong; only "bad input" is a code of its own.
    if (code == exit_code::bad_input) return exit_code::bad_input;
    if (code != 0) return exit_code::failure;
    fmt::print("{}\n", output);
    return exit_code::done;
}

}  // namespace hidyn::cli
