// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace hidyn {

/// Something the user gave cannot be used. Each message is one whole sentence: where, what was given, what is
/// allowed. The program prints them and exits with code 2, before anything has been written.
class InputError : public std::runtime_error {
  public:
    explicit InputError(std::vector<std::string> sentences)
        : std::runtime_error(sentences.empty() ? "invalid input" : sentences.front()),
          messages(std::move(sentences)) {}
    explicit InputError(std::string sentence) : InputError(std::vector<std::string>{std::move(sentence)}) {}

    std::vector<std::string> messages;
};

/// Something failed while running (exit code 3).
class RunError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The user asked to stop (exit code 130).
class Interrupted : public std::runtime_error {
  public:
    Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace hidyn
