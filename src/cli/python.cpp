#include "cli/python.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/files.hpp"
#include "core/error.hpp"

namespace hidyn::cli {

int run_script(const std::string& script, const std::vector<std::string>& arguments) {
    const std::string python = python_program();
    std::vector<std::string> words{python, script};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
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
    return WEXITSTATUS(status);
}

}  // namespace hidyn::cli
