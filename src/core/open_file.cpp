// SPDX-License-Identifier: MIT
#include "core/open_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "core/error.hpp"

namespace hidyn {
namespace {

struct stat status_of(int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) throw RunError(std::strerror(errno));
    return status;
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string OpenFile::read() const {
    return read(std::numeric_limits<std::size_t>::max(), 0);
}

std::string OpenFile::read(std::size_t size, std::int64_t offset) const {
    std::string bytes;
    constexpr std::size_t piece = std::size_t{1} << 20;
    while (bytes.size() < size) {
        const std::size_t begin = bytes.size();
        bytes.resize(begin + std::min(piece, size - begin));
        const ssize_t found = ::pread(descriptor_, bytes.data() + begin, bytes.size() - begin,
                                      offset + static_cast<off_t>(begin));
        const bool again = found < 0 && errno == EINTR;
        if (found < 0 && !again) throw RunError(std::strerror(errno));
        bytes.resize(begin + static_cast<std::size_t>(again ? 0 : found));
        if (found == 0) break;
    }
    return bytes;
}

OpenFile open_input(const std::string& path, const std::string& what) {
    OpenFile file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file)
        throw InputError(errno == ENOENT
                             ? fmt::format("{}: no such {}", path, what)
                             : fmt::format("{}: cannot be read as {}: {}", path, what, std::strerror(errno)));
    const struct stat status = status_of(file.descriptor());
    if (S_ISDIR(status.st_mode)) throw InputError(fmt::format("{}: is a directory, not a {}", path, what));
    if (!S_ISREG(status.st_mode))
        throw InputError(fmt::format("{}: is a pipe or a device, not a {}", path, what));
    return file;
}

OpenFile open_own(const std::string& path, int flags) {
    OpenFile file(::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
    if (!file) {
        if (errno == ENOENT) return file;
        throw RunError(
            errno == ELOOP
                ? fmt::format("{}: is a symbolic link, which is not followed here; remove it", path)
                : fmt::format("{}: {}", path, std::strerror(errno)));
    }
    const struct stat status = status_of(file.descriptor());
    if (!S_ISREG(status.st_mode)) throw RunError(fmt::format("{}: is not a regular file; remove it", path));
    if (status.st_uid != geteuid())
        throw RunError(fmt::format("{}: belongs to another user, so it is not opened here", path));
    return file;
}

void check_own_folder(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return;
    if (S_ISLNK(status.st_mode))
        throw RunError(fmt::format("{}: is a symbolic link, which is not followed here; remove it", path));
    if (S_ISDIR(status.st_mode) && status.st_uid != geteuid())
        throw RunError(fmt::format("{}: belongs to another user, so it is not opened here", path));
}

std::string behind_links(const std::string& path) {
    constexpr int as_many_as_the_system = 40;
    std::error_code unknown;
    std::filesystem::path file = path;
    for (int link = 0; link < as_many_as_the_system && std::filesystem::is_symlink(file, unknown); ++link) {
        const std::filesystem::path target = std::filesystem::read_symlink(file, unknown);
        if (unknown) break;
        file = file.parent_path() / target;  // the target alone where it is absolute
    }
    return file.string();
}

}  // namespace hidyn
