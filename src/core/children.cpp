// SPDX-License-Identifier: MIT
#include "core/children.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <thread>

#include "core/error.hpp"

namespace hidyn {
namespace {

/// A piece of the work, [begin, end), and the child that does it.
struct Child {
    std::size_t begin = 0;
    std::size_t end = 0;
    pid_t process = -1;
    int pipe = -1;
    std::string received = {};  ///< and not yet understood
};

/// What a child says of one: its size and bytes, or the size `none`.
constexpr std::uint64_t none = ~std::uint64_t{0};

bool send(int pipe, const void* data, std::size_t size) {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t sent = write(pipe, bytes, size);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

struct Work {
    const std::function<std::string(std::size_t)>& of;
    itimerval longest;
};

[[noreturn]] void be_child(const Child& piece, int pipe, const Work& work) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGPROF}) std::signal(signal, SIG_DFL);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    // What a crash would say is for the parent to say.
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    for (std::size_t index = piece.begin; index < piece.end; ++index) {
        setitimer(ITIMER_PROF, &work.longest, nullptr);
        std::string bytes;
        std::uint64_t size = none;
        try {
            bytes = work.of(index);
            size = bytes.size();
        } catch (...) {
        }
        if (!send(pipe, &size, sizeof size) || !send(pipe, bytes.data(), bytes.size())) break;
    }
    _exit(0);
}

void start(Child& child, const Work& work) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw RunError("the system has no pipe left for a process");
    child.process = fork();
    if (child.process == 0) be_child(child, ends[1], work);
    close(ends[1]);
    if (child.process < 0) {
        close(ends[0]);
        throw RunError("the system starts no further process");
    }
    child.pipe = ends[0];
}

/// Moves whole answers from what was received to their places.
void understand(Child& child, std::vector<std::optional<std::string>>& answers) {
    std::size_t used = 0;
    std::uint64_t size = 0;
    while (child.received.size() - used >= sizeof size) {
        std::memcpy(&size, child.received.data() + used, sizeof size);
        const std::size_t length = size == none ? 0 : static_cast<std::size_t>(size);
        if (child.received.size() - used - sizeof size < length) break;
        if (size != none) answers[child.begin] = child.received.substr(used + sizeof size, length);
        used += sizeof size + length;
        ++child.begin;
    }
    child.received.erase(0, used);
}

/// At the end of its pipe. Goes on behind the one at which it died, if any is left.
void bury(Child& child, const Work& work) {
    close(child.pipe);
    child.pipe = -1;
    while (waitpid(child.process, nullptr, 0) < 0 && errno == EINTR) {
    }
    child.received.clear();
    if (child.begin >= child.end) return;
    ++child.begin;
    if (child.begin < child.end) start(child, work);
}

}  // namespace

std::vector<std::optional<std::string>> in_children(std::size_t count, double longest,
                                                    const std::function<std::string(std::size_t)>& work_of) {
    const Work work{
        work_of, {.it_interval = {}, .it_value = {.tv_sec = static_cast<time_t>(longest) + 1, .tv_usec = 0}}};
    std::vector<std::optional<std::string>> answers(count);
    const std::size_t side_by_side =
        std::min<std::size_t>(count, std::max(1U, std::thread::hardware_concurrency()));
    std::vector<Child> children(side_by_side);
    for (std::size_t index = 0; index < side_by_side; ++index) {
        children[index].begin = count * index / side_by_side;
        children[index].end = count * (index + 1) / side_by_side;
        start(children[index], work);
    }
    std::vector<pollfd> waiting;
    while (true) {
        waiting.clear();
        for (const Child& child : children)
            if (child.pipe >= 0) waiting.push_back({.fd = child.pipe, .events = POLLIN, .revents = 0});
        if (waiting.empty()) return answers;
        if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
        for (const pollfd& one : waiting) {
            if (one.revents == 0) continue;
            Child& child = *std::ranges::find(children, one.fd, &Child::pipe);
            std::array<char, 1U << 16U> buffer;
            const ssize_t got = read(child.pipe, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got > 0) {
                child.received.append(buffer.data(), static_cast<std::size_t>(got));
                understand(child, answers);
            } else {
                bury(child, work);
            }
        }
    }
}

}  // namespace hidyn
