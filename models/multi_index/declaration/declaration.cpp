// SPDX-License-Identifier: MIT
#include "models/multi_index/declaration/declaration.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "models/multi_index/declaration/algorithms.hpp"
#include "models/multi_index/declaration/initial.hpp"
#include "models/teacher_student/network.hpp"
#include "models/teacher_student/sample_section.hpp"

namespace hidyn::multi_index {
namespace {

using Eigen::VectorXd;
using teacher_student::read_link;
using teacher_student::read_loss;

constexpr const char* family =
    R"(A data set of n = alpha d samples is learned from again and again.

  data      x_i ~ N(0, I_d), x~_i = x_i / sqrt(d), lambda_i = W x~_i (K students), lambda*_i = W* x~_i (M teachers)
  risk      L_n(W) = (1/n) sum_i l(f(lambda_i), y_i), and a ridge rho / (2 d) |W|^2;  l' is its gradient in lambda
  time      t = samples processed / d: one epoch is alpha; with batches of one it is steps / d

  sgd                           W <- (1 - eta rho kappa/d) W - eta sum_{i in B} l'_i x~_i^T, a batch B of kappa samples
  gradient-flow                 dW/dt = -eta rho W - (eta/alpha) sum_i l'_i x~_i^T = -eta d grad(risk)
  gradient-descent              the same with a finite step delta
  stochastic-modified-equation  dW = -eta rho W dt - eta sum_i l'_i x~_i^T (dt/alpha + dB_i/sqrt(alpha)), Ito
  With time_step = delta each is driven on a grid: W <- (1 - eta rho delta) W - eta sum_i z_i l'_i x~_i^T, with z_i
  Bernoulli or Poisson of mean delta/alpha (sgd), delta/alpha, or delta/alpha + N(0, delta/alpha).

Dictionary. The rate multiplies the sum over a batch: a rate for the batch mean is eta kappa. Gerbelot et al. and
Mignacco et al. (step h, batch fraction b, ridge lambda): eta = h, delta = alpha b, rho = lambda / (alpha b). Their
overlap with the teacher, m, is R.)";

std::string mathematics(const char* own) {
    return fmt::format("{}\n\n{}", own, family);
}

Parts one_neuron(const char* activation, Loss loss, LabelChannel channel, double noise) {
    const math::Activation g = math::Activation::named(activation);
    return {.loss = {Link::units(g, VectorXd::Ones(1)), std::move(loss)},
            .label = {Link::units(g, VectorXd::Ones(1)), channel, noise}};
}

/// For what every problem of the family may report, with the axes' sizes left at 0.
MultiIndex everything(bool classifies) {
    const Link nothing = Link::units(math::Activation::named("linear"), {});
    MultiIndex problem({nothing, Loss::square()},
                       {nothing, classifies ? LabelChannel::sign : LabelChannel::additive, 0.0});
    problem.recovery_threshold = 0.5;
    problem.recording = {.grid = {{0.0}, ""}, .two_time = true, .response_at = {0.0}};
    return problem;
}

ProblemKind preset(const char* name, const char* summary, const char* own, std::vector<Key> own_keys,
                   bool classifies, const spectral::Theory& theory, const ReadParts& read) {
    return {.name = name,
            .summary = summary,
            .mathematics = mathematics(own),
            .problem_keys = keys::joined(std::move(own_keys), {teacher_student::label_noise_key()}),
            .initial_keys = initial_keys(),
            .algorithms = algorithms(read, theory),
            .observables = family_observables(classifies),
            .routes = {simulation_kind()}};
}

Key number_of_directions(const char* name, const char* meaning) {
    return keys::integer(name, meaning).at_least(1).at_most(most_units).otherwise(std::int64_t{1});
}

std::vector<Key> general_keys() {
    return {
        number_of_directions("students", "number of directions the student has").written("K"),
        number_of_directions("teachers", "number of directions the teacher has").written("M"),
        teacher_student::link_key(),
        teacher_student::teacher_link_key(),
        teacher_student::loss_key({"square", "logistic", "pseudo-huber"}),
        teacher_student::loss_scale_key(),
        keys::choice("label_channel", "the label: f* + noise, or its sign (1 or -1)", {"additive", "sign"})};
}

std::optional<Parts> read_general(const ProblemTables& tables, Complaints& complaints) {
    const Table& table = tables.problem;
    const auto students = static_cast<std::size_t>(table.integer("students"));
    const auto teachers = static_cast<std::size_t>(table.integer("teachers"));
    const LabelChannel channel =
        table.text("label_channel") == "sign" ? LabelChannel::sign : LabelChannel::additive;
    std::optional<Link> student = read_link(table, "link", students, complaints);
    if (!table.given("teacher_link") && students != teachers && table.function("link").is_expression) {
        complaints.add(
            fmt::format("{}: teacher_link is missing: the student's link is a function of {} variables, "
                        "but there are {} teachers",
                        table.place(), students, teachers));
        return std::nullopt;
    }
    // Without a link of its own the teacher has the student's.
    std::optional<Link> teacher = table.given("teacher_link")
                                      ? read_link(table, "teacher_link", teachers, complaints)
                                  : students == teachers ? student
                                                         : read_link(table, "link", teachers, complaints);
    std::optional<Loss> loss = read_loss(table, complaints);
    if (table.function("loss").text == "logistic" && channel != LabelChannel::sign)
        complaints.add(table.complain("loss", "needs labels 1 and -1: label_channel = \"sign\""));
    if (!student || !teacher || !loss) return std::nullopt;
    return Parts{.loss = {std::move(*student), std::move(*loss)},
                 .label = {std::move(*teacher), channel, table.real("label_noise")}};
}

}  // namespace

std::string family_mathematics() {
    return family;
}

std::vector<Observable> family_observables(bool classifies) {
    return everything(classifies).observables();
}

ProblemKind linear_regression(const spectral::Theory& theory) {
    return preset("linear-regression", "ridge regression on n = alpha d Gaussian samples",
                  "l = (lambda - y)^2 / 2, y = lambda* + sqrt(Delta) xi; K = M = 1.", {}, false, theory,
                  [](const ProblemTables& tables, Complaints&) {
                      return one_neuron("linear", Loss::square(), LabelChannel::additive,
                                        tables.problem.real("label_noise"));
                  });
}

ProblemKind logistic_regression(const spectral::Theory& theory) {
    return preset("logistic-regression", "logistic loss on the signs of a noisy linear teacher",
                  "l = log(1 + exp(-y lambda)), y = sign(lambda* + sqrt(Delta) xi); K = M = 1.", {}, true,
                  theory, [](const ProblemTables& tables, Complaints&) {
                      return one_neuron("linear", Loss::logistic(), LabelChannel::sign,
                                        tables.problem.real("label_noise"));
                  });
}

ProblemKind phase_retrieval(const spectral::Theory& theory) {
    ProblemKind kind = preset(
        "phase-retrieval", "a quadratic neuron learns the square of a linear teacher",
        "y = lambda*^2 + sqrt(Delta) xi, u = lambda^2 - y; K = M = 1.\n"
        "  square        l = u^2 / 4\n"
        "  pseudo-huber  l = (c^2 / 2) (sqrt(1 + u^2 / c^2) - 1), linear in |u| beyond c: what SGD needs\n"
        "The sign of the signal cannot be known: R may end at either. With initial.kind = "
        "\"random-direction\" or\n"
        "\"spectral\" the mean of `recovered` is the probability that gradient descent finds the signal. "
        "Descent on\n"
        "the mean loss, W <- W - eta' d grad L_n, is learning_rate * time_step = eta'.",
        {keys::choice("loss", "u^2 / 4, or its pseudo-huber version that is linear far out",
                      {"square", "pseudo-huber"})
             .written("\\ell"),
         teacher_student::loss_scale_key(),
         keys::real("recovery_threshold", "a run counts as recovered where R^2 / (Q T) exceeds this")
             .at_least(0)
             .at_most(1)
             .otherwise(0.99)},
        false, theory, [](const ProblemTables& tables, Complaints& complaints) {
            const bool square = tables.problem.text("loss") == "square";
            if (square && tables.problem.given("loss_scale"))
                complaints.add(
                    tables.problem.complain("loss_scale", "has a meaning for loss = \"pseudo-huber\" only"));
            Parts parts = one_neuron(
                "quadratic",
                square ? Loss::square(0.5) : Loss::pseudo_huber(tables.problem.real("loss_scale"), 0.5),
                LabelChannel::additive, tables.problem.real("label_noise"));
            parts.recovery_threshold = tables.problem.real("recovery_threshold");
            return parts;
        });
    kind.observables.push_back(Recovery(everything(false)).all().front());
    return kind;
}

ProblemKind general(const spectral::Theory& theory) {
    return preset(
        "multi-index", "any link of K directions, any loss, labels from any link of M directions",
        "l(f(lambda), y), y = f*(lambda*) + sqrt(Delta) xi or its sign. A named link is the sum of such "
        "units.",
        general_keys(), false, theory, read_general);
}

std::vector<AlgorithmKind> committee_algorithms(const spectral::Theory& theory) {
    const ReadParts read = [](const ProblemTables& tables, Complaints& complaints) {
        teacher_student::Network network = teacher_student::read_network(tables.problem, complaints);
        if (tables.problem.given("escape_overlap"))
            complaints.add(
                tables.problem.complain("escape_overlap", "first passages are recorded by online-sgd only"));
        return Parts{.loss = {Link::units(network.activation, network.second_layer), Loss::square()},
                     .label = {Link::units(network.teacher_activation, network.teacher_second_layer),
                               LabelChannel::additive, tables.problem.real("label_noise")}};
    };
    return algorithms(read, theory);
}

}  // namespace hidyn::multi_index
