// SPDX-License-Identifier: MIT
#include "models/committee/declaration/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/committee/committee.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "models/teacher_student/initial.hpp"
#include "models/teacher_student/network.hpp"

namespace hidyn::committee {
namespace {

using Eigen::VectorXd;

constexpr const char* mathematics =
    R"(A two-layer student learns from a two-layer teacher, one fresh sample a step.

  student   f(x)  = sum_k v_k g(lambda_k),      lambda_k  = w_k . x / sqrt(d),    k = 1..K
  teacher   f*(x) = sum_m v*_m g*(lambda*_m),   lambda*_m = w*_m . x / sqrt(d),   m = 1..M
  label     y = f*(x) + sqrt(Delta) xi,         x ~ N(0, I_d),  xi ~ N(0, 1)
  step      w_k <- (1 - kappa/d) w_k + eta/sqrt(d) <v_k g'(lambda_k) E x>,        E = y - f(x)
            v_k <- (1 - kappa_v/d) v_k + eta_v/d <g(lambda_k) E>
            <.> is the mean over a batch of B fresh samples; right-hand sides at the old values
  spherical SGD: after each step w_k is rescaled to the norm it had at the start, |w_k|^2 = d Q_kk(0)
  time      t = steps / d, whatever B

Dictionary. Saad & Solla (1995): their J_i = w_i / sqrt(d), v = v* = 1, same eta and t. Goldt et al. (2019): their
N = d, sigma^2 = Delta. Veiga et al. (2022): p = K, k = M, v = 1/p, v* = 1/k, their M is our R, their P our T. Papers
with x ~ N(0, I/d) absorb the 1/sqrt(d). Weight decay kappa is not multiplied by eta.

Online phase retrieval is K = M = 1 with activation = "quadratic". For f = A lambda^2 (v = v* = A) the loss
(f - y)^2 / 4 of a neuron without second layer has the rate 2 A^2 eta and the label noise Delta / A^2: with eta' and
Delta' for these, T = 1 and B = 1,
  dR/dt = -3 eta' R (Q - 1)
  dQ/dt = -2 eta' (3 Q^2 - Q - 2 R^2) + eta'^2 (15 Q^3 - 6 Q^2 - 24 Q R^2 + 3 Q + 12 R^2 + Delta' Q)
The teacher is stable for eta' < 1/3, eta < 1/(6 A^2). Spherical from Q = 1, u = R^2 obeys du/dt = 2 u (a (1 - u) - b)
with a = 2 eta' - 6 eta'^2, b = eta'^2 Delta' / 2, and leaves a random start if eta' < 4 / (12 + Delta'). Free weights
far from the teacher (Q above 0.4 / eta' or so) blow up.)";

std::vector<Key> problem_keys() {
    return keys::joined(
        teacher_student::network_keys(),
        {teacher_student::label_noise_key(),
         keys::real("escape_overlap",
                    "one student and one teacher, online-sgd: record when the squared overlap "
                    "R^2 / (Q T) first reaches this, looking at every step")
             .written("\\theta")
             .above(0)
             .below(1)});
}

void read_escape_overlap(const Table& table, Committee& problem, Complaints& complaints) {
    if (!table.given("escape_overlap")) return;
    problem.escape_overlap = table.real("escape_overlap");
    if (problem.students != 1 || problem.teachers != 1)
        complaints.add(table.complain("escape_overlap",
                                      fmt::format("only one student of one teacher has one overlap; here "
                                                  "students = {} and teachers = {}",
                                                  problem.students, problem.teachers)));
    else if (std::ranges::any_of(problem.starts,
                                 [](const OrderParameters& start) { return start.T(0, 0) <= 0.0; }))
        complaints.add(table.complain("escape_overlap", "a teacher of zero norm (T = 0) has no overlap"));
}

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<Committee>();
    teacher_student::Network network = teacher_student::read_network(tables.problem, complaints);
    problem->students = network.students;
    problem->teachers = network.teachers;
    problem->activation = network.activation;
    problem->teacher_activation = network.teacher_activation;
    problem->teacher_second_layer = network.teacher_second_layer;
    problem->label_noise = tables.problem.real("label_noise");
    VectorXd v = network.second_layer;

    problem->algorithm = {.learning_rate = tables.algorithm.real("learning_rate"),
                          .second_layer_learning_rate = tables.algorithm.real("second_layer_learning_rate"),
                          .weight_decay = tables.algorithm.real("weight_decay"),
                          .second_layer_weight_decay = tables.algorithm.real("second_layer_weight_decay"),
                          .batch_size = static_cast<std::uint64_t>(tables.algorithm.integer("batch_size")),
                          .spherical = tables.algorithm.boolean("spherical")};

    if (tables.initial.given("second_layer")) {
        if (problem->algorithm.trains_second_layer())
            v = teacher_student::read_vector(tables.initial, "second_layer", v.size(), "students",
                                             complaints);
        else
            complaints.add(tables.initial.complain(
                "second_layer",
                "the second layer is fixed: set problem.second_layer, or train it with "
                "algorithm.second_layer_learning_rate > 0"));
    }
    teacher_student::Starts starts =
        teacher_student::read_starts(tables, static_cast<Eigen::Index>(problem->teachers), v, complaints);
    problem->starts = std::move(starts.list);
    problem->start_per_replica = starts.per_replica;
    problem->random_start = starts.law;
    read_escape_overlap(tables.problem, *problem, complaints);

    if (problem->algorithm.spherical)
        for (const OrderParameters& start : problem->starts)
            if (start.Q.diagonal().minCoeff() <= 0.0) {
                complaints.add(tables.algorithm.complain(
                    "spherical",
                    "a student of zero norm has no direction to keep its norm in: every diagonal "
                    "entry of the initial Q must be positive"));
                break;
            }
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

AlgorithmKind online_sgd() {
    return {
        .name = "online-sgd",
        .summary = "one-pass SGD on the squared loss E^2 / 2, a fresh batch at every step",
        .keys =
            {
                keys::learning_rate("step size of the first layer: w += learning_rate / sqrt(d) * ...")
                    .at_least(0),
                keys::real("second_layer_learning_rate",
                           "step size of the second layer: v += rate / d * ...; 0: fixed")
                    .written("\\eta_v")
                    .at_least(0)
                    .otherwise(0.0),
                keys::real("weight_decay",
                           "w shrinks by weight_decay / d a step (not multiplied by the learning rate)")
                    .written("\\kappa")
                    .at_least(0)
                    .otherwise(0.0),
                keys::real("second_layer_weight_decay", "v shrinks by this / d a step")
                    .written("\\kappa_v")
                    .at_least(0)
                    .otherwise(0.0),
                keys::batch_size("fresh samples averaged in a step; time still counts steps / d", 1e6),
                keys::boolean("spherical",
                              "after each step every student is rescaled to its norm at the start", false),
            },
        .make = make};
}

/// All that the problem may report, with the axes' sizes left at 0.
std::vector<Observable> all_observables() {
    Committee everything;
    everything.students = everything.teachers = 0;
    everything.algorithm.second_layer_learning_rate = 1.0;
    everything.escape_overlap = 0.5;
    return everything.observables();
}

void check_size(const Asked<Committee>& asked) {
    const OnlineSgd& sgd = asked.problem->algorithm;
    const std::uint64_t size = asked.info.d;
    const double d = static_cast<double>(size);
    teacher_student::check_room(asked.problem->starts, asked.keys, size, asked.complaints);
    for (const double decay : {sgd.weight_decay, sgd.second_layer_weight_decay})
        if (decay > d)
            asked.complain(
                "d", fmt::format(
                         "a weight decay of {} flips the sign of the weights at d = {}; it must be at most d",
                         decay, size));
    const double steps = std::floor(asked.grid.end() * d + 1e-9);
    if (static_cast<double>(asked.grid.size()) > steps + 1.0)
        asked.complain(
            "d", fmt::format(
                     "[time] asks for {} points, but until t = {} there are only {} steps at d = {}: points "
                     "would fall between steps; use at most {} points, a later end or a larger d",
                     asked.grid.size(), asked.grid.end(), steps, size, steps + 1.0));
}

RouteKind simulation_kind() {
    return {
        .name = "simulation",
        .summary =
            "finite-size SGD: real vectors (direct), or exact in law at a cost independent of d (reduced)",
        .source =
            "the reduced chain is the law of (Q, R, v) for isotropic Gaussian inputs, without approximation",
        .theory = false,
        .algorithms = {"online-sgd"},
        .keys = keys::joined(
            {keys::choice("method",
                          "\"direct\": real weights and inputs; \"reduced\": the same law from the order "
                          "parameters alone, at a cost independent of d",
                          {"reduced", "direct"})},
            keys::ensemble(1e15)),
        .make = route_of<Committee>([](const Asked<Committee>& asked) {
            check_size(asked);
            return [problem = asked.problem](const RouteRun& run) {
                return run.info.method == "direct" ? simulate_directly(*problem, run)
                                                   : simulate_reduced(*problem, run);
            };
        })};
}

}  // namespace

ProblemKind declaration() {
    return {.name = "committee",
            .summary = "two-layer teacher-student network, any activation, K students and M teachers",
            .mathematics = mathematics,
            .problem_keys = problem_keys(),
            .initial_keys = teacher_student::initial_keys(),
            .algorithms = {online_sgd()},
            .observables = all_observables(),
            .routes = {simulation_kind()}};
}

}  // namespace hidyn::committee
