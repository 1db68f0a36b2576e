// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/program_text.hpp"

namespace hidyn::cli {

/// The man page hidyn(1), in the macros of man(7).
[[nodiscard]] std::string man_page(const ProgramText& program);

}  // namespace hidyn::cli
