// SPDX-License-Identifier: MIT
#pragma once

/// Marks a hot kernel. In a native build the whole program already targets this machine; in a portable build
/// the kernel is compiled for three instruction sets and the loader picks one, so one binary runs anywhere.
#if defined(__x86_64__) && !defined(HIDYN_NATIVE) && !defined(__SANITIZE_ADDRESS__) && defined(__GNUC__) && \
    !defined(__clang__)
#define HIDYN_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HIDYN_KERNEL
#endif
