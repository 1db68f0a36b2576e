// SPDX-License-Identifier: MIT
#include "models/teacher_student/sample_section.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "math/expression/expression.hpp"

namespace hidyn::teacher_student {

using Eigen::VectorXd;

namespace {

// Of a link's expression.
constexpr const char* link_variables = "z1, z2, ... (or z for a single one)";

// The functions a link may be named by: sums of such units.
std::vector<std::string> link_names() {
    std::vector<std::string> names;
    for (const math::ActivationDescription& entry : math::Activation::catalogue())
        names.push_back(entry.name);
    return names;
}

std::optional<math::MultivariateExpression> parse(const Table& table, const std::string& key,
                                                  std::vector<std::string> variables,
                                                  std::size_t differentiated, Complaints& complaints) {
    try {
        math::MultivariateExpression expression = math::MultivariateExpression::parse(
            table.function(key).text, std::move(variables), differentiated);
        if (expression.first_non_finite())
            complaints.add(table.complain(
                key, "the expression or one of its derivatives is not finite everywhere in [-8, 8]"));
        return expression;
    } catch (const math::ExpressionError& error) {
        complaints.add(table.complain(key, fmt::format("column {}: {}", error.column, error.message)));
        return std::nullopt;
    }
}

}  // namespace

Key link_key() {
    return keys::function(
               "link", "the student's output f: a name means the sum of such units over its preactivations",
               link_names(), link_variables)
        .written("f")
        .otherwise(FunctionText{"linear"});
}

Key teacher_link_key() {
    return keys::function("teacher_link", "the teacher's output; absent: the student's", link_names(),
                          link_variables)
        .written("f_*");
}

Key loss_key(std::vector<std::string> names) {
    std::string meaning = "square: (f - y)^2 / 2; logistic: log(1 + exp(-y f))";
    for (const std::string& name : names) {
        if (name == "huber") meaning += "; huber: square for |f - y| <= c, linear beyond";
        if (name == "pseudo-huber") meaning += "; pseudo-huber: c^2 (sqrt(1 + (f - y)^2 / c^2) - 1)";
    }
    return keys::function("loss", std::move(meaning), std::move(names), "f, y")
        .written("\\ell")
        .otherwise(FunctionText{"square"});
}

Key loss_scale_key() {
    return keys::real("loss_scale", "where a huber or pseudo-huber loss turns from quadratic to linear")
        .written("c")
        .above(0)
        .otherwise(1.0);
}

std::optional<Link> read_link(const Table& table, const std::string& key, std::size_t arguments,
                              Complaints& complaints) {
    const FunctionText& given = table.function(key);
    const VectorXd ones = VectorXd::Ones(static_cast<Eigen::Index>(arguments));
    if (!given.is_expression) return Link::units(math::Activation::named(given.text), ones);
    if (arguments == 1) {
        try {
            return Link::units(math::Activation::from_expression(given.text), ones);
        } catch (const math::ExpressionError&) {
            // "z1" is as good a name as "z"
        }
    }
    std::vector<std::string> variables;
    for (std::size_t k = 1; k <= arguments; ++k) variables.push_back(fmt::format("z{}", k));
    std::optional<math::MultivariateExpression> expression =
        parse(table, key, std::move(variables), arguments, complaints);
    if (!expression) return std::nullopt;
    return Link::expression(std::move(*expression), arguments);
}

std::optional<Loss> read_loss(const Table& table, Complaints& complaints) {
    const FunctionText& given = table.function("loss");
    if (given.is_expression) {
        std::optional<math::MultivariateExpression> expression =
            parse(table, "loss", {"f", "y"}, 1, complaints);
        if (!expression) return std::nullopt;
        return Loss::expression(std::move(*expression));
    }
    const bool scaled = given.text == "pseudo-huber" || given.text == "huber";
    if (!scaled && table.given("loss_scale"))
        complaints.add(
            table.complain("loss_scale", "has a meaning for losses that turn from quadratic to linear only"));
    if (given.text == "logistic") return Loss::logistic();
    if (given.text == "huber") return Loss::huber(table.real("loss_scale"));
    if (given.text == "pseudo-huber") return Loss::pseudo_huber(table.real("loss_scale"));
    return Loss::square();
}

}  // namespace hidyn::teacher_student
