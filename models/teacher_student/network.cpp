#include "models/teacher_student/network.hpp"

#include <fmt/format.h>

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
    return {
        {.name = "students",
         .type = KeyType::integer,
         .meaning = "number of hidden units of the student",
         .symbol = "K",
         .range = {.minimum = 1, .maximum = 32},
         .required = true},
        {.name = "teachers",
         .type = KeyType::integer,
         .meaning = "number of hidden units of the teacher",
         .symbol = "M",
         .range = {.minimum = 1, .maximum = 32},
         .required = true},
        {.name = "activation",
         .type = KeyType::function,
         .meaning = "the student's activation",
         .symbol = "g",
         .choices = names,
         .standard = FunctionText{"erf"}},
        {.name = "teacher_activation",
         .type = KeyType::function,
         .meaning = "the teacher's activation; absent: the student's",
         .symbol = "g_*",
         .choices = names},
        {.name = "second_layer",
         .type = KeyType::real_list,
         .meaning = "the student's second-layer weights (at the start, if they are trained); absent: all 1",
         .symbol = "v_k"},
        {.name = "teacher_second_layer",
         .type = KeyType::real_list,
         .meaning = "the teacher's second-layer weights; absent: all 1",
         .symbol = "v^*_m"},
    };
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
    return {.name = "label_noise",
            .type = KeyType::real,
            .meaning = "variance of the label noise",
            .symbol = "\\Delta",
            .range = {.minimum = 0},
            .standard = 0.0};
}

}  // namespace hidyn::teacher_student
