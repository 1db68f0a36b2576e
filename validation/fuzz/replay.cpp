// SPDX-License-Identifier: MIT
// Runs a fuzz target once on every file under the folders given: the corpus as a test, with any compiler.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** folders) {
    namespace fs = std::filesystem;
    int replayed = 0;
    for (int index = 1; index < count; ++index)
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folders[index])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes(std::istreambuf_iterator<char>(file), {});
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++replayed;
        }
    std::printf("%d inputs\n", replayed);
    return replayed > 0 ? 0 : 1;
}
