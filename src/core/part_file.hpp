// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hidyn {

/// A file under a name beside its own (NAME.part-<process>), removed unless it was moved into its place:
/// whoever reads the place finds the old content or the new one, whole, whatever happens in between.
class PartFile {
  public:
    /// Whoever makes it asks for a file that is not there yet (O_EXCL): no link is followed.
    explicit PartFile(const std::string& final_path);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    /// Syncs it to the disk and renames it. Throws RunError.
    void move_into_place();

    const std::string path;

  private:
    std::string final_path_;
    bool done_ = false;
};

/// Whether a file of this name is a PartFile that no process of this machine can still be writing.
bool abandoned_part(std::string_view name);

/// Writes to an open file until all is written. Throws RunError.
void write_all(int file, std::string_view bytes);
/// A file with this content, by way of a PartFile. Throws RunError.
void write_whole(const std::string& path, std::string_view bytes);
/// All that stands in a file; nothing if it cannot be opened, or is a pipe or a device.
std::optional<std::string> read_whole(const std::string& path);

/// Renames what stands in the way to the first free of NAME.aside, NAME.aside-2, ...; returns that name, or
/// "" where nothing stood.
std::string move_aside(const std::string& path);

}  // namespace hidyn
