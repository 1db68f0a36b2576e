// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/aligned.hpp"
#include "solvers/dmft/events/groups.hpp"
#include "solvers/dmft/events/tensor_nodes.hpp"

/// The four passes of a step over one group of trajectories: recall what it remembers, place the quadrature
/// nodes, average over them, credit the averages to the past. K is at most four.
namespace hidyn::dmft {

/// Row m of the theory's kernels, as the lanes read them.
struct StepRows {
    std::size_t students = 1, teachers = 1;
    /// [s]: K x K blocks of C_w(m, s) and R_w(m, s) side by side; zero from time m on.
    std::vector<double> past;
    std::vector<double> along_teachers;  ///< [k][t]: the regression of h^m on the whitened teachers
    std::vector<double> rest;            ///< packed: the variance of h^m that they leave
    std::vector<double> scale;           ///< [k]: the variance of h^m
};

/// One group's state at a step; rows of eight.
struct Recollection {
    AlignedVector regression;  ///< [k][row]: regression of h^m on what the lanes remember, whitened
    AlignedVector response;    ///< [q][k][l]: dlambda^m / dh^{s_q}
    AlignedVector mean;        ///< [k]: of lambda^m
    AlignedVector root;        ///< packed: of its variance
    std::size_t stride = 0;    ///< rows of `regression` of one student

    Recollection(std::size_t students, std::size_t teachers, std::size_t most_jumps);
};

/// Averages over the nodes, rows of eight.
struct NodeMeans {
    AlignedVector value;     ///< one row
    AlignedVector gradient;  ///< [k]
    AlignedVector square;    ///< packed: l'_k l'_l
    AlignedVector hessian;   ///< packed

    explicit NodeMeans(std::size_t students);
};

/// Sums over all groups at one step.
struct EventSums {
    std::vector<double> past;  ///< [s]: K x K blocks of l' g^s and l'' d_s side by side
    NodeMeans present;         ///< summed over groups, still by lane
    AlignedVector teacher;     ///< [k][t]: l' lambda*, by lane
    double largest_tangent = 0.0, total_tangent = 0.0;

    EventSums(std::size_t students, std::size_t teachers, std::size_t steps);
    void reset();
};

void recall(const StepRows& rows, const EventLayout& layout, const EventGroup& group, Recollection& now);

/// Fields lambda = mean + root x node, labels, and losses there: rows of nodes times lanes.
struct NodeLosses {
    AlignedVector field;     ///< [k]
    AlignedVector label;     ///< one row
    AlignedVector value;     ///< one row
    AlignedVector gradient;  ///< [k]
    AlignedVector hessian;   ///< packed

    NodeLosses(std::size_t students, std::size_t nodes);
};

void place_nodes(const TensorNodes& nodes, std::size_t students, const Recollection& now, const double* label,
                 NodeLosses& losses);

void average(const TensorNodes& nodes, std::size_t students, const NodeLosses& losses, NodeMeans& means);

void credit(const StepRows& rows, const EventLayout& layout, const EventGroup& group, const Recollection& now,
            const NodeMeans& means, EventSums& sums);

}  // namespace hidyn::dmft
