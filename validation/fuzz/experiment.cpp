// SPDX-License-Identifier: MIT
// Any text as an experiment file: it is an experiment, or there is a complaint with something to say.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.hpp"
#include "experiment/experiment.hpp"
#include "experiment/sweep.hpp"
#include "registry.hpp"

namespace {

using namespace hidyn;

template <class Action>
void expect_result_or_complaint(const Action& action) {
    try {
        action();
    } catch (const InputError& error) {
        if (error.messages.empty() || error.messages.front().empty()) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    expect_result_or_complaint([&] {
        // What was understood is written into the results file, and understood again when it is read there.
        const experiment::Experiment once = experiment::load_text(text, "file", {}, registry());
        static_cast<void>(experiment::load_text(once.text, "file", {}, registry()));
    });
    expect_result_or_complaint([&] {
        const experiment::Sweep sweep = experiment::load_sweep_text(text, "file", {}, {});
        const std::size_t last = sweep.points() - 1;
        static_cast<void>(sweep.file_stem(last));
        static_cast<void>(
            experiment::load_document(sweep.document_at(last), sweep.text_at(last), "file", registry()));
    });
    return 0;
}
