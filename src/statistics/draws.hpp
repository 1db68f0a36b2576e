// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

namespace hidyn::statistics {

/// Random numbers of the tests' null distributions (Boost.Random, whose headers take seconds to parse).
class Draws {
  public:
    explicit Draws(std::uint64_t seed);
    ~Draws();

    [[nodiscard]] double normal();
    [[nodiscard]] double chi_squared(double degrees_of_freedom);

  private:
    struct Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace hidyn::statistics
