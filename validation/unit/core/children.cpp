// SPDX-License-Identifier: MIT
#include "core/children.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>

namespace children_tests {

using hidyn::in_children;

TEST_CASE("children: every answer comes back in its place, whatever is in it") {
    const auto answer = [](std::size_t index) {
        return std::string(index % 7 == 0 ? 200000 + index : index, static_cast<char>(index));
    };
    const auto answers = in_children(100, 10.0, answer);
    REQUIRE(answers.size() == 100);
    for (std::size_t index = 0; index < answers.size(); ++index) CHECK(answers[index] == answer(index));
    CHECK(in_children(0, 10.0, answer).empty());
}

TEST_CASE("children: who dies or throws leaves nothing, and the others are not harmed") {
    const auto answers = in_children(40, 10.0, [](std::size_t index) {
        if (index % 5 == 1) std::raise(SIGKILL);
        if (index % 5 == 2) throw std::runtime_error("no");
        if (index == 39 || index == 0) std::raise(SIGSEGV);
        return std::to_string(index);
    });
    for (std::size_t index = 0; index < answers.size(); ++index) {
        CAPTURE(index);
        const bool lost = index % 5 == 1 || index % 5 == 2 || index == 39 || index == 0;
        CHECK(answers[index].has_value() != lost);
        if (!lost) CHECK(*answers[index] == std::to_string(index));
    }
}

TEST_CASE("children: who never ends is ended") {
    const auto answers = in_children(3, 0.0, [](std::size_t index) {
        volatile double sum = 0.0;
        while (index == 1) sum = sum + 1.0;
        return std::to_string(index);
    });
    CHECK(answers[0] == "0");
    CHECK_FALSE(answers[1].has_value());
    CHECK(answers[2] == "2");
}

}  // namespace children_tests
