// SPDX-License-Identifier: MIT
#include "math/expression/multivariate.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "math/expression/expression.hpp"

namespace multivariate_expression_tests {

using hidyn::math::ExpressionError;
using hidyn::math::MultivariateExpression;

namespace {

using Names = std::vector<std::string>;

/// Value, gradient and Hessian's lower triangle at several points, as arrays of each.
struct Jets {
    std::vector<double> value;
    std::vector<std::vector<double>> gradient;
    std::vector<std::vector<double>> hessian;
};

/// points[v] holds the values of variable v.
Jets jets_of(const MultivariateExpression& expression, const std::vector<std::vector<double>>& points) {
    const std::size_t count = points.front().size();
    const std::size_t n = expression.differentiated();
    Jets jets{.value = std::vector<double>(count),
              .gradient = {n, std::vector<double>(count)},
              .hessian = {n * (n + 1) / 2, std::vector<double>(count)}};
    const auto pointers = [](auto& arrays) {
        std::vector<decltype(arrays.front().data())> result(arrays.size());
        for (std::size_t k = 0; k < arrays.size(); ++k) result[k] = arrays[k].data();
        return result;
    };
    expression.jets(pointers(points), count, jets.value.data(), pointers(jets.gradient),
                    pointers(jets.hessian));
    return jets;
}

double value_at(const MultivariateExpression& expression, const std::vector<double>& point) {
    std::vector<const double*> inputs(point.size());
    for (std::size_t axis = 0; axis < point.size(); ++axis) inputs[axis] = &point[axis];
    double value = 0.0;
    expression.evaluate(inputs, 1, &value);
    return value;
}

std::string error_of(const std::string& text, const Names& variables) {
    try {
        (void)MultivariateExpression::parse(text, variables, 1);
    } catch (const ExpressionError& error) {
        return error.message;
    }
    return "no error";
}

}  // namespace

TEST_CASE("multivariate expression: gradient and Hessian agree with Boost's automatic differentiation") {
    // A product of two such numbers is differentiable twice in each variable.
    using boost::math::differentiation::make_ftuple;
    const auto first = std::get<0>(make_ftuple<double, 2, 2>(1.0, 1.0));
    const auto second = std::get<1>(make_ftuple<double, 2, 2>(1.0, 1.0));
    using Number = decltype(first * second);
    struct Row {
        std::string text;
        std::function<Number(const Number&, const Number&)> f;
    };
    const std::vector<Row> rows{
        {"erf(a/sqrt(2)) + 0.5*tanh(b)*a",
         [](const Number& a, const Number& b) { return 1.0 - erfc(a / sqrt(2.0)) + 0.5 * tanh(b) * a; }},
        {"log(1 + exp(-b*a))", [](const Number& a, const Number& b) { return log(1.0 + exp(-b * a)); }},
        {"softplus(-b*a)", [](const Number& a, const Number& b) { return log(1.0 + exp(-b * a)); }},
        {"(a - b)^2/2", [](const Number& a, const Number& b) { return (a - b) * (a - b) / 2.0; }},
        {"sqrt(1 + (a^2 - b)^2) - 1",
         [](const Number& a, const Number& b) { return sqrt(1.0 + (a * a - b) * (a * a - b)) - 1.0; }},
        {"a*b/(1 + a^2 + b^2)",
         [](const Number& a, const Number& b) { return a * b / (1.0 + a * a + b * b); }},
        {"(2 + sin(a))^b", [](const Number& a, const Number& b) { return exp(b * log(2.0 + sin(a))); }},
        {"max(a*b, a - b) + relu(a)*abs(b)",
         [](const Number& a, const Number& b) {
             const Number zero = 0.0 * a;
             return (a * b > a - b ? a * b : a - b) + (a > 0.0 ? a : zero) * (b > 0.0 ? b : -b);
         }},
        {"3", [](const Number& a, const Number&) { return 3.0 + 0.0 * a; }},
    };
    for (const Row& row : rows) {
        const auto expression = MultivariateExpression::parse(row.text, {"a", "b"}, 2);
        for (const auto& place : {std::pair{-1.3, 0.4}, {0.7, -2.1}, {2.2, 1.9}, {-0.3, -0.8}}) {
            const double x = place.first;
            const double y = place.second;
            CAPTURE(row.text);
            CAPTURE(x);
            const auto [a, b] = make_ftuple<double, 2, 2>(x, y);
            const Number exact = row.f(a + 0.0 * b, 0.0 * a + b);
            const Jets jets = jets_of(expression, {{x}, {y}});
            CHECK(jets.value[0] == value_at(expression, {x, y}));
            CHECK(jets.value[0] == doctest::Approx(exact.derivative(0, 0)).epsilon(1e-13));
            CHECK(jets.gradient[0][0] == doctest::Approx(exact.derivative(1, 0)).epsilon(1e-12));
            CHECK(jets.gradient[1][0] == doctest::Approx(exact.derivative(0, 1)).epsilon(1e-12));
            CHECK(jets.hessian[0][0] == doctest::Approx(exact.derivative(2, 0)).epsilon(1e-11));
            CHECK(jets.hessian[1][0] == doctest::Approx(exact.derivative(1, 1)).epsilon(1e-11));
            CHECK(jets.hessian[2][0] == doctest::Approx(exact.derivative(0, 2)).epsilon(1e-11));
        }
    }
}

TEST_CASE("multivariate expression: the Hessian is the same whichever variable comes first") {
    const std::string text = "tanh(x*y - w)*exp(-w^2/3) + sin(x + y*w)/(2 + cos(y)) + erf(x)*softplus(w)";
    const auto forward = MultivariateExpression::parse(text, {"x", "y", "w"}, 3);
    const auto backward = MultivariateExpression::parse(text, {"w", "y", "x"}, 3);
    const Jets one = jets_of(forward, {{0.3}, {-1.2}, {0.9}});
    const Jets other = jets_of(backward, {{0.9}, {-1.2}, {0.3}});
    constexpr std::array mirror{5, 4, 2, 3, 1, 0};
    for (std::size_t entry = 0; entry < mirror.size(); ++entry) {
        CAPTURE(entry);
        CHECK(one.hessian[entry][0] == doctest::Approx(other.hessian[mirror[entry]][0]).epsilon(1e-12));
    }
}

TEST_CASE("multivariate expression: only the first variables are differentiated") {
    const auto loss = MultivariateExpression::parse("y*(f - y)^2/2 + g", {"f", "g", "y"}, 2);
    const Jets jets = jets_of(loss, {{2.0}, {5.0}, {3.0}});
    CHECK(jets.value[0] == 6.5);
    CHECK(jets.gradient == std::vector<std::vector<double>>{{-3.0}, {1.0}});
    CHECK(jets.hessian == std::vector<std::vector<double>>{{3.0}, {0.0}, {0.0}});
    CHECK(loss.depends_on(0));
    CHECK(loss.depends_on(2));
    CHECK_FALSE(MultivariateExpression::parse("f^2", {"f", "y"}, 1).depends_on(1));
    CHECK(loss.text() == "y*(f - y)^2/2 + g");
    CHECK(loss.variables() == Names{"f", "g", "y"});
    CHECK_THROWS_AS((void)MultivariateExpression::parse("f", {"f"}, 2), std::invalid_argument);
}

TEST_CASE("multivariate expression: a value does not depend on its place, nor on the number of points") {
    const auto expression =
        MultivariateExpression::parse("erf(a)*tanh(b) + exp(-a^2)*softplus(b)/(1 + a^2)", {"a", "b"}, 2);
    std::vector<std::vector<double>> points(2);
    for (int i = 0; i < 203; ++i) {
        points[0].push_back(-4.0 + 0.04 * i);
        points[1].push_back(3.0 - 0.03 * i);
    }
    const Jets all = jets_of(expression, points);
    for (std::size_t i = 0; i < points[0].size(); ++i) {
        const Jets alone = jets_of(expression, {{points[0][i]}, {points[1][i]}});
        CHECK(all.value[i] == alone.value[0]);
        CHECK(all.value[i] == value_at(expression, {points[0][i], points[1][i]}));
        for (std::size_t k = 0; k < 2; ++k) CHECK(all.gradient[k][i] == alone.gradient[k][0]);
        for (std::size_t k = 0; k < 3; ++k) CHECK(all.hessian[k][i] == alone.hessian[k][0]);
    }
}

TEST_CASE("multivariate expression: constant Hessians and kinks are recognised") {
    struct Row {
        std::string text;
        bool constant_hessian;
        bool twice_differentiable;
    };
    for (const Row& row : std::vector<Row>{
             {"(f - y)^2/2", true, true},
             {"f^2 - 3*f*g + y*f + 0*f^3", true, true},
             {"7", true, true},
             {"y*f^2", false, true},
             {"f^3", false, true},
             {"log(1 + exp(-y*f))", false, true},
             {"abs(y)*f + relu(2)", true, true},
             {"abs(f - y)", true, false},
             {"f*relu(g)", false, false},
             {"max(f, y)", true, false},
             {"sign(y)*f", true, true},
         }) {
        CAPTURE(row.text);
        const auto expression = MultivariateExpression::parse(row.text, {"f", "g", "y"}, 2);
        CHECK(expression.twice_differentiable() == row.twice_differentiable);
        CHECK(expression.hessian_is_constant() == row.constant_hessian);
    }
}

TEST_CASE("multivariate expression: points without finite values or derivatives are reported") {
    const auto bad = [](const std::string& text) {
        return MultivariateExpression::parse(text, {"f", "y"}, 1).first_non_finite();
    };
    using Point = std::vector<double>;
    CHECK_FALSE(bad("log(1 + exp(-y*f))"));
    CHECK_FALSE(bad("f^2*abs(f) - y"));
    CHECK(bad("f/y") == Point{0.0, 0.0});
    CHECK(bad("sqrt(f^2)") == Point{0.0, 0.0});
    CHECK(bad("log(f + 9)*y + 1/(f - 1)") == Point{1.0, 0.0});
    CHECK(bad("sqrt(f + y + 9)"));  // only where both are negative
}

TEST_CASE("multivariate expression: errors name the variables in scope") {
    CHECK(error_of("z^2", {"f", "y"}).substr(0, 43) == "unknown name 'z'; known are f, y, pi, exp, ");
    CHECK(error_of("f*", {"f", "y"}) == "expected a number, f, y, pi, a function or '('");
    CHECK(error_of("y(2)", {"f", "y"}) == "'y' is not a function");
    CHECK(error_of("z1 + z2", {"z1", "z2"}) == "no error");
}

TEST_CASE("multivariate expression: a long text with many shared terms compiles") {
    std::string text = "0";
    for (int term = 1; term < 60; ++term) text += " + tanh(a*b - " + std::to_string(term) + ")";
    const auto expression = MultivariateExpression::parse(text, {"a", "b", "c"}, 3);
    double exact = 0.0;
    for (int term = 1; term < 60; ++term) exact += std::tanh(6.0 - term);
    CHECK(jets_of(expression, {{2.0}, {3.0}, {0.0}}).value[0] == doctest::Approx(exact).epsilon(1e-13));
}

}  // namespace multivariate_expression_tests
