#include "models/committee/declaration.hpp"

#include <fmt/format.h>

#include "math/expression.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::committee {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr const char* mathematics =
    R"(A two-layer student learns from a two-layer teacher, one fresh sample a step.

  student   f(x)  = sum_k v_k g(lambda_k),      lambda_k  = w_k . x / sqrt(d),    k = 1..K
  teacher   f*(x) = sum_m v*_m g*(lambda*_m),   lambda*_m = w*_m . x / sqrt(d),   m = 1..M
  label     y = f*(x) + sqrt(Delta) xi,         x ~ N(0, I_d),  xi ~ N(0, 1)
  step      w_k <- (1 - kappa/d) w_k + eta/sqrt(d) <v_k g'(lambda_k) E x>,        E = y - f(x)
            v_k <- (1 - kappa_v/d) v_k + eta_v/d <g(lambda_k) E>
            <.> is the mean over a batch of B fresh samples; right-hand sides at the old values
  time      t = steps / d, whatever B

Dictionary. Saad & Solla (1995): their J_i = w_i / sqrt(d), v = v* = 1, same eta and t. Goldt et al. (2019): their
N = d, sigma^2 = Delta. Veiga et al. (2022): p = K, k = M, v = 1/p, v* = 1/k, their M is our R, their P our T. Papers
with x ~ N(0, I/d) absorb the 1/sqrt(d). Weight decay kappa is not multiplied by eta.)";

std::vector<Key> problem_keys() {
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
        {.name = "label_noise",
         .type = KeyType::real,
         .meaning = "variance of the label noise",
         .symbol = "\\Delta",
         .range = {.minimum = 0},
         .standard = 0.0},
    };
}

std::vector<AlgorithmKind> algorithms() {
    return {{.name = "online-sgd",
             .summary = "one-pass SGD on the squared loss E^2 / 2, a fresh batch at every step",
             .keys = {
                 {.name = "learning_rate",
                  .type = KeyType::real,
                  .meaning = "step size of the first layer: w += learning_rate / sqrt(d) * ...",
                  .symbol = "\\eta",
                  .range = {.minimum = 0},
                  .required = true},
                 {.name = "second_layer_learning_rate",
                  .type = KeyType::real,
                  .meaning = "step size of the second layer: v += rate / d * ...; 0: fixed",
                  .symbol = "\\eta_v",
                  .range = {.minimum = 0},
                  .standard = 0.0},
                 {.name = "weight_decay",
                  .type = KeyType::real,
                  .meaning = "w shrinks by weight_decay / d a step (not multiplied by the learning rate)",
                  .symbol = "\\kappa",
                  .range = {.minimum = 0},
                  .standard = 0.0},
                 {.name = "second_layer_weight_decay",
                  .type = KeyType::real,
                  .meaning = "v shrinks by this / d a step",
                  .symbol = "\\kappa_v",
                  .range = {.minimum = 0},
                  .standard = 0.0},
                 {.name = "batch_size",
                  .type = KeyType::integer,
                  .meaning = "fresh samples averaged in a step; time still counts steps / d",
                  .symbol = "B",
                  .range = {.minimum = 1, .maximum = 1e6},
                  .standard = std::int64_t{1}},
             }}};
}

std::vector<Key> initial_keys() {
    return {
        {.name = "kind",
         .type = KeyType::choice,
         .meaning = "order parameters as given, or drawn from random weights",
         .choices = {"given", "random"},
         .standard = std::string("given")},
        {.name = "Q",
         .type = KeyType::matrix,
         .meaning = "student overlaps W W^T / d at the start, K x K (kind \"given\")",
         .symbol = "Q"},
        {.name = "R",
         .type = KeyType::matrix,
         .meaning = "student-teacher overlaps W W*^T / d at the start, K x M; absent: zero (kind \"given\")",
         .symbol = "R"},
        {.name = "T",
         .type = KeyType::matrix,
         .meaning = "teacher overlaps W* W*^T / d, M x M; absent: the identity",
         .symbol = "T"},
        {.name = "second_layer",
         .type = KeyType::real_list,
         .meaning = "second-layer weights at the start, when they are trained; absent: problem.second_layer",
         .symbol = "v_k(0)"},
        {.name = "scale",
         .type = KeyType::real,
         .meaning = "standard deviation of the student's random weights (kind \"random\")",
         .range = {.minimum = 0},
         .standard = 1.0},
        {.name = "seed",
         .type = KeyType::integer,
         .meaning = "seed of the random start",
         .range = {.minimum = 0},
         .standard = std::int64_t{0}},
        {.name = "reference_d",
         .type = KeyType::integer,
         .meaning = "the size at which the random weights are drawn; every route and size starts from their "
                    "overlaps",
         .range = {.minimum = 1},
         .standard = std::int64_t{1000}},
        {.name = "teacher",
         .type = KeyType::choice,
         .meaning = "the teacher of a random start: as T says, or random weights N(0, 1)",
         .choices = {"given", "random"},
         .standard = std::string("given")},
        {.name = "per_replica",
         .type = KeyType::boolean,
         .meaning = "draw anew for each replica; the theory then starts from each of them too",
         .standard = false},
    };
}

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

VectorXd read_vector(const Table& table, const std::string& key, Index length, const std::string& length_name,
                     Complaints& complaints) {
    if (!table.given(key)) return VectorXd::Ones(length);
    const RealList& given = table.reals(key);
    if (static_cast<Index>(given.size()) != length) {
        complaints.add(table.complain(
            key, fmt::format("has {} entries, but {} = {} are needed", given.size(), length_name, length)));
        return VectorXd::Ones(length);
    }
    return Eigen::Map<const VectorXd>(given.data(), length);
}

MatrixXd read_matrix(const Table& table, const std::string& key, Index rows, Index columns, MatrixXd standard,
                     Complaints& complaints) {
    if (!table.given(key)) return standard;
    const RealMatrix& given = table.matrix(key);
    const auto width = static_cast<Index>(given.empty() ? 0 : given.front().size());
    if (static_cast<Index>(given.size()) != rows || width != columns) {
        complaints.add(table.complain(
            key, fmt::format("is {} x {}, but must be {} x {}", given.size(), width, rows, columns)));
        return standard;
    }
    MatrixXd matrix(rows, columns);
    for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; ++column)
            matrix(row, column) = given[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    return matrix;
}

void complain_about_unused(const Table& initial, std::initializer_list<const char*> keys,
                           const std::string& kind, Complaints& complaints) {
    for (const char* key : keys)
        if (initial.given(key))
            complaints.add(
                initial.complain(key, fmt::format("has no meaning with initial.kind = \"{}\"", kind)));
}

void read_starts(const ProblemTables& tables, Committee& problem, const VectorXd& v, Complaints& complaints) {
    const Table& initial = tables.initial;
    const auto students = static_cast<Index>(problem.students);
    const auto teachers = static_cast<Index>(problem.teachers);
    OrderParameters given;
    given.v = v;
    given.T =
        read_matrix(initial, "T", teachers, teachers, MatrixXd::Identity(teachers, teachers), complaints);

    if (initial.text("kind") == "random") {
        complain_about_unused(initial, {"Q", "R"}, "random", complaints);
        const RandomStart law{.scale = initial.real("scale"),
                              .seed = static_cast<std::uint64_t>(initial.integer("seed")),
                              .d = static_cast<std::uint64_t>(initial.integer("reference_d")),
                              .random_teacher = initial.text("teacher") == "random"};
        given.Q = MatrixXd::Zero(students, students);
        given.R = MatrixXd::Zero(students, teachers);
        if (law.random_teacher && initial.given("T"))
            complaints.add(initial.complain("T", "has no meaning with initial.teacher = \"random\""));
        if (const std::string defect = gram_defect(given); !defect.empty()) {
            complaints.add(initial.complain("T", defect));
            return;
        }
        problem.start_per_replica = initial.boolean("per_replica");
        const std::size_t count = problem.start_per_replica ? std::max<std::size_t>(tables.replicas, 1) : 1;
        for (std::size_t replica = 0; replica < count; ++replica)
            problem.starts.push_back(draw_start(law, given.T, v, static_cast<std::uint32_t>(replica)));
        return;
    }

    complain_about_unused(initial, {"scale", "seed", "reference_d", "teacher", "per_replica"}, "given",
                          complaints);
    if (!initial.given("Q")) {
        complaints.add(fmt::format(
            "{}: Q is missing: give the student overlaps (K x K), or kind = \"random\"", initial.place()));
        return;
    }
    const std::size_t before = complaints.sentences().size();
    given.Q =
        read_matrix(initial, "Q", students, students, MatrixXd::Identity(students, students), complaints);
    given.R = read_matrix(initial, "R", students, teachers, MatrixXd::Zero(students, teachers), complaints);
    if (complaints.sentences().size() != before) return;
    if (const std::string defect = gram_defect(given); !defect.empty())
        complaints.add(initial.complain(defect.starts_with("T") ? "T" : "Q", defect));
    problem.starts.push_back(std::move(given));
}

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<Committee>();
    problem->students = static_cast<std::size_t>(tables.problem.integer("students"));
    problem->teachers = static_cast<std::size_t>(tables.problem.integer("teachers"));
    problem->activation = read_activation(tables.problem, "activation", complaints);
    problem->teacher_activation = tables.problem.given("teacher_activation")
                                      ? read_activation(tables.problem, "teacher_activation", complaints)
                                      : problem->activation;
    problem->label_noise = tables.problem.real("label_noise");
    const auto students = static_cast<Index>(problem->students);
    problem->teacher_second_layer =
        read_vector(tables.problem, "teacher_second_layer", static_cast<Index>(problem->teachers), "teachers",
                    complaints);
    VectorXd v = read_vector(tables.problem, "second_layer", students, "students", complaints);

    problem->algorithm = {.learning_rate = tables.algorithm.real("learning_rate"),
                          .second_layer_learning_rate = tables.algorithm.real("second_layer_learning_rate"),
                          .weight_decay = tables.algorithm.real("weight_decay"),
                          .second_layer_weight_decay = tables.algorithm.real("second_layer_weight_decay"),
                          .batch_size = static_cast<std::uint64_t>(tables.algorithm.integer("batch_size"))};

    if (tables.initial.given("second_layer")) {
        if (problem->algorithm.trains_second_layer())
            v = read_vector(tables.initial, "second_layer", students, "students", complaints);
        else
            complaints.add(tables.initial.complain(
                "second_layer",
                "the second layer is fixed: set problem.second_layer, or train it with "
                "algorithm.second_layer_learning_rate > 0"));
    }
    read_starts(tables, *problem, v, complaints);

    if (problem->activation.family() == math::Family::relu)
        for (const OrderParameters& start : problem->starts)
            if (start.Q.diagonal().minCoeff() <= 0.0 || start.T.diagonal().minCoeff() <= 0.0) {
                complaints.add(
                    fmt::format("{}: a ReLU unit of zero norm has no derivative: every diagonal entry of Q "
                                "and T must be positive",
                                tables.initial.place()));
                break;
            }
    return problem;
}

}  // namespace

ProblemKind declaration() {
    return {.name = "committee",
            .summary = "two-layer teacher-student network, any activation, K students and M teachers",
            .mathematics = mathematics,
            .problem_keys = problem_keys(),
            .initial_keys = initial_keys(),
            .algorithms = algorithms(),
            .observables = declare_observables(0, 0, true),
            .make = make,
            .routes = {simulation_kind()}};
}

}  // namespace hidyn::committee
