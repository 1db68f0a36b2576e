// SPDX-License-Identifier: MIT
#include "cli/python.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "cli/files.hpp"
#include "core/error.hpp"

namespace hidyn::cli {
namespace {

constexpr int not_started = 127;

// Starts Python on the script; in the child, `prepare` is called first.
template <class Prepare>
pid_t start(const std::string& script, const std::vector<std::string>& arguments, const Prepare& prepare) {
    std::vector<std::string> words{python_program(), script};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t child = fork();
    if (child < 0) throw RunError("no process could be started for the figure");
    if (child == 0) {
        prepare();
        execvp(argv[0], argv.data());
        _exit(not_started);
    }
    return child;
}

int exit_code_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == not_started)
        throw RunError(fmt::format("{}: this Python could not be started; name another in $HIDYN_PYTHON",
                                   python_program()));
    if (!WIFEXITED(status)) throw RunError("the plotting script was killed");
    return WEXITSTATUS(status);
}

}  // namespace

int run_script(const std::string& script, const std::vector<std::string>& arguments) {
    return exit_code_of(start(script, arguments, [] {}));
}

ScriptBeside::ScriptBeside(const std::string& script, const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw RunError("no process could be started for the figures");
    // A script that has gone is found out at the end, not by the signal.
    std::signal(SIGPIPE, SIG_IGN);
    child_ = start(script, arguments, [&] {
        std::signal(SIGINT, SIG_IGN);
        std::signal(SIGPIPE, SIG_DFL);
        dup2(ends[0], STDIN_FILENO);
    });
    close(ends[0]);
    input_ = ends[1];
}

ScriptBeside::~ScriptBeside() {
    if (child_ < 0) return;
    close(input_);
    waitpid(child_, nullptr, 0);
}

void ScriptBeside::tell(const std::string& line) const {
    const std::string whole = line + "\n";
    std::size_t told = 0;
    while (told < whole.size()) {
        const ssize_t part = write(input_, whole.data() + told, whole.size() - told);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) return;  // lost, but only if the script has gone
        told += static_cast<std::size_t>(part);
    }
}

int ScriptBeside::finish() {
    close(input_);
    const pid_t child = child_;
    child_ = -1;
    return exit_code_of(child);
}

}  // namespace hidyn::cli
