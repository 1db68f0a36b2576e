// SPDX-License-Identifier: MIT
#pragma once

#include <omp.h>

#include <cstdint>
#include <exception>

#include "core/error.hpp"
#include "core/progress.hpp"

namespace hidyn {

/// Calls body(index) for index < count on all threads. An exception must not leave a parallel region: the
/// first one is thrown again behind it. When the progress asks to stop, the rest is skipped and Interrupted
/// thrown. Inside a parallel region (one point of a batch among others) the indices become tasks, which any
/// thread that has nothing else to do takes up.
template <class Body>
void parallel_for(std::int64_t count, const Progress& progress, Body body) {
    std::exception_ptr failure;
    const auto guarded = [&](std::int64_t index) {
        if (progress.stop_requested()) return;
        try {
            body(index);
        } catch (...) {
#pragma omp critical(hidyn_parallel_failure)
            if (!failure) failure = std::current_exception();
        }
    };
    if (omp_in_parallel() != 0) {
#pragma omp taskgroup
        for (std::int64_t index = 0; index < count; ++index) {
#pragma omp task firstprivate(index) shared(guarded)
            guarded(index);
        }
    } else {
#pragma omp parallel for schedule(dynamic, 1) if (count > 1)
        for (std::int64_t index = 0; index < count; ++index) guarded(index);
    }
    if (failure) std::rethrow_exception(failure);
    if (progress.stop_requested()) throw Interrupted();
}

}  // namespace hidyn
