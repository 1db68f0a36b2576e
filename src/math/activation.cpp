// SPDX-License-Identifier: MIT
#include "math/activation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <tuple>

#include "core/error.hpp"
#include "core/kernel.hpp"
#include "math/expression/expression.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::math {

enum class ActivationKernel { erf, relu, tanh, polynomial, expression };

namespace {

constexpr std::size_t full_vector = 8;
constexpr std::size_t block = 256;  // all passes over a block find it in the first-level cache

HIDYN_KERNEL void scaled(std::span<const double> z, double factor, std::span<double> result) {
    for (std::size_t i = 0; i < z.size(); ++i) result[i] = factor * z[i];
}

// Arguments of the error function and of its derivative's exponential.
HIDYN_KERNEL void erf_arguments(std::span<const double> z, std::span<double> g, std::span<double> dg) {
    const double* in = z.data();
    double* first = g.data();
    double* second = dg.data();
    const std::size_t count = z.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        first[i] = std::numbers::sqrt2 / 2.0 * in[i];
        second[i] = -0.5 * in[i] * in[i];
    }
}

HIDYN_KERNEL void relu(std::span<const double> z, std::span<double> g) {
    for (std::size_t i = 0; i < z.size(); ++i) g[i] = z[i] < 0.0 ? 0.0 : z[i];
}

HIDYN_KERNEL void positive(std::span<const double> z, std::span<double> dg) {
    for (std::size_t i = 0; i < z.size(); ++i) dg[i] = z[i] > 0.0 ? 1.0 : 0.0;
}

HIDYN_KERNEL void tanh_derivative(std::span<const double> g, std::span<double> dg) {
    for (std::size_t i = 0; i < g.size(); ++i) dg[i] = 1.0 - g[i] * g[i];
}

HIDYN_KERNEL void tanh_second_derivative(std::span<const double> g, std::span<const double> dg,
                                         std::span<double> ddg) {
    for (std::size_t i = 0; i < g.size(); ++i) ddg[i] = -2.0 * g[i] * dg[i];
}

// From E = exp(-z^2 / 2), given in dg: g' = sqrt(2 / pi) E and g'' = -z g'.
HIDYN_KERNEL void erf_derivatives(std::span<const double> z, std::span<double> dg, std::span<double> ddg) {
    constexpr double factor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    const double* in = z.data();
    double* first = dg.data();
    double* second = ddg.data();
    const std::size_t count = z.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double slope = factor * first[i];
        first[i] = slope;
        second[i] = -in[i] * slope;
    }
}

HIDYN_KERNEL void cubic(std::span<const double> c, std::span<const double> z, std::span<double> g) {
    const double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    for (std::size_t i = 0; i < z.size(); ++i) g[i] = ((c3 * z[i] + c2) * z[i] + c1) * z[i] + c0;
}

HIDYN_KERNEL void cubic_derivative(std::span<const double> c, std::span<const double> z,
                                   std::span<double> dg) {
    const double c1 = c[1], c2 = 2.0 * c[2], c3 = 3.0 * c[3];
    for (std::size_t i = 0; i < z.size(); ++i) dg[i] = (c3 * z[i] + c2) * z[i] + c1;
}

HIDYN_KERNEL void cubic_second_derivative(std::span<const double> c, std::span<const double> z,
                                          std::span<double> ddg) {
    const double c2 = 2.0 * c[2], c3 = 6.0 * c[3];
    for (std::size_t i = 0; i < z.size(); ++i) ddg[i] = c3 * z[i] + c2;
}

HIDYN_KERNEL void horner(std::span<const double> c, std::span<const double> z, std::span<double> g) {
    std::fill(g.begin(), g.end(), c.back());
    for (std::size_t k = c.size() - 1; k-- > 0;)
        for (std::size_t i = 0; i < z.size(); ++i) g[i] = g[i] * z[i] + c[k];
}

std::vector<double> differentiated(const std::vector<double>& coefficients) {
    std::vector<double> result;
    for (std::size_t k = 1; k < coefficients.size(); ++k)
        result.push_back(static_cast<double>(k) * coefficients[k]);
    return result;
}

/// Applies `kernel(z, results...)` block by block. Spans that are not whole vectors end in a padded one: the
/// C library's scalar and vector routines differ in the last bit, and a value must not depend on its place.
template <class Kernel, class... Results>
void in_blocks(const Kernel& kernel, std::span<const double> z, Results... results) {
    const std::size_t whole = z.size() / full_vector * full_vector;
    for (std::size_t done = 0; done < whole; done += block) {
        const std::size_t count = std::min(block, whole - done);
        kernel(z.subspan(done, count), results.subspan(done, count)...);
    }
    const std::size_t rest = z.size() - whole;
    if (rest == 0) return;
    std::array<double, full_vector> arguments{};
    std::array<std::array<double, full_vector>, sizeof...(results)> buffers;
    std::copy_n(z.data() + whole, rest, arguments.data());
    std::size_t buffer = 0;
    const auto next = [&](const auto&) -> std::span<double> { return buffers[buffer++]; };
    std::apply([&](auto... spans) { kernel(std::span<const double>(arguments), spans...); },
               std::tuple{next(results)...});
    buffer = 0;
    (std::copy_n(next(results).data(), rest, results.data() + whole), ...);
}

}  // namespace

struct Activation::Definition {
    std::string label;
    ActivationKernel kernel = ActivationKernel::expression;
    Family family = Family::general;
    bool smooth = true;
    double steepness = 1.0;
    std::vector<double> coefficients = {};
    std::vector<double> padded = {};      ///< at least four coefficients: most polynomials are at most cubic
    std::vector<double> derivative = {};  ///< coefficients of g', for higher degrees
    std::vector<double> second_derivative = {};
    std::optional<Expression> expression = {};

    static std::shared_ptr<const Definition> polynomial(std::string_view label,
                                                        std::vector<double> coefficients) {
        auto definition = std::make_shared<Definition>(Definition{.label = std::string(label),
                                                                  .kernel = ActivationKernel::polynomial,
                                                                  .family = Family::polynomial,
                                                                  .coefficients = std::move(coefficients)});
        definition->padded = definition->coefficients;
        definition->padded.resize(std::max<std::size_t>(definition->padded.size(), 4), 0.0);
        definition->derivative = differentiated(definition->padded);
        definition->second_derivative = differentiated(definition->derivative);
        return definition;
    }

    void values(std::span<const double> z, std::span<double> g) const {
        switch (kernel) {
            case ActivationKernel::erf:
                scaled(z, std::numbers::sqrt2 / 2.0, g);
                erf(g, g);
                break;
            case ActivationKernel::relu:
                relu(z, g);
                break;
            case ActivationKernel::tanh:
                tanh(z, g);
                break;
            case ActivationKernel::polynomial:
                padded.size() == 4 ? cubic(padded, z, g) : horner(padded, z, g);
                break;
            case ActivationKernel::expression:
                expression->evaluate(z, g);
                break;
        }
    }

    void values_and_derivatives(std::span<const double> z, std::span<double> g, std::span<double> dg) const {
        switch (kernel) {
            case ActivationKernel::erf:
                erf_arguments(z, g, dg);
                erf(g, g);
                exp(dg, dg);
                scaled(dg, std::numbers::sqrt2 * std::numbers::inv_sqrtpi, dg);
                break;
            case ActivationKernel::relu:
                relu(z, g);
                positive(z, dg);
                break;
            case ActivationKernel::tanh:
                tanh(z, g);
                tanh_derivative(g, dg);
                break;
            case ActivationKernel::polynomial:
                values(z, g);
                padded.size() == 4 ? cubic_derivative(padded, z, dg) : horner(derivative, z, dg);
                break;
            case ActivationKernel::expression:
                expression->evaluate(z, g, dg);
                break;
        }
    }

    void jets(std::span<const double> z, std::span<double> g, std::span<double> dg,
              std::span<double> ddg) const {
        switch (kernel) {
            case ActivationKernel::erf:
                erf_arguments(z, g, dg);
                erf(g, g);
                exp(dg, dg);
                erf_derivatives(z, dg, ddg);
                break;
            case ActivationKernel::relu:
                values_and_derivatives(z, g, dg);
                std::fill(ddg.begin(), ddg.end(), 0.0);
                break;
            case ActivationKernel::tanh:
                values_and_derivatives(z, g, dg);
                tanh_second_derivative(g, dg, ddg);
                break;
            case ActivationKernel::polynomial:
                values_and_derivatives(z, g, dg);
                padded.size() == 4 ? cubic_second_derivative(padded, z, ddg)
                                   : horner(second_derivative, z, ddg);
                break;
            case ActivationKernel::expression:
                expression->evaluate(z, g, dg, ddg);
                break;
        }
    }
};

std::vector<ActivationDescription> Activation::catalogue() {
    return {
        {"erf", "erf(z / sqrt(2))", true}, {"relu", "max(z, 0)", true}, {"linear", "z", true},
        {"quadratic", "z^2", true},        {"he2", "z^2 - 1", true},    {"he3", "z^3 - 3*z", true},
        {"tanh", "tanh(z)", false},
    };
}

Activation Activation::named(std::string_view name) {
    const auto polynomial = [&](std::vector<double> coefficients) {
        return Activation(Definition::polynomial(name, std::move(coefficients)));
    };
    const auto special = [&](ActivationKernel kernel, Family family, bool smooth) {
        return Activation(std::make_shared<Definition>(
            Definition{.label = std::string(name), .kernel = kernel, .family = family, .smooth = smooth}));
    };
    if (name == "erf") return special(ActivationKernel::erf, Family::erf, true);
    if (name == "relu") return special(ActivationKernel::relu, Family::relu, false);
    if (name == "tanh") return special(ActivationKernel::tanh, Family::general, true);
    if (name == "linear") return polynomial({0.0, 1.0});
    if (name == "quadratic") return polynomial({0.0, 0.0, 1.0});
    if (name == "he2") return polynomial({-1.0, 0.0, 1.0});
    if (name == "he3") return polynomial({0.0, -3.0, 0.0, 1.0});
    std::string known;
    for (const ActivationDescription& entry : catalogue()) known += (known.empty() ? "" : ", ") + entry.name;
    throw InputError("unknown activation '" + std::string(name) + "'; named ones are " + known +
                     ", any other function of z can be given as an expression");
}

namespace {

// max |g''| / max |g'| over [-8, 8] by differences of g', in units of tanh's 4 / (3 sqrt 3).
double steepness_of(const Expression& expression) {
    constexpr double spacing = 1.0 / 1024.0;
    std::vector<double> z;
    for (int place = -8192; place <= 8192; ++place) z.push_back(spacing * place);
    std::vector<double> g(z.size());
    std::vector<double> slope(z.size());
    expression.evaluate(z, g, slope);
    double steepest = 0.0;
    double sharpest = 0.0;
    for (std::size_t index = 1; index < z.size(); ++index) {
        steepest = std::max(steepest, std::abs(slope[index]));
        sharpest = std::max(sharpest, std::abs(slope[index] - slope[index - 1]) / spacing);
    }
    const double tanh_ratio = 4.0 / (3.0 * std::sqrt(3.0));
    const double ratio = sharpest / (tanh_ratio * steepest);
    return std::isfinite(ratio) ? std::max(1.0, ratio) : 1.0;
}

}  // namespace

Activation Activation::from_expression(std::string_view text) {
    const Expression expression = Expression::parse(text);
    if (auto coefficients = expression.polynomial())
        return Activation(Definition::polynomial(text, std::move(*coefficients)));
    return Activation(std::make_shared<Definition>(
        Definition{.label = std::string(text),
                   .kernel = ActivationKernel::expression,
                   .smooth = expression.smooth(),
                   .steepness = expression.smooth() ? steepness_of(expression) : 1.0,
                   .expression = expression}));
}

Family Activation::family() const {
    return definition->family;
}
const std::vector<double>& Activation::coefficients() const {
    return definition->coefficients;
}
const std::string& Activation::label() const {
    return definition->label;
}
double Activation::steepness() const {
    return definition->steepness;
}

bool Activation::smooth() const {
    return definition->smooth;
}

void Activation::values(std::span<const double> z, std::span<double> g) const {
    in_blocks([this](auto... spans) { definition->values(spans...); }, z, g);
}

void Activation::values_and_derivatives(std::span<const double> z, std::span<double> g,
                                        std::span<double> dg) const {
    in_blocks([this](auto... spans) { definition->values_and_derivatives(spans...); }, z, g, dg);
}

void Activation::jets(std::span<const double> z, std::span<double> g, std::span<double> dg,
                      std::span<double> ddg) const {
    in_blocks([this](auto... spans) { definition->jets(spans...); }, z, g, dg, ddg);
}

double Activation::value(double z) const {
    double g = 0.0;
    values({&z, 1}, {&g, 1});
    return g;
}

double Activation::derivative(double z) const {
    double g = 0.0;
    double dg = 0.0;
    values_and_derivatives({&z, 1}, {&g, 1}, {&dg, 1});
    return dg;
}

}  // namespace hidyn::math
