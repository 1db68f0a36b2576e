// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace hidyn {

/// What is wrong with a name the user chose for a route, variant or claim; "" if nothing. It becomes the name
/// of a group of the results file; `forbidden` are characters that mean something there.
[[nodiscard]] std::string name_defect(const std::string& name, const std::string& forbidden);

/// The candidate closest in spelling, if any is close: "; did you mean \"teachers\"?", else "".
[[nodiscard]] std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace hidyn
