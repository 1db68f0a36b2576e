#include "results/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "results/hdf5_file.hpp"

namespace hidyn::results {
namespace {

/// 0, or why it failed: a full disk may show itself only here.
int sync(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno;
    const int failure = fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    return failure;
}

}  // namespace

PartFile::PartFile(const std::string& final_path)
    : path(fmt::format("{}.part-{}", final_path, getpid())), final_path_(final_path) {}

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

void write_aside(const std::string& path, const std::function<void(hid_t file)>& write_content) {
    PartFile part(path);
    try {
        const hdf5::Handle file = hdf5::create_file(part.path);
        write_content(file.id());
        if (H5Fflush(file.id(), H5F_SCOPE_GLOBAL) < 0) throw RunError("HDF5 could not flush " + part.path);
    } catch (const RunError& error) {
        std::error_code unknown;
        const auto space =
            std::filesystem::space(std::filesystem::absolute(part.path).parent_path(), unknown);
        throw RunError(fmt::format("{}: could not be written: {}{}", path, error.what(),
                                   !unknown && space.available < (1U << 20U) ? "; the disk is full" : ""));
    }
    part.move_into_place();
}

}  // namespace hidyn::results
