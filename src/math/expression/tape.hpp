// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/expression/graph.hpp"

/// The instructions of a compiled expression and their execution over a block of values.
namespace hidyn::math {

inline constexpr std::size_t lane_group = 8;  // one full vector of the widest machine

/// The tape's operations: those of the graph, three with one constant operand, which are most of what people
/// write, and one that hands out a result.
enum class Step : std::uint8_t { graph, scale, shift, reflect, store };

struct Instruction {
    Step step = Step::graph;
    Operation operation = Operation::constant;
    std::uint16_t target = 0;  ///< store: the number of the result
    std::uint16_t left = 0;
    std::uint16_t right = 0;
    std::uint16_t condition = 0;
    double constant = 0.0;  ///< scale: a * c; shift: a + c; reflect: c - a
};

/// Operands and value of one instruction; the value never overlaps an operand.
struct Operands {
    const double* a;
    const double* b;
    const double* c;
    double* v;
    std::size_t lanes;

    [[nodiscard]] std::span<const double> left() const { return {a, lanes}; }
    [[nodiscard]] std::span<const double> right() const { return {b, lanes}; }
    [[nodiscard]] std::span<double> value() const { return {v, lanes}; }
};

/// scale, shift and reflect.
void run_affine(const Instruction& instruction, const Operands& operands);
/// An operation of the graph.
void run_operation(Operation operation, const Operands& operands);

}  // namespace hidyn::math
