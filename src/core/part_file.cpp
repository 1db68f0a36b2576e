// SPDX-License-Identifier: MIT
#include "core/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "core/error.hpp"
#include "core/open_file.hpp"

namespace hidyn {
namespace {

constexpr std::string_view part_mark = ".part-";  ///< before the number of the process

/// 0, or why it failed: a full disk may show itself only here.
int sync(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int failure = fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    return failure;
}

}  // namespace

PartFile::PartFile(const std::string& final_path)
    : path(fmt::format("{}{}{}", final_path, part_mark, getpid())), final_path_(final_path) {
    // A process of this number may have left one; a link is removed, not what it leads to.
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

PartFile::~PartFile() {
    std::error_code ignored;
    if (!done_) std::filesystem::remove(path, ignored);
}

void PartFile::move_into_place() {
    if (const int failure = sync(path); failure != 0)
        throw RunError(
            fmt::format("{}: could not be brought to the disk: {}", final_path_, std::strerror(failure)));
    std::error_code error;
    std::filesystem::rename(path, final_path_, error);
    if (error)
        throw RunError(
            fmt::format("{}: the finished file could not be moved there: {}", final_path_, error.message()));
    done_ = true;
    const std::string directory = std::filesystem::path(final_path_).parent_path().string();
    // Some file systems refuse to sync a directory; the file itself is safe.
    static_cast<void>(sync(directory.empty() ? "." : directory));
}

void write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw RunError(std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void write_whole(const std::string& path, std::string_view bytes) {
    PartFile part(path);
    const int file = open(part.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) throw RunError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    try {
        write_all(file, bytes);
    } catch (const RunError& error) {
        ::close(file);
        throw RunError(fmt::format("{}: cannot be written: {}", path, error.what()));
    }
    ::close(file);
    part.move_into_place();
}

std::optional<std::string> read_whole(const std::string& path) {
    try {
        return open_input(path, "file").read();
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

bool abandoned_part(std::string_view name) {
    const std::size_t place = name.rfind(part_mark);
    if (place == std::string_view::npos) return false;
    const std::string_view digits = name.substr(place + part_mark.size());
    pid_t process = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
    if (failure != std::errc{} || end != digits.data() + digits.size() || process <= 0) return false;
    // A new process may have the number of the one that left it.
    return process == getpid() || (kill(process, 0) != 0 && errno != EPERM);
}

std::string move_aside(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code unknown;
    if (!fs::exists(path, unknown)) return "";
    std::string aside = path + ".aside";
    for (int count = 2; fs::exists(aside, unknown); ++count) aside = fmt::format("{}.aside-{}", path, count);
    fs::rename(path, aside);
    return aside;
}

}  // namespace hidyn
