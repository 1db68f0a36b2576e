// SPDX-License-Identifier: MIT
#pragma once

namespace hidyn::run {

extern const char* const version;
/// The commit this was built from, with "+changes" behind it where tracked files differed from it; "unknown"
/// outside of a git checkout.
extern const char* const git_revision;

}  // namespace hidyn::run
