// SPDX-License-Identifier: MIT
#include "math/expression/program.hpp"

#include <algorithm>
#include <array>

#include "math/expression/expression.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t register_file = 8192;  // doubles, on the stack of the evaluating thread
constexpr std::size_t most_registers = register_file / lane_group;
constexpr std::size_t first_level_cache = 2048;  // doubles, with room for inputs and results
constexpr std::size_t longest_block = 128;

constexpr std::size_t whole_groups(std::size_t count) {
    return (count + lane_group - 1) / lane_group * lane_group;
}

}  // namespace

/// Gives each value the lowest free register from its instruction to its last use.
class ExpressionProgram::Compiler {
  public:
    Compiler(const ExpressionGraph& graph, std::span<const ExpressionGraph::Index> results)
        : nodes(graph.nodes()), wanted(nodes.size()), steps(nodes.size()), place(nodes.size(), 0) {
        for (std::size_t result = 0; result < results.size(); ++result)
            wanted[results[result]].push_back(static_cast<std::uint16_t>(result));
        for (std::size_t index = 0; index < nodes.size(); ++index) choose_step(index);
        count_uses();
    }

    void compile(ExpressionProgram& program) {
        for (std::size_t index = 0; index < nodes.size(); ++index) {
            const ExpressionNode& node = nodes[index];
            if (uses[index] == 0 || arity(node.operation) > 0) continue;
            place[index] = next_register();
            if (node.operation == Operation::constant)
                program.constants.push_back({place[index], node.constant});
            else
                program.inputs_read.push_back({place[index], node.left});
            store(index, program.tape);
        }
        for (std::size_t index = 0; index < nodes.size(); ++index) {
            if (uses[index] == 0 || arity(nodes[index].operation) == 0) continue;
            Instruction instruction = steps[index].instruction;
            const std::array<std::size_t, 3>& operands = steps[index].operands;
            instruction.left = place[operands[0]];
            instruction.right = place[operands[1]];
            instruction.condition = place[operands[2]];
            place[index] = claim();
            instruction.target = place[index];
            program.tape.push_back(instruction);
            for (std::size_t k = 0; k < steps[index].count; ++k) release(operands[k]);
            store(index, program.tape);
        }
    }

    [[nodiscard]] std::size_t registers() const { return claimed; }

  private:
    /// An instruction without its registers, and the nodes that it reads.
    struct Planned {
        Instruction instruction;
        std::array<std::size_t, 3> operands = {};
        std::size_t count = 0;
    };

    void choose_step(std::size_t index) {
        const ExpressionNode& node = nodes[index];
        Planned& step = steps[index];
        step.instruction.operation = node.operation;
        step.count = arity(node.operation);
        if (step.count > 0) step.operands = {node.left, node.left, node.left};
        if (step.count > 1) step.operands[1] = node.right;
        if (step.count > 2) step.operands[2] = node.condition;
        if (step.count != 2) return;
        const bool constant_left = nodes[node.left].operation == Operation::constant;
        const bool constant_right = nodes[node.right].operation == Operation::constant;
        if (!constant_left && !constant_right) return;
        const double constant = nodes[constant_left ? node.left : node.right].constant;
        const auto fuse = [&](Step kind, double value) {
            step.instruction.step = kind;
            step.instruction.constant = value;
            step.operands.fill(constant_left ? node.right : node.left);
            step.count = 1;
        };
        if (node.operation == Operation::multiply) fuse(Step::scale, constant);
        if (node.operation == Operation::add) fuse(Step::shift, constant);
        if (node.operation == Operation::subtract)
            constant_left ? fuse(Step::reflect, constant) : fuse(Step::shift, -constant);
    }

    void count_uses() {
        uses.assign(nodes.size(), 0);
        for (std::size_t index = nodes.size(); index-- > 0;) {
            uses[index] += wanted[index].size();
            if (uses[index] == 0) continue;
            for (std::size_t k = 0; k < steps[index].count; ++k) ++uses[steps[index].operands[k]];
        }
    }

    void store(std::size_t index, std::vector<Instruction>& instructions) {
        for (const std::uint16_t result : wanted[index]) {
            instructions.push_back({.step = Step::store, .target = result, .left = place[index]});
            release(index);
        }
    }

    std::uint16_t next_register() {
        if (claimed == most_registers)
            throw ExpressionError(1, "the expression has too many terms that must be kept at once");
        return static_cast<std::uint16_t>(claimed++);
    }

    std::uint16_t claim() {
        if (free.empty()) return next_register();
        const std::uint16_t lowest = free.back();
        free.pop_back();
        return lowest;
    }

    // Inputs and constants are filled once and keep their registers.
    void release(std::size_t index) {
        if (--uses[index] == 0 && arity(nodes[index].operation) > 0) free.push_back(place[index]);
    }

    const std::vector<ExpressionNode>& nodes;
    std::vector<std::vector<std::uint16_t>> wanted;
    std::vector<Planned> steps;
    std::vector<std::size_t> uses;
    std::vector<std::uint16_t> place;
    std::vector<std::uint16_t> free;
    std::size_t claimed = 0;
};

ExpressionProgram::ExpressionProgram(const ExpressionGraph& graph,
                                     std::span<const ExpressionGraph::Index> results) {
    Compiler compiler(graph, results);
    compiler.compile(*this);
    block = std::clamp(first_level_cache / compiler.registers() / lane_group * lane_group, lane_group,
                       longest_block);
}

void ExpressionProgram::run(std::span<const double* const> inputs, std::size_t count,
                            std::span<double* const> results) const {
    alignas(64) std::array<double, register_file> values;
    const std::size_t widest = std::min(block, whole_groups(count));
    const auto at = [&](std::uint16_t index) { return values.data() + index * widest; };
    for (const Constant& constant : constants) std::fill_n(at(constant.target), widest, constant.value);
    for (std::size_t done = 0; done < count; done += widest) {
        // A short block is padded to full vectors, so that a value's bytes do not depend on its place.
        const std::size_t here = std::min(widest, count - done);
        const std::size_t lanes = whole_groups(here);
        for (const Input& input : inputs_read) {
            const double* first = inputs[input.variable] + done;
            std::copy_n(first, here, at(input.target));
            std::fill_n(at(input.target) + here, lanes - here, *first);
        }
        for (const Instruction& instruction : tape) {
            if (instruction.step == Step::store) {
                std::copy_n(at(instruction.left), here, results[instruction.target] + done);
                continue;
            }
            const Operands operands{.a = at(instruction.left),
                                    .b = at(instruction.right),
                                    .c = at(instruction.condition),
                                    .v = at(instruction.target),
                                    .lanes = lanes};
            if (instruction.step == Step::graph)
                run_operation(instruction.operation, operands);
            else
                run_affine(instruction, operands);
        }
    }
}

}  // namespace hidyn::math
