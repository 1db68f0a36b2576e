#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "core/error.hpp"
#include "results/results.hpp"

namespace hidyn::cli {

int plot(const PlotArguments& arguments) {
    // Read first: the reader's complaints about a foreign or damaged file are better than the script's.
    static_cast<void>(results::read(arguments.file));
    const std::string output = arguments.output.empty()
                                   ? std::filesystem::path(arguments.file).replace_extension(".png").string()
                                   : arguments.output;
    const std::string script = plot_script().string();
    const std::string python = python_program();
    std::vector<std::string> words{python, script, arguments.file, "-o", output};
    if (!arguments.observables.empty()) words.insert(words.end(), {"--observables", arguments.observables});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t child = fork();
    if (child < 0) throw RunError("no process could be started for the figure");
    if (child == 0) {
        execvp(argv[0], argv.data());
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        throw RunError(
            fmt::format("{}: this Python could not be started; name another in $HIDYN_PYTHON", python));
    if (!WIFEXITED(status)) throw RunError("the plotting script was killed");
    // The script has said what was wrong; only "bad input" is a code of its own.
    if (WEXITSTATUS(status) == exit_code::bad_input) return exit_code::bad_input;
    if (WEXITSTATUS(status) != 0) return exit_code::failure;
    fmt::print("{}\n", output);
    return exit_code::done;
}

}  // namespace hidyn::cli
