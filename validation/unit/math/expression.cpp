// SPDX-License-Identifier: MIT
#include "math/expression/expression.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace expression_tests {

using hidyn::math::Expression;
using hidyn::math::ExpressionError;

namespace {

struct Slope {
    double value = 0.0;
    double derivative = 0.0;
};

Slope at(const Expression& expression, double z) {
    Slope result;
    expression.evaluate({&z, 1}, {&result.value, 1}, {&result.derivative, 1});
    return result;
}

ExpressionError error_of(const std::string& text) {
    try {
        (void)Expression::parse(text);
    } catch (const ExpressionError& error) {
        return error;
    }
    return {0, "no error"};
}

}  // namespace

TEST_CASE("expression: values and derivatives are those of the formula") {
    struct Row {
        std::string text;
        std::function<double(double)> f;
        std::function<double(double)> df;
    };
    using std::cos, std::cosh, std::erf, std::exp, std::log, std::pow, std::sin, std::sqrt, std::tanh;
    const std::vector<Row> rows{
        {"3", [](double) { return 3.0; }, [](double) { return 0.0; }},
        {"z", [](double z) { return z; }, [](double) { return 1.0; }},
        {"z^3 - 3*z", [](double z) { return z * z * z - 3 * z; }, [](double z) { return 3 * z * z - 3; }},
        {"-z^2", [](double z) { return -z * z; }, [](double z) { return -2 * z; }},
        {"2^-1*z", [](double z) { return z / 2; }, [](double) { return 0.5; }},
        {"2^3^2 + 0*z", [](double) { return 512.0; }, [](double) { return 0.0; }},
        {"1/(1 + z^2)", [](double z) { return 1 / (1 + z * z); },
         [](double z) { return -2 * z / pow(1 + z * z, 2); }},
        {"(1 + z^2)^-2", [](double z) { return pow(1 + z * z, -2); },
         [](double z) { return -4 * z * pow(1 + z * z, -3); }},
        {"exp(-z^2/2)/sqrt(2*pi)", [](double z) { return exp(-z * z / 2) / sqrt(2 * std::numbers::pi); },
         [](double z) { return -z * exp(-z * z / 2) / sqrt(2 * std::numbers::pi); }},
        {"tanh(2*z) - z", [](double z) { return tanh(2 * z) - z; },
         [](double z) { return 2 / pow(cosh(2 * z), 2) - 1; }},
        {"sin(z)*cos(z)", [](double z) { return sin(z) * cos(z); }, [](double z) { return cos(2 * z); }},
        {"erf(z/sqrt(2))", [](double z) { return erf(z / sqrt(2.0)); },
         [](double z) { return sqrt(2 / std::numbers::pi) * exp(-z * z / 2); }},
        {"log(2 + sin(z))", [](double z) { return log(2 + sin(z)); },
         [](double z) { return cos(z) / (2 + sin(z)); }},
        {"sqrt(1 + z^2)", [](double z) { return sqrt(1 + z * z); },
         [](double z) { return z / sqrt(1 + z * z); }},
        {"(1 + z^2)^1.5", [](double z) { return pow(1 + z * z, 1.5); },
         [](double z) { return 3 * z * sqrt(1 + z * z); }},
        {"2^z", [](double z) { return pow(2, z); }, [](double z) { return log(2.0) * pow(2, z); }},
        {"atan(z)", [](double z) { return std::atan(z); }, [](double z) { return 1 / (1 + z * z); }},
        {"abs(z)", [](double z) { return std::abs(z); }, [](double z) { return z > 0 ? 1.0 : -1.0; }},
        {"relu(z) + min(z, 1) - max(-z, 2)",
         [](double z) { return std::max(z, 0.0) + std::min(z, 1.0) - std::max(-z, 2.0); },
         [](double z) { return (z > 0 ? 1.0 : 0.0) + (z < 1 ? 1.0 : 0.0) + (-z > 2 ? 1.0 : 0.0); }},
        {"sign(z)*z", [](double z) { return std::abs(z); }, [](double z) { return z > 0 ? 1.0 : -1.0; }},
        {"sigmoid(z)", [](double z) { return 1 / (1 + exp(-z)); },
         [](double z) { return 1 / (2 + exp(z) + exp(-z)); }},
        {"softplus(z)", [](double z) { return log(1 + exp(z)); }, [](double z) { return 1 / (1 + exp(-z)); }},
        {"1.5e-1 * (z - .5) / 2. - - z", [](double z) { return 0.075 * (z - 0.5) + z; },
         [](double) { return 1.075; }},
        {"4 - (3 - z)*z/(z*z + 5)", [](double z) { return 4 - (3 - z) * z / (z * z + 5); },
         [](double z) { return -((3 - 2 * z) * (z * z + 5) - (3 - z) * z * 2 * z) / pow(z * z + 5, 2); }},
    };
    for (const Row& row : rows) {
        const Expression expression = Expression::parse(row.text);
        for (const double z : {-3.7, -1.3, -0.2, 0.3, 0.9, 2.6, 7.1}) {
            CAPTURE(row.text);
            CAPTURE(z);
            CHECK(at(expression, z).value == doctest::Approx(row.f(z)).epsilon(1e-13));
            CHECK(at(expression, z).derivative == doctest::Approx(row.df(z)).epsilon(1e-12));
            CHECK(expression(z) == at(expression, z).value);
        }
    }
}

TEST_CASE("expression: derivatives agree with Boost's automatic differentiation") {
    const Expression expression =
        Expression::parse("exp(-abs(z))*sin(3*z) + z^5/(1 + z^2) + tanh(z)*log(3 + z)");
    for (const double z : {-2.0, -0.7, 0.4, 1.9}) {
        const auto x = boost::math::differentiation::make_fvar<double, 1>(z);
        const auto y = exp(-fabs(x)) * sin(3 * x) + x * x * x * x * x / (1 + x * x) + tanh(x) * log(3 + x);
        CHECK(at(expression, z).value == doctest::Approx(y.derivative(0)).epsilon(1e-14));
        CHECK(at(expression, z).derivative == doctest::Approx(y.derivative(1)).epsilon(1e-13));
    }
}

TEST_CASE("expression: second derivatives agree with Boost's automatic differentiation") {
    using Number = boost::math::differentiation::autodiff_fvar<double, 2>;
    struct Row {
        std::string text;
        std::function<Number(const Number&)> f;
    };
    const std::vector<Row> rows{
        {"3*z", [](const Number& z) { return 3.0 * z; }},
        {"z^5 - z^2/2", [](const Number& z) { return z * z * z * z * z - z * z / 2.0; }},
        {"1/(1 + z^2)", [](const Number& z) { return 1.0 / (1.0 + z * z); }},
        {"z^-3", [](const Number& z) { return 1.0 / (z * z * z); }},
        {"(1 + z^2)^1.5", [](const Number& z) { return pow(1.0 + z * z, 1.5); }},
        {"2^z", [](const Number& z) { return pow(2.0, z); }},
        {"(2 + sin(z))^z", [](const Number& z) { return exp(z * log(2.0 + sin(z))); }},
        {"exp(-z^2/2)/sqrt(2*pi)",
         [](const Number& z) { return exp(-z * z / 2.0) / sqrt(2 * std::numbers::pi); }},
        {"log(3 + sin(z))", [](const Number& z) { return log(3.0 + sin(z)); }},
        {"sqrt(1 + z^2) - 1", [](const Number& z) { return sqrt(1.0 + z * z) - 1.0; }},
        {"tanh(2*z)*cos(z)", [](const Number& z) { return tanh(2.0 * z) * cos(z); }},
        {"atan(z/3)", [](const Number& z) { return atan(z / 3.0); }},
        {"erf(z/sqrt(2))", [](const Number& z) { return 1.0 - erfc(z / sqrt(2.0)); }},
        {"z*sigmoid(3*z)", [](const Number& z) { return z / (1.0 + exp(-3.0 * z)); }},
        {"softplus(1 - z)", [](const Number& z) { return log(1.0 + exp(1.0 - z)); }},
        {"relu(z)^3 + abs(z)*z", [](const Number& z) { return z > 0.0 ? z * z * z + z * z : -z * z; }},
        {"max(z^2, z + 1) - min(z, sin(z))",
         [](const Number& z) { return (z * z > z + 1.0 ? z * z : z + 1.0) - (z < sin(z) ? z : sin(z)); }},
        {"sign(z)*z^3", [](const Number& z) { return z > 0.0 ? z * z * z : -z * z * z; }},
    };
    for (const Row& row : rows) {
        const Expression expression = Expression::parse(row.text);
        for (const double z : {-3.7, -1.3, -0.2, 0.3, 0.9, 2.6}) {
            CAPTURE(row.text);
            CAPTURE(z);
            const Number y = row.f(boost::math::differentiation::make_fvar<double, 2>(z));
            Slope jet;
            double second = 0.0;
            expression.evaluate({&z, 1}, {&jet.value, 1}, {&jet.derivative, 1}, {&second, 1});
            CHECK(jet.value == at(expression, z).value);
            CHECK(jet.derivative == at(expression, z).derivative);
            CHECK(jet.derivative == doctest::Approx(y.derivative(1)).epsilon(1e-12));
            CHECK(second == doctest::Approx(y.derivative(2)).epsilon(1e-11));
        }
    }
}

TEST_CASE("expression: at a kink the derivative is finite and one-sided") {
    CHECK(at(Expression::parse("abs(z)"), 0.0).derivative == -1.0);
    CHECK(at(Expression::parse("max(z, -z)"), 0.0).derivative == -1.0);
    CHECK(at(Expression::parse("min(z, -z)"), 0.0).derivative == 1.0);
    CHECK(at(Expression::parse("max(z, 0)"), 0.0).derivative == 0.0);
    CHECK(at(Expression::parse("relu(z)"), 0.0).derivative == 0.0);
    CHECK(at(Expression::parse("sign(z)"), 0.0).derivative == 0.0);
    CHECK(at(Expression::parse("abs(z)^1.5"), 0.0).derivative == 0.0);
}

TEST_CASE("expression: a value does not depend on its place in the span, nor on the span's length") {
    const Expression expression = Expression::parse("tanh(z)*exp(-z^2) + sin(z)/(2 + cos(z)) + erf(z)");
    std::vector<double> z(203);
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = -4.0 + 0.04 * static_cast<double>(i);
    std::vector<double> value(z.size());
    std::vector<double> derivative(z.size());
    expression.evaluate(z, value, derivative);
    std::vector<double> second(z.size());
    expression.evaluate(z, value, derivative, second);
    for (std::size_t i = 0; i < z.size(); ++i) {
        Slope jet;
        double alone = 0.0;
        expression.evaluate({&z[i], 1}, {&jet.value, 1}, {&jet.derivative, 1}, {&alone, 1});
        CHECK(value[i] == expression(z[i]));
        CHECK(derivative[i] == at(expression, z[i]).derivative);
        CHECK(second[i] == alone);
    }
}

TEST_CASE("expression: errors name the column and what is wrong") {
    CHECK(error_of("(z + 1").column == 7);
    CHECK(error_of("(z + 1").message == "expected ')'");
    CHECK(error_of("z + * 2").column == 5);
    CHECK(error_of("z + * 2").message == "expected a number, z, pi, a function or '('");
    CHECK(error_of("").column == 1);
    CHECK(error_of("").message == "expected a number, z, pi, a function or '('");
    CHECK(error_of("2 z").column == 3);
    CHECK(error_of("2 z").message == "expected an operator before 'z'");
    CHECK(error_of("1 + foo(z)").column == 5);
    CHECK(error_of("1 + foo(z)").message.substr(0, 18) == "unknown name 'foo'");
    CHECK(error_of("x^2").message.substr(0, 16) == "unknown name 'x'");
    CHECK(error_of("max(z)").message == "'max' takes 2 arguments in parentheses, not 1");
    CHECK(error_of("2*tanh").message == "'tanh' takes 1 argument in parentheses, not 0");
    CHECK(error_of("z(2)").message == "'z' is not a function");
    CHECK(error_of("exp(z,)").column == 7);
    CHECK(error_of("2*1e999").column == 3);
    CHECK(error_of("inf").message.substr(0, 18) == "unknown name 'inf'");
    CHECK(error_of(std::string(5000, '(')).column > 0);
    CHECK(error_of(std::string(100, '(') + "z" + std::string(100, ')')).column == 51);
    CHECK(error_of(std::string(900, '-') + "z").message == "no error");
}

TEST_CASE("expression: polynomials are recognised with their coefficients") {
    using Coefficients = std::vector<double>;
    CHECK(Expression::parse("z^3 - 3*z").polynomial() == Coefficients{0.0, -3.0, 0.0, 1.0});
    CHECK(Expression::parse("(z - 1)*(z + 1)/2").polynomial() == Coefficients{-0.5, 0.0, 0.5});
    CHECK(Expression::parse("-(2 - z)^2").polynomial() == Coefficients{-4.0, 4.0, -1.0});
    CHECK(Expression::parse("7").polynomial() == Coefficients{7.0});
    CHECK(Expression::parse("z - z").polynomial() == Coefficients{0.0});
    CHECK(Expression::parse("z^16").polynomial()->size() == 17);
    CHECK_FALSE(Expression::parse("z^17").polynomial());
    CHECK_FALSE(Expression::parse("1/z").polynomial());
    CHECK_FALSE(Expression::parse("z + tanh(z)").polynomial());
    CHECK(Expression::parse("z*tanh(1)").polynomial());
}

TEST_CASE("expression: kinks and points without a finite value are reported") {
    CHECK(Expression::parse("z*tanh(z) + abs(2)").smooth());
    CHECK_FALSE(Expression::parse("z + abs(z)").smooth());
    CHECK_FALSE(Expression::parse("max(z, 1)").smooth());
    CHECK_FALSE(Expression::parse("tanh(z)*exp(-z^2)").first_non_finite());
    CHECK(Expression::parse("1/z").first_non_finite() == 0.0);
    CHECK(Expression::parse("log(z)").first_non_finite() == -8.0);
    CHECK(Expression::parse("sqrt(z + 8)").first_non_finite() == -8.0);
    CHECK(std::isnan(Expression::parse("max(z, 0)")(std::nan(""))));
    CHECK(std::isnan(Expression::parse("relu(z)")(std::nan(""))));
}

}  // namespace expression_tests
