// SPDX-License-Identifier: MIT
#include "models/teacher_student/network.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "math/expression/expression.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::teacher_student {

math::Activation read_activation(const Table& table, const std::string& key, Complaints& complaints) {
    const FunctionText& given = table.function(key);
    if (!given.is_expression) return math::Activation::named(given.text);
    try {
        math::Activation activation = math::Activation::from_expression(given.text);
        if (const std::optional<double> z = math::Expression::parse(given.text).first_non_finite()) {
            complaints.add(table.complain(
                key,
                fmt::format("the expression or its derivative is not finite at z = {}; an activation must be "
                            "finite for every z",
                            *z)));
        }
        return activation;
    } catch (const math::ExpressionError& error) {
        complaints.add(table.complain(key, fmt::format("column {}: {}", error.column, error.message)));
        return math::Activation::named("linear");
    }
}

std::vector<Key> network_keys() {
    std::vector<std::string> names;
    for (const math::ActivationDescription& entry : math::Activation::catalogue())
        names.push_back(entry.name);
    return {keys::integer("students", "number of hidden units of the student")
                .written("K")
                .at_least(1)
                .at_most(32)
                .needed(),
            keys::integer("teachers", "number of hidden units of the teacher")
                .written("M")
                .at_least(1)
                .at_most(32)
                .needed(),
            keys::function("activation", "the student's activation", names)
                .written("g")
                .otherwise(FunctionText{"erf"}),
            keys::function("teacher_activation", "the teacher's activation; absent: the student's", names)
                .written("g_*"),
            keys::real_list(
                "second_layer",
                "the student's second-layer weights (at the start, if they are trained); absent: all 1")
                .written("v_k"),
            keys::real_list("teacher_second_layer", "the teacher's second-layer weights; absent: all 1")
                .written("v^*_m")};
}

Network read_network(const Table& problem, Complaints& complaints) {
    Network network;
    network.students = static_cast<std::size_t>(problem.integer("students"));
    network.teachers = static_cast<std::size_t>(problem.integer("teachers"));
    network.activation = read_activation(problem, "activation", complaints);
    network.teacher_activation = problem.given("teacher_activation")
                                     ? read_activation(problem, "teacher_activation", complaints)
                                     : network.activation;
    network.second_layer = read_vector(problem, "second_layer", static_cast<Eigen::Index>(network.students),
                                       "students", complaints);
    network.teacher_second_layer = read_vector(
        problem, "teacher_second_layer", static_cast<Eigen::Index>(network.teachers), "teachers", complaints);
    return network;
}

Key label_noise_key() {
    return keys::real("label_noise", "variance of the label noise")
        .written("\\Delta")
        .at_least(0)
        .otherwise(0.0);
}

}  // namespace hidyn::teacher_student
