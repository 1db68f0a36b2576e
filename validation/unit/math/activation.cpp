// SPDX-License-Identifier: MIT
#include "math/activation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "math/expression/expression.hpp"

namespace activation_tests {

using hidyn::math::Activation;
using hidyn::math::Family;

namespace {

struct Jet {
    double g = 0.0;
    double dg = 0.0;
    double ddg = 0.0;
};

Jet jet_of(const Activation& activation, double z) {
    Jet jet;
    activation.jets({&z, 1}, {&jet.g, 1}, {&jet.dg, 1}, {&jet.ddg, 1});
    return jet;
}

}  // namespace

TEST_CASE("activation: named functions are what their formulas say") {
    for (const auto& entry : Activation::catalogue()) {
        CAPTURE(entry.name);
        const Activation named = Activation::named(entry.name);
        const Activation written = Activation::from_expression(entry.formula);
        for (double z = -4.05; z < 4.1; z += 0.3) {
            CHECK(named.value(z) == doctest::Approx(written.value(z)).epsilon(1e-14));
            CHECK(named.derivative(z) == doctest::Approx(written.derivative(z)).epsilon(1e-13));
        }
        CHECK(named.label() == entry.name);
        CHECK(entry.closed_forms == (named.family() != Family::general));
    }
}

TEST_CASE("activation: derivatives are the limits of central differences") {
    const double h = 1e-5;
    for (const auto& entry : Activation::catalogue()) {
        CAPTURE(entry.name);
        const Activation g = Activation::named(entry.name);
        for (double z = -3.05; z < 3.1; z += 0.3)
            CHECK(g.derivative(z) ==
                  doctest::Approx((g.value(z + h) - g.value(z - h)) / (2 * h)).epsilon(1e-8));
    }
}

TEST_CASE("activation: second derivatives are those of the formula, and limits of differences") {
    const double h = 1e-5;
    std::vector<Activation> activations{Activation::from_expression("z^7 - 2*z^5 + z/2 + 3"),
                                        Activation::from_expression("z*tanh(z) + erf(z)")};
    for (const auto& entry : Activation::catalogue()) activations.push_back(Activation::named(entry.name));
    for (const Activation& g : activations) {
        CAPTURE(g.label());
        CHECK(g.twice_differentiable() == (g.label() != "relu"));
        for (double z = -3.05; z < 3.1; z += 0.3) {
            const Jet jet = jet_of(g, z);
            CHECK(jet.g == g.value(z));
            CHECK(jet.dg == g.derivative(z));
            const double difference = (g.derivative(z + h) - g.derivative(z - h)) / (2 * h);
            CHECK(jet.ddg == doctest::Approx(difference).epsilon(1e-7));
        }
    }
    for (const auto& entry : Activation::catalogue()) {
        CAPTURE(entry.name);
        const Activation named = Activation::named(entry.name);
        const Activation written = Activation::from_expression(entry.formula);
        for (double z = -4.05; z < 4.1; z += 0.3)
            CHECK(jet_of(named, z).ddg == doctest::Approx(jet_of(written, z).ddg).epsilon(1e-12));
    }
    CHECK_FALSE(Activation::from_expression("abs(z)*z").twice_differentiable());
}

TEST_CASE("activation: a value does not depend on its place in the span") {
    for (const auto& entry : Activation::catalogue()) {
        CAPTURE(entry.name);
        const Activation g = Activation::named(entry.name);
        std::vector<double> z(1029);
        for (std::size_t i = 0; i < z.size(); ++i) z[i] = -3.0 + 0.006 * static_cast<double>(i);
        std::vector<double> value(z.size());
        std::vector<double> derivative(z.size());
        g.values_and_derivatives(z, value, derivative);
        for (std::size_t i = 0; i < z.size(); ++i) {
            CHECK(value[i] == g.value(z[i]));
            CHECK(derivative[i] == g.derivative(z[i]));
        }
        g.values(z, value);
        for (std::size_t i = 0; i < z.size(); ++i) CHECK(value[i] == g.value(z[i]));
        std::vector<double> second(z.size());
        g.jets(z, value, derivative, second);
        for (std::size_t i = 0; i < z.size(); ++i) {
            CHECK(value[i] == g.value(z[i]));
            CHECK(derivative[i] == g.derivative(z[i]));
            CHECK(second[i] == jet_of(g, z[i]).ddg);
        }
        CHECK(std::isnan(g.value(std::nan(""))));
    }
}

TEST_CASE("activation: a polynomial expression joins the polynomial family") {
    const Activation cubic = Activation::from_expression("z^3 - 3*z");
    CHECK(cubic.family() == Family::polynomial);
    CHECK(cubic.coefficients() == Activation::named("he3").coefficients());
    CHECK(cubic.label() == "z^3 - 3*z");
    CHECK(cubic.smooth());
    CHECK(Activation::from_expression("5").derivative(2.0) == 0.0);
    CHECK(Activation::from_expression("z*tanh(z)").family() == Family::general);
    CHECK_FALSE(Activation::from_expression("abs(z)").smooth());
    CHECK_FALSE(Activation::named("relu").smooth());
}

TEST_CASE("activation: an unknown name is refused with the list of known ones") {
    CHECK_THROWS_WITH_AS(
        (void)Activation::named("tan"),
        "unknown activation 'tan'; named ones are erf, relu, linear, quadratic, he2, he3, tanh, "
        "any other function of z can be given as an expression",
        hidyn::InputError);
    CHECK_THROWS_AS((void)Activation::from_expression("tan("), hidyn::math::ExpressionError);
}

TEST_CASE("activation: a polynomial of high degree has the values and slopes of its powers") {
    const Activation g = Activation::from_expression("z^7 - 2*z^5 + z/2 + 3");
    for (const double z : {-1.7, 0.0, 0.4, 1.9}) {
        CHECK(g.value(z) == doctest::Approx(std::pow(z, 7) - 2 * std::pow(z, 5) + z / 2 + 3).epsilon(1e-13));
        CHECK(g.derivative(z) ==
              doctest::Approx(7 * std::pow(z, 6) - 10 * std::pow(z, 4) + 0.5).epsilon(1e-13));
    }
}

}  // namespace activation_tests
