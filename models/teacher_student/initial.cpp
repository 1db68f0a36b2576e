// SPDX-License-Identifier: MIT
#include "models/teacher_student/initial.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/keys.hpp"

namespace hidyn::teacher_student {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Key> initial_keys() {
    return {
        keys::choice("kind", "order parameters as given, or drawn from random weights", {"given", "random"}),
        keys::matrix("Q", "student overlaps W W^T / d at the start, K x K (kind \"given\")").written("Q"),
        keys::matrix("R",
                     "student-teacher overlaps W W*^T / d at the start, K x M; absent: zero (kind \"given\")")
            .written("R"),
        keys::matrix("T", "teacher overlaps W* W*^T / d, M x M; absent: the identity").written("T"),
        keys::real_list(
            "second_layer",
            "second-layer weights at the start, when they are trained; absent: problem.second_layer")
            .written("v_k(0)"),
        keys::real("scale", "standard deviation of the student's random weights (kind \"random\")")
            .at_least(0)
            .otherwise(1.0),
        keys::seed("seed of the random start"),
        keys::integer("reference_d",
                      "the size at which the random weights are drawn; every route and size starts from "
                      "their overlaps")
            .at_least(1)
            .otherwise(std::int64_t{1000}),
        keys::boolean(
            "normalized",
            "rescale each random student to norm scale * sqrt(reference_d): uniform on the sphere (kind "
            "\"random\")",
            false),
        keys::choice("teacher", "the teacher of a random start: as T says, or random weights N(0, 1)",
                     {"given", "random"}),
        keys::boolean("per_replica",
                      "draw anew for each replica; the theory then starts from each of them too", false)};
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

namespace {

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

}  // namespace

Starts read_starts(const ProblemTables& tables, Index teachers, const VectorXd& v, Complaints& complaints) {
    const Table& initial = tables.initial;
    const Index students = v.size();
    Starts starts;
    OrderParameters given;
    given.v = v;
    given.T =
        read_matrix(initial, "T", teachers, teachers, MatrixXd::Identity(teachers, teachers), complaints);

    if (initial.text("kind") == "random") {
        complain_about_unused(initial, {"Q", "R"}, "random", complaints);
        const RandomStart law{.scale = initial.real("scale"),
                              .seed = static_cast<std::uint64_t>(initial.integer("seed")),
                              .d = static_cast<std::uint64_t>(initial.integer("reference_d")),
                              .random_teacher = initial.text("teacher") == "random",
                              .normalized = initial.boolean("normalized")};
        starts.law = law;
        given.Q = MatrixXd::Zero(students, students);
        given.R = MatrixXd::Zero(students, teachers);
        if (law.random_teacher && initial.given("T"))
            complaints.add(initial.complain("T", "has no meaning with initial.teacher = \"random\""));
        if (const std::string defect = gram_defect(given); !defect.empty()) {
            complaints.add(initial.complain("T", defect));
            return starts;
        }
        starts.per_replica = initial.boolean("per_replica");
        const std::size_t count = starts.per_replica ? std::max<std::size_t>(tables.replicas, 1) : 1;
        for (std::size_t replica = 0; replica < count; ++replica)
            starts.list.push_back(draw_start(law, given.T, v, static_cast<std::uint32_t>(replica)));
        return starts;
    }

    complain_about_unused(initial, {"scale", "seed", "reference_d", "normalized", "teacher", "per_replica"},
                          "given", complaints);
    if (!initial.given("Q")) {
        complaints.add(fmt::format(
            "{}: Q is missing: give the student overlaps (K x K), or kind = \"random\"", initial.place()));
        return starts;
    }
    const std::size_t before = complaints.sentences().size();
    given.Q =
        read_matrix(initial, "Q", students, students, MatrixXd::Identity(students, students), complaints);
    given.R = read_matrix(initial, "R", students, teachers, MatrixXd::Zero(students, teachers), complaints);
    if (complaints.sentences().size() != before) return starts;
    if (const std::string defect = gram_defect(given); !defect.empty())
        complaints.add(initial.complain(defect.starts_with("T") ? "T" : "Q", defect));
    starts.list.push_back(std::move(given));
    return starts;
}

void check_room(const std::vector<OrderParameters>& starts, const Table& route, std::uint64_t d,
                Complaints& complaints) {
    for (const OrderParameters& start : starts) {
        const std::size_t rank = joint_rank(start);
        if (rank <= d) continue;
        const Index vectors = start.Q.rows() + start.T.rows();
        complaints.add(route.complain(
            "d",
            fmt::format("no {} vectors in d = {} dimensions have the initial overlaps, whose rank is {}; "
                        "d must be at least {} (K + M = {} is always enough)",
                        vectors, d, rank, rank, vectors)));
        return;
    }
}

Observable student_overlaps(std::size_t students) {
    return {.name = "Q",
            .long_name = "student overlaps",
            .symbol = "Q_{ij}",
            .normalization = "W W^T / d",
            .dimensions = {{"student", students}, {"student_2", students}},
            .symmetric = true};
}

Observable student_teacher_overlaps(std::size_t students, std::size_t teachers) {
    return {.name = "R",
            .long_name = "student-teacher overlaps",
            .symbol = "R_{im}",
            .normalization = "W W*^T / d",
            .dimensions = {{"student", students}, {"teacher", teachers}}};
}

Observable generalization_error() {
    return {.name = "generalization_error",
            .long_name = "generalization error",
            .symbol = "\\epsilon_g",
            .normalization = "(1/2) E (f - f*)^2 over a fresh sample without label noise",
            .derived = true};
}

Observable teacher_overlaps(std::size_t teachers) {
    return {.name = "T",
            .long_name = "teacher overlaps",
            .symbol = "T_{mn}",
            .normalization = "W* W*^T / d",
            .dimensions = {{"teacher", teachers}, {"teacher_2", teachers}},
            .symmetric = true};
}

}  // namespace hidyn::teacher_student
