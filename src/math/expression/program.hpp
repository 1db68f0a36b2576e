// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "math/expression/graph.hpp"
#include "math/expression/tape.hpp"

namespace hidyn::math {

/// Nodes of a graph compiled to one tape, which is run over blocks of values: interpretation is paid per
/// block and not per value. Any number of threads may run one program.
class ExpressionProgram {
  public:
    /// Computes these nodes, in this order of results. Throws ExpressionError if they need too many
    /// registers.
    ExpressionProgram(const ExpressionGraph& graph, std::span<const ExpressionGraph::Index> results);

    /// inputs[v] and results[r] point to `count` values each. Inputs of variables that the results do not
    /// depend on are not read. A result does not depend on where in the input its arguments stand.
    void run(std::span<const double* const> inputs, std::size_t count,
             std::span<double* const> results) const;

  private:
    struct Input {
        std::uint16_t target = 0;
        std::uint32_t variable = 0;
    };
    struct Constant {
        std::uint16_t target = 0;
        double value = 0.0;
    };
    class Compiler;

    std::vector<Input> inputs_read;
    std::vector<Constant> constants;  ///< in registers of their own, filled once per run
    std::vector<Instruction> tape;
    std::size_t block = 0;
};

}  // namespace hidyn::math
