// SPDX-License-Identifier: MIT
// Any bytes as a results file: they are results, which can be judged, or there is a complaint.

#include <cstddef>
#include <cstdint>

#include "core/error.hpp"
#include "file.hpp"
#include "results/index.hpp"
#include "results/results.hpp"
#include "run/judgement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hidyn;
    const test::ScratchFile file(data, size);
    try {
        if (results::is_index(file.path)) return 0;
        static_cast<void>(run::judge(results::read(file.path)));
        results::check_all(file.path);
    } catch (const InputError&) {
    }
    return 0;
}
