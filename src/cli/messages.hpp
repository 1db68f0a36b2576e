// SPDX-License-Identifier: MIT
#pragma once

#include <string>

/// Messages for the user on stderr; results go to stdout.
namespace hidyn::cli {

void set_quiet(bool quiet);
void inform(const std::string& sentence);
void warn(const std::string& sentence);
void complain(const std::string& sentence);

}  // namespace hidyn::cli
