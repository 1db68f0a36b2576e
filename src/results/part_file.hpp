#pragma once

#include <hdf5.h>

#include <functional>
#include <string>

namespace hidyn::results {

/// A file under a name beside its own, removed unless it was moved into its place.
class PartFile {
  public:
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

/// Makes an HDF5 file that is complete or absent; a file of that name survives until the new one is on the
/// disk. The caller holds hdf5::Access. Throws RunError.
void write_aside(const std::string& path, const std::function<void(hid_t file)>& write_content);

}  // namespace hidyn::results
