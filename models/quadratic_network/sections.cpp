#include "models/quadratic_network/sections.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Key> problem_keys() {
    return {{.name = "students",
             .type = KeyType::integer,
             .meaning = "number of students",
             .symbol = "K",
             .range = {.minimum = 1, .maximum = 4096},
             .standard = std::int64_t{1}},
            {.name = "teacher_strengths",
             .type = KeyType::real_list,
             .meaning = "|w*_r|^2 / d of orthogonal teachers; absent: one of strength 1",
             .symbol = "\\mu_r"},
            {.name = "spike",
             .type = KeyType::real,
             .meaning = "the inputs' variance along the spike is 1 + spike; absent: isotropic inputs",
             .symbol = "\\lambda_s",
             .range = {.minimum = -1, .above_minimum = true}},
            {.name = "spike_overlap",
             .type = KeyType::real,
             .meaning = "cosine of the angle between spike and first teacher",
             .range = {.minimum = -1, .maximum = 1},
             .standard = 0.0},
            {.name = "block_variances",
             .type = KeyType::real_list,
             .meaning = "variances of the inputs in blocks of axes, instead of a spike"},
            {.name = "block_fractions",
             .type = KeyType::real_list,
             .meaning = "share of the axes in each block; absent: equal shares"},
            {.name = "teacher_shares",
             .type = KeyType::real_list,
             .meaning = "share of the teacher's squared norm in each block; absent: the blocks' fractions"},
            {.name = "power_law",
             .type = KeyType::real,
             .meaning = "the variance of axis i is proportional to i^-power_law, 1 in the mean; the teacher "
                        "has the same "
                        "weight on all axes",
             .range = {.minimum = 0}},
            {.name = "label_noise",
             .type = KeyType::real,
             .meaning = "variance of the label noise",
             .symbol = "\\Delta",
             .range = {.minimum = 0},
             .standard = 0.0}};
}

std::vector<Key> algorithm_keys(Rule rule) {
    std::vector<Key> keys;
    const bool flow = rule == Rule::gradient_flow || rule == Rule::spectral_flow;
    if (!flow) {
        keys.push_back({.name = "learning_rate",
                        .type = KeyType::real,
                        .meaning = "step size; a step changes Q by this order at any d",
                        .symbol = "\\eta",
                        .range = {.minimum = 0, .above_minimum = true},
                        .required = true});
    }
    if (rule == Rule::spectral_descent || rule == Rule::spectral_flow)
        keys.push_back(
            {.name = "regularization",
             .type = KeyType::real,
             .meaning = flow ? "singular values s of the gradient become s / sqrt(s^2 + regularization)"
                             : "singular values s of the gradient become s / sqrt(s^2 + regularization); 0: "
                               "all become 1",
             .symbol = "\\epsilon",
             .range = {.minimum = 0, .above_minimum = flow},
             .standard = flow ? 1e-4 : 0.0});
    if (rule == Rule::spectral_descent) {
        keys.push_back({.name = "polar",
                        .type = KeyType::choice,
                        .meaning =
                            "how the polar factor is computed: exactly, or by so many steps of an iteration "
                            "(which then is what is studied: muon's does not converge to it)",
                        .choices = {"exact", "newton-schulz", "muon"},
                        .standard = std::string("exact")});
        keys.push_back({.name = "polar_steps",
                        .type = KeyType::integer,
                        .meaning = "steps of the iteration",
                        .range = {.minimum = 1, .maximum = 1000},
                        .standard = std::int64_t{5}});
    }
    return keys;
}

std::vector<Key> data_keys(Rule rule) {
    if (rule != Rule::gradient_descent && rule != Rule::spectral_descent) return {};
    return {{.name = "sample_ratio",
             .type = KeyType::real,
             .meaning = "a data set of n = sample_ratio * d samples, all of them in every step; absent, like "
                        "[data]: the "
                        "population loss",
             .symbol = "\\alpha",
             .range = {.minimum = 0, .above_minimum = true}},
            {.name = "batch_ratio",
             .type = KeyType::real,
             .meaning = "batch_ratio * d fresh samples in every step",
             .symbol = "b",
             .range = {.minimum = 0, .above_minimum = true}}};
}

std::vector<Key> initial_keys() {
    return {
        {.name = "kind",
         .type = KeyType::choice,
         .meaning =
             "given: by overlaps; random: weights N(0, scale^2); isotropic: W^T W / d = singular_value^2 for "
             "at least d students",
         .choices = {"given", "random", "isotropic"},
         .standard = std::string("given")},
        {.name = "Q", .type = KeyType::matrix, .meaning = "W W^T / d, K x K (kind \"given\")", .symbol = "Q"},
        {.name = "R",
         .type = KeyType::matrix,
         .meaning = "overlaps with the teachers W W*^T / d, K x M; absent: zero (kind \"given\")",
         .symbol = "R"},
        {.name = "S",
         .type = KeyType::real_list,
         .meaning = "weights on the spike, w_k . v / sqrt(d), K of them; absent: zero (kind \"given\")",
         .symbol = "S"},
        {.name = "scale",
         .type = KeyType::real,
         .meaning = "standard deviation of a random weight (kind \"random\")",
         .range = {.minimum = 0, .above_minimum = true},
         .standard = 1.0},
        {.name = "singular_value",
         .type = KeyType::real,
         .meaning = "of W / sqrt(d) (kind \"isotropic\")",
         .symbol = "s_0",
         .range = {.minimum = 0, .above_minimum = true},
         .standard = 0.01},
        {.name = "seed",
         .type = KeyType::integer,
         .meaning = "seed of the random weights",
         .range = {.minimum = 0},
         .standard = std::int64_t{0}},
        {.name = "reference_d",
         .type = KeyType::integer,
         .meaning =
             "the size at which the weights are drawn; every route and size starts from their overlaps",
         .range = {.minimum = 1, .maximum = 1e6},
         .standard = std::int64_t{1000}},
        {.name = "per_replica",
         .type = KeyType::boolean,
         .meaning = "draw random weights anew for each replica; the theory then starts from each of them too",
         .standard = false}};
}

namespace {

bool read_blocks(const Table& table, InputLaw& law, Complaints& complaints) {
    const auto list = [&](const char* key, const std::vector<double>& standard) {
        if (!table.given(key)) return standard;
        const std::vector<double>& given = table.reals(key);
        if (given.size() != law.variances.size())
            complaints.add(table.complain(key, fmt::format("has {} entries, but there are {} block_variances",
                                                           given.size(), law.variances.size())));
        else if (std::ranges::any_of(given, [](double share) { return !(share >= 0.0); }) ||
                 std::abs(std::accumulate(given.begin(), given.end(), 0.0) - 1.0) > 1e-9)
            complaints.add(table.complain(key, "must be shares that add up to 1"));
        return given;
    };
    law.kind = InputLaw::Kind::blocks;
    law.variances = table.reals("block_variances");
    if (law.variances.empty() || std::ranges::any_of(law.variances, [](double c) { return !(c > 0.0); })) {
        complaints.add(table.complain("block_variances", "must be positive numbers"));
        return false;
    }
    const std::size_t before = complaints.sentences().size();
    const std::vector<double> equal(law.variances.size(), 1.0 / static_cast<double>(law.variances.size()));
    law.fractions = list("block_fractions", equal);
    law.teacher_shares = list("teacher_shares", law.fractions);
    return complaints.sentences().size() == before;
}

bool read_inputs(const Table& table, QuadraticNetwork& problem, Complaints& complaints) {
    InputLaw& law = problem.inputs;
    const int ways = (table.given("spike") ? 1 : 0) + (table.given("block_variances") ? 1 : 0) +
                     (table.given("power_law") ? 1 : 0);
    if (ways > 1) {
        complaints.add(fmt::format("{}: give one of spike, block_variances and power_law", table.place()));
        return false;
    }
    for (const auto& [key, owner] : {std::pair{"spike_overlap", "spike"},
                                     {"block_fractions", "block_variances"},
                                     {"teacher_shares", "block_variances"}})
        if (table.given(key) && !table.given(owner))
            complaints.add(table.complain(key, fmt::format("has a meaning with {} only", owner)));
    if (table.given("block_variances") || table.given("power_law")) {
        if (problem.teachers() > 1) {
            complaints.add(table.complain("teacher_strengths",
                                          "must be a single one with block_variances or a power_law"));
            return false;
        }
        if (table.given("block_variances")) return read_blocks(table, law, complaints);
        law.kind = InputLaw::Kind::power_law;
        law.exponent = table.real("power_law");
        return true;
    }
    law.has_spike = table.given("spike");
    if (law.has_spike) law.spike = table.real("spike");
    law.spike_overlap = table.real("spike_overlap");
    return true;
}

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
    const double smallest = Eigen::SelfAdjointEigenSolver<MatrixXd>(Y).eigenvalues()[0];
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

bool read_problem(const ProblemTables& tables, QuadraticNetwork& problem, Complaints& complaints) {
    const Table& table = tables.problem;
    problem.students = static_cast<std::size_t>(table.integer("students"));
    problem.label_noise = table.real("label_noise");
    if (table.given("teacher_strengths")) {
        problem.strengths = table.reals("teacher_strengths");
        if (problem.strengths.empty() ||
            std::ranges::any_of(problem.strengths, [](double mu) { return !(mu > 0.0); })) {
            complaints.add(table.complain("teacher_strengths", "must be positive numbers"));
            return false;
        }
    }
    return read_inputs(table, problem, complaints);
}

void read_algorithm(Rule rule, const ProblemTables& tables, QuadraticNetwork& problem,
                    Complaints& complaints) {
    const Table& table = tables.algorithm;
    Algorithm& algorithm = problem.algorithm;
    algorithm.rule = rule;
    if (table.has("learning_rate")) algorithm.learning_rate = table.real("learning_rate");
    if (table.has("regularization")) algorithm.regularization = table.real("regularization");
    if (table.has("polar")) {
        const std::string& polar = table.text("polar");
        algorithm.polar = polar == "muon"            ? Polar::muon
                          : polar == "newton-schulz" ? Polar::newton_schulz
                                                     : Polar::exact;
        algorithm.polar_steps = static_cast<int>(table.integer("polar_steps"));
        if (algorithm.polar == Polar::exact && table.given("polar_steps"))
            complaints.add(table.complain("polar_steps", "has no meaning with algorithm.polar = \"exact\""));
        if (algorithm.polar != Polar::exact && algorithm.regularization > 0.0)
            complaints.add(table.complain("regularization", "is for algorithm.polar = \"exact\""));
    }
    if (rule == Rule::online_sgd) algorithm.source = Source::fresh;
    for (const auto& [key, source] :
         {std::pair{"sample_ratio", Source::data_set}, {"batch_ratio", Source::fresh}})
        if (tables.data.given(key)) {
            if (algorithm.source != Source::population)
                complaints.add(tables.data.complain(key, "give sample_ratio or batch_ratio, not both"));
            algorithm.source = source;
            algorithm.ratio = tables.data.real(key);
        }
}

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
