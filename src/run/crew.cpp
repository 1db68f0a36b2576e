// SPDX-License-Identifier: MIT
#include "run/crew.hpp"

// A crew of one: it leads nobody.
namespace hidyn::run {

struct Crew::Ranks {};

Crew::Crew() = default;
Crew::~Crew() = default;

bool Crew::leads() const {
    return true;
}
std::size_t Crew::size() const {
    return 1;
}
void Crew::serve(std::function<std::optional<std::size_t>()> /*next*/,
                 std::function<void(std::size_t)> /*finished*/) {}
Crew::Ending Crew::wait() {
    return Ending::done;
}
std::optional<std::size_t> Crew::ask(std::size_t /*finished*/) {
    return {};
}
void Crew::leave(Ending /*ending*/) {}

}  // namespace hidyn::run
