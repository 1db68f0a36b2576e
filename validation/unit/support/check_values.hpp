// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "experiment/document.hpp"

namespace hidyn::test {

/// Numbers computed elsewhere, of one file of data/check-values. What is asked for and not there, or is not a
/// number, fails the test. `tolerance` in these files is absolute, `epsilon` relative to the number.
class CheckValues {
  public:
    explicit CheckValues(const std::string& family);

    /// All numbers under a dotted path, of lists of lists row by row; at least one.
    [[nodiscard]] std::vector<double> numbers(const std::string& path) const;
    [[nodiscard]] double number(const std::string& path) const;
    /// The number at path.value, within path.epsilon.
    [[nodiscard]] doctest::Approx approx(const std::string& path) const;
    /// Entry `index` of the numbers at case.key, within case.epsilon.
    [[nodiscard]] doctest::Approx approx(const std::string& name, const std::string& key,
                                         std::size_t index = 0) const;
    /// A list of lists of equal length.
    [[nodiscard]] std::vector<std::vector<double>> rows(const std::string& path) const;

    [[nodiscard]] const experiment::Node& document() const { return document_; }

  private:
    [[nodiscard]] const experiment::Node& at(const std::string& path) const;

    std::string file_;
    experiment::Node document_;
};

}  // namespace hidyn::test
