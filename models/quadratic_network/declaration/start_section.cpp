// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/declaration/sections.hpp"

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Key> initial_keys() {
    return {keys::choice("kind",
                         "given: by overlaps; random: weights N(0, scale^2); isotropic: W^T W / d = "
                         "singular_value^2 for at least d students",
                         {"given", "random", "isotropic"}),
            keys::matrix("Q", "W W^T / d, K x K (kind \"given\")").written("Q"),
            keys::matrix("R", "overlaps with the teachers W W*^T / d, K x M; absent: zero (kind \"given\")")
                .written("R"),
            keys::real_list(
                "S", "weights on the spike, w_k . v / sqrt(d), K of them; absent: zero (kind \"given\")")
                .written("S"),
            keys::real("scale", "standard deviation of a random weight (kind \"random\")")
                .above(0)
                .otherwise(1.0),
            keys::real("singular_value", "of W / sqrt(d) (kind \"isotropic\")")
                .written("s_0")
                .above(0)
                .otherwise(0.01),
            keys::seed("seed of the random weights"),
            keys::integer(
                "reference_d",
                "the size at which the weights are drawn; every route and size starts from their overlaps")
                .at_least(1)
                .at_most(1e6)
                .otherwise(std::int64_t{1000}),
            keys::boolean(
                "per_replica",
                "draw random weights anew for each replica; the theory then starts from each of them too",
                false)};
}

namespace {

MatrixXd given_matrix(const Table& table, const char* key, Index rows, Index columns,
                      Complaints& complaints) {
    if (!table.given(key)) return MatrixXd::Zero(rows, columns);
    const RealMatrix& given = table.matrix(key);
    MatrixXd matrix = MatrixXd::Zero(rows, columns);
    const bool fits = static_cast<Index>(given.size()) == rows &&
                      std::ranges::all_of(
                          given, [&](const auto& row) { return static_cast<Index>(row.size()) == columns; });
    if (!fits) {
        complaints.add(table.complain(key, fmt::format("must be {} x {}", rows, columns)));
        return matrix;
    }
    for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; ++column)
            matrix(row, column) = given[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    return matrix;
}

/// A from R = A Theta^T and the weights on the spike.
MatrixXd probe_weights(const QuadraticNetwork& problem, const MatrixXd& R, const VectorXd& S) {
    const MatrixXd Theta = problem.Theta(problem.reference_size());
    MatrixXd A = MatrixXd::Zero(R.rows(), Theta.cols());
    const Index spike = problem.inputs.spike_probe(problem.teachers());
    if (spike >= 0) A.col(spike) = S;
    for (Index r = 0; r < R.cols(); ++r) {
        VectorXd rest = R.col(r);
        if (spike >= 0) rest -= Theta(r, spike) * S;
        A.col(r) = rest / Theta(r, r);
    }
    return A;
}

bool read_given(const Table& initial, QuadraticNetwork& problem, Complaints& complaints) {
    if (problem.inputs.kind != InputLaw::Kind::spiked) {
        complaints.add(initial.complain(
            "kind",
            "\"given\" is for isotropic or spiked inputs: overlaps do not tell how weights lie in blocks"));
        return false;
    }
    if (!initial.given("Q")) {
        complaints.add(fmt::format(
            "{}: Q is missing: give the students' overlaps (K x K), or kind = \"random\"", initial.place()));
        return false;
    }
    if (std::abs(problem.inputs.spike_overlap) >= 1.0) {
        complaints.add(initial.complain("kind", "\"given\" needs a spike that is not the teacher itself"));
        return false;
    }
    const auto K = static_cast<Index>(problem.students);
    const auto M = static_cast<Index>(problem.teachers());
    const std::size_t before = complaints.sentences().size();
    const MatrixXd Q = given_matrix(initial, "Q", K, K, complaints);
    const MatrixXd R = given_matrix(initial, "R", K, M, complaints);
    VectorXd S = VectorXd::Zero(K);
    if (initial.given("S")) {
        const RealList& given = initial.reals("S");
        if (!problem.inputs.has_spike)
            complaints.add(initial.complain("S", "has a meaning with problem.spike only"));
        else if (static_cast<Index>(given.size()) != K)
            complaints.add(initial.complain("S", fmt::format("must have {} entries, one per student", K)));
        else
            S = Eigen::Map<const VectorXd>(given.data(), K);
    }
    if (complaints.sentences().size() != before) return false;
    const MatrixXd A = probe_weights(problem, R, S);
    const MatrixXd Y = Q - A * A.transpose();
    const double scale = std::max(Q.cwiseAbs().maxCoeff(), 1e-300);
    if ((Q - Q.transpose()).cwiseAbs().maxCoeff() > 1e-12 * scale) {
        complaints.add(initial.complain("Q", "must be symmetric"));
        return false;
    }
    const double smallest = math::symmetric_eigenvalues(Y)[0];
    if (smallest < -1e-12 * scale) {
        complaints.add(initial.complain(
            "Q", fmt::format(
                     "no real weights have these overlaps: Q less what R and S take of it must be positive "
                     "semidefinite, but its smallest eigenvalue is {:.3g}",
                     smallest)));
        return false;
    }
    problem.starts = {{A, {gram_factor(Y)}}};
    return true;
}

bool read_drawn(const Table& initial, std::size_t replicas, QuadraticNetwork& problem,
                Complaints& complaints) {
    problem.start_size = static_cast<std::uint64_t>(initial.integer("reference_d"));
    const std::uint64_t smallest = problem.inputs.smallest_dimension(problem.teachers());
    if (problem.start_size < smallest) {
        complaints.add(initial.complain(
            "reference_d",
            fmt::format("must be at least {}: teachers, spike and one axis beside them", smallest)));
        return false;
    }
    const Covariance covariance = problem.inputs.at(problem.start_size, problem.teachers());
    if (initial.text("kind") == "isotropic") {
        problem.isotropic_start = true;
        if (problem.students < problem.start_size) {
            complaints.add(initial.complain(
                "kind",
                fmt::format("\"isotropic\" needs at least reference_d = {} students, but there are {}",
                            problem.start_size, problem.students)));
            return false;
        }
        problem.starts = {isotropic_factors(covariance, problem.students, initial.real("singular_value"))};
        return true;
    }
    problem.start_scale = initial.real("scale");
    problem.start_per_replica = initial.boolean("per_replica");
    const std::size_t count = problem.start_per_replica ? std::max<std::size_t>(replicas, 1) : 1;
    for (std::size_t replica = 0; replica < count; ++replica)
        problem.starts.push_back(random_factors(covariance, problem.students, problem.start_scale,
                                                static_cast<std::uint64_t>(initial.integer("seed")),
                                                static_cast<std::uint32_t>(replica)));
    return true;
}

}  // namespace

bool read_start(const ProblemTables& tables, QuadraticNetwork& problem, Complaints& complaints) {
    const Table& initial = tables.initial;
    const std::string& kind = initial.text("kind");
    const auto unused = [&](std::initializer_list<const char*> keys) {
        for (const char* key : keys)
            if (initial.given(key))
                complaints.add(
                    initial.complain(key, fmt::format("has no meaning with initial.kind = \"{}\"", kind)));
    };
    if (kind == "given") {
        unused({"scale", "singular_value", "seed", "reference_d", "per_replica"});
        return read_given(initial, problem, complaints);
    }
    unused({"Q", "R", "S"});
    if (kind == "isotropic")
        unused({"scale", "seed", "per_replica"});
    else
        unused({"singular_value"});
    return read_drawn(initial, tables.replicas, problem, complaints);
}

}  // namespace hidyn::quadratic_network
