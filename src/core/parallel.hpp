#pragma once

#include <cstdint>
#include <exception>

#include "core/error.hpp"
#include "core/progress.hpp"

namespace hidyn {

/// Calls body(index) for index < count on all threads. An exception must not leave a parallel region: the
/// first one is thrown again behind it. When the progress asks to stop, the rest is skipped and Interrupted
/// thrown.
template <class Body>
void parallel_for(std::int64_t count, const Progress& progress, Body body) {
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) if (count > 1)
    for (std::int64_t index = 0; index < count; ++index) {
        if (progress.stop_requested()) continue;
        try {
            body(index);
        } catch (...) {
#pragma omp critical(hidyn_parallel_failure)
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
    if (progress.stop_requested()) throw Interrupted();
}

}  // namespace hidyn
