// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "math/activation.hpp"
#include "math/expression/expression.hpp"
#include "math/expression/multivariate.hpp"
#include "math/vectors/vector_math.hpp"

using namespace hidyn::math;

namespace {

constexpr std::size_t points = 1024;

std::vector<double> line(double first, double last) {
    std::vector<double> z(points);
    for (std::size_t i = 0; i < points; ++i)
        z[i] = first + (last - first) * static_cast<double>(i) / static_cast<double>(points - 1);
    return z;
}

void count_points(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(points));
}

}  // namespace

// The floor of erf_jets: nothing but the C library's vector routines, which take all their time in arithmetic
// (1024 points and their results lie in the first-level cache).
static void erf_and_exp(benchmark::State& state) {
    const std::vector<double> z = line(-4.0, 0.0);
    std::vector<double> first(points);
    std::vector<double> second(points);
    for (auto _ : state) {
        erf(z, first);
        exp(z, second);
        benchmark::DoNotOptimize(first.data());
        benchmark::DoNotOptimize(second.data());
    }
    count_points(state);
}
BENCHMARK(erf_and_exp);

// Floor: one erf and one exp (erf_and_exp, 5.8 ns a point) and three passes of one or two operations, which
// read 32 bytes and write 32 a point in L1: 4 cycles with 128-bit units, 1.6 ns. Measured on such a core: 6.8
// ns, 1.2 times erf_and_exp.
static void erf_jets(benchmark::State& state) {
    const Activation g = Activation::named("erf");
    const std::vector<double> z = line(-4.0, 4.0);
    std::vector<double> value(points);
    std::vector<double> slope(points);
    std::vector<double> curvature(points);
    for (auto _ : state) {
        g.jets(z, value, slope, curvature);
        benchmark::DoNotOptimize(curvature.data());
    }
    count_points(state);
}
BENCHMARK(erf_jets);

// The same function as text: eight steps of the tape instead of fused passes. Measured 9.2 ns, 1.6 times
// erf_and_exp.
static void expression_jets(benchmark::State& state) {
    const Expression g = Expression::parse("erf(z/sqrt(2))");
    const std::vector<double> z = line(-4.0, 4.0);
    std::vector<double> value(points);
    std::vector<double> slope(points);
    std::vector<double> curvature(points);
    for (auto _ : state) {
        g.evaluate(z, value, slope, curvature);
        benchmark::DoNotOptimize(curvature.data());
    }
    count_points(state);
}
BENCHMARK(expression_jets);

/// Value, gradient and Hessian of a function of two variables.
static void hessian(benchmark::State& state, const char* text) {
    const auto function = MultivariateExpression::parse(text, {"a", "b"}, 2);
    const std::vector<double> a = line(-4.0, 4.0);
    const std::vector<double> b = line(3.0, -3.0);
    std::array<std::vector<double>, 6> results;
    std::array<double*, 6> at{};
    for (std::size_t k = 0; k < results.size(); ++k) {
        results[k].resize(points);
        at[k] = results[k].data();
    }
    const std::array<const double*, 2> inputs{a.data(), b.data()};
    for (auto _ : state) {
        function.jets(inputs, points, at[0], std::span(at).subspan(1, 2), std::span(at).subspan(3, 3));
        benchmark::DoNotOptimize(at.data());
        benchmark::ClobberMemory();
    }
    count_points(state);
}
// Floor: two exp at 2.9 ns and one log1p at 4.9 ns, 11 ns. Measured 18 ns, 1.7 times that.
BENCHMARK_CAPTURE(hessian, logistic, "softplus(-b*a)");
// Floor: one erf, one exp and one tanh: functions_of_two_units, 12.2 ns. Measured 20 ns, 1.6 times that: the
// tape's other 18 steps and 8 copies are loads and stores in L1, 0.3 ns each.
BENCHMARK_CAPTURE(hessian, two_units, "erf(a/sqrt(2)) + 0.5*tanh(b)*a");

static void functions_of_two_units(benchmark::State& state) {
    const std::vector<double> a = line(-4.0, 0.0);
    std::array<std::vector<double>, 3> results{std::vector<double>(points), std::vector<double>(points),
                                               std::vector<double>(points)};
    for (auto _ : state) {
        erf(a, results[0]);
        exp(a, results[1]);
        tanh(a, results[2]);
        for (auto& result : results) benchmark::DoNotOptimize(result.data());
    }
    count_points(state);
}
BENCHMARK(functions_of_two_units);
