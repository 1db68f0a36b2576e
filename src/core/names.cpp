// SPDX-License-Identifier: MIT
#include "core/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hidyn {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string name_defect(const std::string& name, const std::string& forbidden) {
    constexpr std::size_t longest = 100;
    if (name.empty() || name.find_first_not_of(" .") == std::string::npos) return "must not be empty";
    if (name.size() > longest) return fmt::format("must not be longer than {} bytes", longest);
    if (std::ranges::any_of(name, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }))
        return "must be a single line";
    if (name.find_first_of(forbidden) == std::string::npos) return "";
    std::string list;
    for (std::size_t index = 0; index < forbidden.size(); ++index)
        list += fmt::format("{}\"{}\"",
                            index == 0                      ? ""
                            : index + 1 == forbidden.size() ? " or "
                                                            : ", ",
                            forbidden[index]);
    return "must not contain " + list;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
    const std::string* best = nullptr;
    // "lin" means "linear", though "log" is nearer in spelling.
    if (word.size() > 1)
        for (const std::string& candidate : candidates)
            if (candidate.starts_with(word)) return fmt::format("; did you mean \"{}\"?", candidate);
    std::size_t smallest = 1 + std::max<std::size_t>(2, word.size() / 3);
    for (const std::string& candidate : candidates)
        if (const std::size_t distance = edit_distance(word, candidate); distance < smallest) {
            smallest = distance;
            best = &candidate;
        }
    return best == nullptr ? "" : fmt::format("; did you mean \"{}\"?", *best);
}

}  // namespace hidyn
