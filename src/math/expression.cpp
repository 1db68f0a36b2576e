#include "math/expression.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/kernel.hpp"
#include "math/expression_graph.hpp"
#include "math/vector_math.hpp"

namespace hidyn::math {

namespace {

constexpr std::size_t lane_group = 8;  // one full vector of the widest machine
constexpr std::size_t longest_block = 64;
constexpr std::size_t register_file = 1024;  // doubles, on the stack of the evaluating thread
constexpr std::size_t most_registers = register_file / lane_group;

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

/// Calls f(i) for every lane. Groups of fixed length let the compiler use full vectors without a remainder.
template <class F>
[[gnu::always_inline]] inline void for_lanes(std::size_t lanes, F f) {
    for (std::size_t group = 0; group < lanes; group += lane_group)
#pragma omp simd
        for (std::size_t lane = 0; lane < lane_group; ++lane) f(group + lane);
}

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

HIDYN_KERNEL void run_affine(const Instruction& instruction, const Operands& o) {
    const double c = instruction.constant;
    switch (instruction.step) {
        case Step::scale:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = c * o.a[i]; });
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = c * o.da[i]; });
            break;
        case Step::shift:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = o.a[i] + c; });
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = o.da[i]; });
            break;
        default:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = c - o.a[i]; });
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = -o.da[i]; });
    }
}

HIDYN_KERNEL void run_values(Operation operation, const Operands& o) {
    const double* a = o.a;
    const double* b = o.b;
    double* v = o.v;
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            break;
        case Operation::add:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] + b[i]; });
            break;
        case Operation::subtract:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] - b[i]; });
            break;
        case Operation::multiply:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] * b[i]; });
            break;
        case Operation::divide:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] / b[i]; });
            break;
        case Operation::power:
            pow(o.left(), o.right(), o.value());
            break;
        // NaN on either side stays NaN.
        case Operation::maximum:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] > b[i] || a[i] != a[i] ? a[i] : b[i]; });
            break;
        case Operation::minimum:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] < b[i] || a[i] != a[i] ? a[i] : b[i]; });
            break;
        case Operation::negate:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -a[i]; });
            break;
        case Operation::exp:
            exp(o.left(), o.value());
            break;
        case Operation::log:
            log(o.left(), o.value());
            break;
        case Operation::sqrt:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = std::sqrt(a[i]); });
            break;
        case Operation::abs:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = std::abs(a[i]); });
            break;
        case Operation::tanh:
            tanh(o.left(), o.value());
            break;
        case Operation::sin:
            sin(o.left(), o.value());
            break;
        case Operation::cos:
            cos(o.left(), o.value());
            break;
        case Operation::atan:
            atan(o.left(), o.value());
            break;
        case Operation::erf:
            erf(o.left(), o.value());
            break;
        case Operation::sign:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] > 0.0 ? 1.0 : (a[i] < 0.0 ? -1.0 : a[i]); });
            break;
        case Operation::relu:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] < 0.0 ? 0.0 : a[i]; });
            break;
        case Operation::sigmoid:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -a[i]; });
            exp(o.value(), o.value());
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = 1.0 / (1.0 + v[i]); });
            break;
        case Operation::softplus:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -std::abs(a[i]); });
            exp(o.value(), o.value());
            log1p(o.value(), o.value());
            for_lanes(o.lanes, [&](std::size_t i) { v[i] += a[i] < 0.0 ? 0.0 : a[i]; });
            break;
    }
}

/// Forward differentiation of one instruction, after its values are known.
HIDYN_KERNEL void run_derivatives(Operation operation, const Operands& o) {
    const double* a = o.a;
    const double* b = o.b;
    const double* v = o.v;
    const double* da = o.da;
    const double* db = o.db;
    double* dv = o.dv;
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            break;
        case Operation::add:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] + db[i]; });
            break;
        case Operation::subtract:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] - db[i]; });
            break;
        case Operation::multiply:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] * b[i] + a[i] * db[i]; });
            break;
        case Operation::divide:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = (da[i] - v[i] * db[i]) / b[i]; });
            break;
        case Operation::power: {
            // b a^(b-1) a' + log(a) a^b b', without the second term (and its log) where b does not vary.
            std::array<double, longest_block> slope;
            std::array<double, longest_block> logarithm;
            for_lanes(o.lanes, [&](std::size_t i) { slope[i] = b[i] - 1.0; });
            pow(o.left(), {slope.data(), o.lanes}, {slope.data(), o.lanes});
            log(o.left(), {logarithm.data(), o.lanes});
            for_lanes(o.lanes, [&](std::size_t i) {
                const double by_exponent = db[i] == 0.0 ? 0.0 : v[i] * logarithm[i] * db[i];
                dv[i] = b[i] * slope[i] * da[i] + by_exponent;
            });
            break;
        }
        // At a tie the two sides' slopes give the one-sided derivatives; the one from the left is taken.
        case Operation::maximum:
            for_lanes(o.lanes, [&](std::size_t i) {
                const bool left = a[i] > b[i] || (a[i] == b[i] && da[i] < db[i]);
                dv[i] = left ? da[i] : db[i];
            });
            break;
        case Operation::minimum:
            for_lanes(o.lanes, [&](std::size_t i) {
                const bool left = a[i] < b[i] || (a[i] == b[i] && da[i] > db[i]);
                dv[i] = left ? da[i] : db[i];
            });
            break;
        case Operation::negate:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -da[i]; });
            break;
        case Operation::exp:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = v[i] * da[i]; });
            break;
        case Operation::log:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / a[i]; });
            break;
        case Operation::sqrt:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = 0.5 * da[i] / v[i]; });
            break;
        case Operation::abs:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = a[i] > 0.0 ? da[i] : -da[i]; });
            break;
        case Operation::tanh:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = (1.0 - v[i] * v[i]) * da[i]; });
            break;
        case Operation::sin:
            cos(o.left(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= da[i]; });
            break;
        case Operation::cos:
            sin(o.left(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= -da[i]; });
            break;
        case Operation::atan:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / (1.0 + a[i] * a[i]); });
            break;
        case Operation::erf:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -a[i] * a[i]; });
            exp(o.derivative(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= 2.0 * std::numbers::inv_sqrtpi * da[i]; });
            break;
        case Operation::sign:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = 0.0; });
            break;
        case Operation::relu:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = a[i] > 0.0 ? da[i] : 0.0; });
            break;
        case Operation::sigmoid:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = v[i] * (1.0 - v[i]) * da[i]; });
            break;
        case Operation::softplus:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -a[i]; });
            exp(o.derivative(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / (1.0 + dv[i]); });
            break;
    }
}

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
