// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn {

/// Every problem hidyn knows, with every route that exists for it. A new one is one entry here.
[[nodiscard]] const Registry& registry();

}  // namespace hidyn
