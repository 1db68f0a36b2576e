// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace hidyn {

/// Allocates on cache lines, so that no vector load of a row that begins on one crosses into the next. What
/// is large lies on huge pages where the system has them: rows visited at random would miss the page table's
/// cache at each of their pages.
template <class T>
struct CacheAligned {
    using value_type = T;

    CacheAligned() = default;
    template <class Other>
    CacheAligned(const CacheAligned<Other>&) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        void* place = ::operator new(bytes, alignment(bytes));
        if (bytes >= huge_page)
            madvise(place, bytes / huge_page * huge_page, MADV_HUGEPAGE);  // may be refused
        return static_cast<T*>(place);
    }
    void deallocate(T* place, std::size_t count) { ::operator delete(place, alignment(count * sizeof(T))); }
    bool operator==(const CacheAligned&) const = default;

  private:
    static constexpr std::size_t huge_page = std::size_t{1} << 21;
    static constexpr std::align_val_t alignment(std::size_t bytes) {
        return std::align_val_t{bytes >= huge_page ? huge_page : 64};
    }
};

using AlignedVector = std::vector<double, CacheAligned<double>>;

}  // namespace hidyn
