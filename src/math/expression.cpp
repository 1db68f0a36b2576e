#include "math/expression.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "math/expression_graph.hpp"
#include "math/expression_tape.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t register_file = 1024;  // doubles, on the stack of the evaluating thread
constexpr std::size_t most_registers = register_file / lane_group;

}  // namespace

/// The compiled expression. Register 0 holds z; constants sit in registers of their own, filled once per
/// call.
struct Expression::Program {
    struct Constant {
        std::uint16_t target = 0;
        double value = 0.0;
    };

    std::string text;
    std::vector<Instruction> tape;
    std::vector<Constant> constants;
    std::uint16_t registers = 1;
    std::uint16_t result = 0;
    std::size_t block = longest_block;
    std::optional<std::vector<double>> polynomial;
    bool smooth = true;

    void run(std::span<const double> z, double* value, double* derivative) const;
};

namespace {

/// Turns a graph into a tape, giving each value the lowest free register from its instruction to its last
/// use.
class Compiler {
  public:
    explicit Compiler(const ParsedExpression& parsed) : nodes(parsed.graph.nodes()), root(parsed.root) {
        choose_steps();
        count_uses();
    }

    void compile(std::vector<Instruction>& tape, std::vector<std::pair<std::uint16_t, double>>& constants) {
        place.assign(nodes.size(), 0);
        for (std::size_t index = 0; index <= root; ++index) {
            if (uses[index] == 0) continue;
            const ExpressionNode& node = nodes[index];
            if (node.operation == Operation::variable) continue;
            if (node.operation == Operation::constant) {
                place[index] = next_register++;
                constants.emplace_back(place[index], node.constant);
            }
        }
        for (std::size_t index = 0; index <= root; ++index) {
            const ExpressionNode& node = nodes[index];
            if (uses[index] == 0 || arity(node.operation) == 0) continue;
            Instruction instruction = steps[index];
            const Operands operands = operands_of(index);
            instruction.left = place[operands.left];
            instruction.right = place[operands.right];
            place[index] = claim();
            instruction.target = place[index];
            tape.push_back(instruction);
            release(operands.left);
            if (operands.count == 2) release(operands.right);
        }
    }

    [[nodiscard]] std::uint16_t registers() const { return next_register; }
    [[nodiscard]] std::uint16_t result() const { return place[root]; }

  private:
    struct Operands {
        std::size_t left = 0;
        std::size_t right = 0;
        std::size_t count = 0;
    };

    void choose_steps() {
        steps.resize(nodes.size());
        varying.resize(nodes.size());
        for (std::size_t index = 0; index <= root; ++index) {
            const ExpressionNode& node = nodes[index];
            steps[index] = {.step = Step::graph, .operation = node.operation};
            varying[index] = node.left;
            if (arity(node.operation) != 2) continue;
            const bool constant_left = nodes[node.left].operation == Operation::constant;
            const bool constant_right = nodes[node.right].operation == Operation::constant;
            if (!constant_left && !constant_right) continue;
            const double constant = nodes[constant_left ? node.left : node.right].constant;
            const auto fuse = [&](Step step, double value) {
                steps[index] = {.step = step, .operation = node.operation, .constant = value};
                varying[index] = constant_left ? node.right : node.left;
            };
            if (node.operation == Operation::multiply) fuse(Step::scale, constant);
            if (node.operation == Operation::add) fuse(Step::shift, constant);
            if (node.operation == Operation::subtract)
                constant_left ? fuse(Step::reflect, constant) : fuse(Step::shift, -constant);
        }
    }

    [[nodiscard]] Operands operands_of(std::size_t index) const {
        if (steps[index].step != Step::graph) return {varying[index], varying[index], 1};
        const std::size_t count = arity(nodes[index].operation);
        return {nodes[index].left, count == 2 ? nodes[index].right : nodes[index].left, count};
    }

    void count_uses() {
        uses.assign(nodes.size(), 0);
        uses[root] = 1;
        for (std::size_t index = root + 1; index-- > 0;) {
            if (uses[index] == 0) continue;
            const Operands operands = operands_of(index);
            if (operands.count > 0) ++uses[operands.left];
            if (operands.count > 1) ++uses[operands.right];
        }
    }

    std::uint16_t claim() {
        if (free.empty()) return next_register++;
        const std::uint16_t lowest = free.back();
        free.pop_back();
        return lowest;
    }

    void release(std::size_t index) {
        if (--uses[index] == 0 && arity(nodes[index].operation) > 0) free.push_back(place[index]);
    }

    const std::vector<ExpressionNode>& nodes;
    std::size_t root;
    std::vector<Instruction> steps;
    std::vector<std::size_t> varying;
    std::vector<std::size_t> uses;
    std::vector<std::uint16_t> place;
    std::vector<std::uint16_t> free;
    std::uint16_t next_register = 1;
};

}  // namespace

Expression Expression::parse(std::string_view text) {
    const ParsedExpression parsed = parse_expression(text);
    auto program = std::make_shared<Program>();
    program->text = text;
    Compiler compiler(parsed);
    std::vector<std::pair<std::uint16_t, double>> constants;
    compiler.compile(program->tape, constants);
    for (const auto& [target, value] : constants) program->constants.push_back({target, value});
    program->registers = compiler.registers();
    program->result = compiler.result();
    if (program->registers > most_registers)
        throw ExpressionError(1, "the expression has too many terms that must be kept at once");
    program->block = std::min(longest_block, register_file / program->registers / lane_group * lane_group);
    program->polynomial = parsed.graph.polynomial(parsed.root);
    program->smooth = parsed.graph.smooth(parsed.root);
    return Expression(std::move(program));
}

std::string Expression::functions() {
    return std::string(expression_names());
}

void Expression::Program::run(std::span<const double> z, double* value, double* derivative) const {
    alignas(64) std::array<double, register_file> values;
    alignas(64) std::array<double, register_file> derivatives;
    const std::size_t widest = std::min(block, (z.size() + lane_group - 1) / lane_group * lane_group);
    const auto values_of = [&](std::uint16_t index) { return values.data() + index * widest; };
    const auto derivatives_of = [&](std::uint16_t index) {
        return derivative ? derivatives.data() + index * widest : nullptr;
    };
    if (derivative) std::fill_n(derivatives_of(0), widest, 1.0);
    for (const Constant& constant : constants) {
        std::fill_n(values_of(constant.target), widest, constant.value);
        if (derivative) std::fill_n(derivatives_of(constant.target), widest, 0.0);
    }
    for (std::size_t done = 0; done < z.size(); done += widest) {
        const std::size_t count = std::min(widest, z.size() - done);
        // A short block is padded to full vectors, so that a value's bytes do not depend on its place.
        const std::size_t lanes = (count + lane_group - 1) / lane_group * lane_group;
        std::copy_n(z.data() + done, count, values_of(0));
        std::fill_n(values_of(0) + count, lanes - count, z[done]);
        for (const Instruction& instruction : tape) {
            const Operands operands{.a = values_of(instruction.left),
                                    .b = values_of(instruction.right),
                                    .v = values_of(instruction.target),
                                    .da = derivatives_of(instruction.left),
                                    .db = derivatives_of(instruction.right),
                                    .dv = derivatives_of(instruction.target),
                                    .lanes = lanes};
            if (instruction.step != Step::graph) {
                run_affine(instruction, operands);
                continue;
            }
            run_values(instruction.operation, operands);
            if (derivative) run_derivatives(instruction.operation, operands);
        }
        std::copy_n(values_of(result), count, value + done);
        if (derivative) std::copy_n(derivatives_of(result), count, derivative + done);
    }
}

double Expression::operator()(double z) const {
    double value = 0.0;
    evaluate({&z, 1}, {&value, 1});
    return value;
}

void Expression::evaluate(std::span<const double> z, std::span<double> value) const {
    program->run(z, value.data(), nullptr);
}

void Expression::evaluate(std::span<const double> z, std::span<double> value,
                          std::span<double> derivative) const {
    program->run(z, value.data(), derivative.data());
}

std::optional<std::vector<double>> Expression::polynomial() const {
    return program->polynomial;
}

bool Expression::smooth() const {
    return program->smooth;
}

std::optional<double> Expression::first_non_finite() const {
    constexpr int steps = 8 * 64;
    for (int step = -steps; step <= steps; ++step) {
        const double z = step / 64.0;
        double value = 0.0;
        double derivative = 0.0;
        evaluate({&z, 1}, {&value, 1}, {&derivative, 1});
        if (!std::isfinite(value) || !std::isfinite(derivative)) return z;
    }
    return std::nullopt;
}

const std::string& Expression::text() const {
    return program->text;
}

}  // namespace hidyn::math
