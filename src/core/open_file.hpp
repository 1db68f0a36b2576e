// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>

/// The ways to open a file: what a user names may be a link, but must be a file; what the program keeps for
/// itself must be its own, lest it reads or overwrites whatever somebody has linked to its place.
namespace hidyn {

/// An open file that closes itself.
class OpenFile {
  public:
    OpenFile() = default;
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~OpenFile();

    explicit operator bool() const { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// All that stands in it. Throws RunError.
    [[nodiscard]] std::string read() const;
    /// `size` bytes from `offset` on, or as many as there are.
    [[nodiscard]] std::string read(std::size_t size, std::int64_t offset) const;

  private:
    int descriptor_ = -1;
};

/// A file that a user names, for reading. Throws InputError, in one sentence, where there is none, none that
/// can be read, or something else than a file: a pipe would be waited for. `what` is "experiment file", ...
[[nodiscard]] OpenFile open_input(const std::string& path, const std::string& what);

/// A file of the program's own, with the flags of open(2); nothing where there is none and none is made.
/// Throws RunError where something else stands there: a symbolic link, no regular file, another user's.
[[nodiscard]] OpenFile open_own(const std::string& path, int flags);

/// Throws RunError where a symbolic link, something other than a folder, or another user's folder stands;
/// nothing may stand there.
void check_own_folder(const std::string& path);

/// Where a file of this name is to be written: the name, or what it links to.
[[nodiscard]] std::string behind_links(const std::string& path);

}  // namespace hidyn
