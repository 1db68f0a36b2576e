// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/table.hpp"
#include "models/teacher_student/sample_loss.hpp"

/// The keys of [problem] that say what a sample costs and what labels it: links and losses by name or as an
/// expression.
namespace hidyn::teacher_student {

[[nodiscard]] Key link_key();
[[nodiscard]] Key teacher_link_key();
[[nodiscard]] Key loss_key(std::vector<std::string> names);
[[nodiscard]] Key loss_scale_key();

/// The link under this key, of so many preactivations; a name means the sum of such units. Complaints if the
/// expression is none.
[[nodiscard]] std::optional<Link> read_link(const Table& table, const std::string& key, std::size_t arguments,
                                            Complaints& complaints);
[[nodiscard]] std::optional<Loss> read_loss(const Table& table, Complaints& complaints);

}  // namespace hidyn::teacher_student
