// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "core/problem.hpp"
#include "models/teacher_student/start.hpp"

/// The section [initial] of every problem whose state is the overlaps of students and teachers.
namespace hidyn::teacher_student {

[[nodiscard]] std::vector<Key> initial_keys();

/// One start for all replicas, or one for each.
struct Starts {
    std::vector<OrderParameters> list;
    bool per_replica = false;
    std::optional<RandomStart> law = {};  ///< of a random start
};

/// Reads the section; `second_layer` becomes the v of every start (its length is the number of students).
/// Complains if no real weight vectors have the overlaps.
[[nodiscard]] Starts read_starts(const ProblemTables& tables, Eigen::Index teachers,
                                 const Eigen::VectorXd& second_layer, Complaints& complaints);

/// Complains under the route's key `d` if vectors with these overlaps do not fit into d dimensions.
void check_room(const std::vector<OrderParameters>& starts, const Table& route, std::uint64_t d,
                Complaints& complaints);

/// A vector of the given length, ones if the key is absent.
[[nodiscard]] Eigen::VectorXd read_vector(const Table& table, const std::string& key, Eigen::Index length,
                                          const std::string& length_name, Complaints& complaints);

/// Q, R and T, and the error that they determine, as all these problems declare them.
[[nodiscard]] Observable student_overlaps(std::size_t students);
[[nodiscard]] Observable student_teacher_overlaps(std::size_t students, std::size_t teachers);
[[nodiscard]] Observable teacher_overlaps(std::size_t teachers);
[[nodiscard]] Observable generalization_error();

}  // namespace hidyn::teacher_student
