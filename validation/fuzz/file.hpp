// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace hidyn::test {

/// A file with this content that goes with the process's use of it; in memory, where the system has a folder
/// that is.
class ScratchFile {
  public:
    ScratchFile(const void* bytes, std::size_t size)
        : path(((std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                           : std::filesystem::temp_directory_path()) /
                ("hidyn-fuzz-" + std::to_string(getpid())))
                   .string()) {
        std::ofstream file(path, std::ios::binary);
        file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
        if (!file.flush()) std::abort();
    }
    ~ScratchFile() { std::filesystem::remove(path); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    const std::string path;
};

}  // namespace hidyn::test
