#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/expression_graph.hpp"

/// The instructions of a compiled expression and their execution over a block of values.
namespace hidyn::math {

inline constexpr std::size_t lane_group = 8;  // one full vector of the widest machine

inline constexpr std::size_t longest_block = 64;

/// The tape's operations: those of the graph, and three with one constant operand, which are most of what
/// people write.
enum class Step : std::uint8_t { graph, scale, shift, reflect };

struct Instruction {
    Step step = Step::graph;
    Operation operation = Operation::constant;
    std::uint16_t target = 0;
    std::uint16_t left = 0;
    std::uint16_t right = 0;
    double constant = 0.0;  ///< scale: a * c; shift: a + c; reflect: c - a
};

/// Operands and result of one instruction; the result never overlaps an operand. A null derivative pointer
/// says that only values are wanted.
struct Operands {
    const double* a;
    const double* b;
    double* v;
    const double* da;
    const double* db;
    double* dv;
    std::size_t lanes;

    [[nodiscard]] std::span<const double> left() const { return {a, lanes}; }
    [[nodiscard]] std::span<const double> right() const { return {b, lanes}; }
    [[nodiscard]] std::span<double> value() const { return {v, lanes}; }
    [[nodiscard]] std::span<double> derivative() const { return {dv, lanes}; }
};

/// scale, shift and reflect, with their derivatives.
void run_affine(const Instruction& instruction, const Operands& operands);
/// The values of an operation of the graph.
void run_values(Operation operation, const Operands& operands);
/// Forward differentiation of one instruction, after its values are known.
void run_derivatives(Operation operation, const Operands& operands);

}  // namespace hidyn::math
