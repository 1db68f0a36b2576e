#include "models/generalized_linear/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/generalized_linear/generalized_linear.hpp"
#include "models/teacher_student/initial.hpp"
#include "models/teacher_student/network.hpp"
#include "models/teacher_student/sample_section.hpp"

namespace hidyn::generalized_linear {
namespace {

constexpr const char* mathematics =
    R"(Labels are regressed on n = alpha d samples by full-batch first-order methods, counted in iterations.

  design  A = X / sqrt(d), X_ij independent with mean 0 and variance 1;  g = A theta
  labels  z* = A theta*, y = f*(z*) + sqrt(Delta) xi, or its sign or magnitude, or 1 with probability 1 / (1 + exp(-f*))
  risk    L(theta) = sum_i l(f(g_i), y_i) + (ridge / 2) |theta|^2 + l1 |theta|_1: a sum over samples, not a mean

  u^t = -eta l'(g^t, y), h^t = A^T u^t
  gradient-descent  theta <- (1 - eta ridge) theta + h
  heavy-ball        the same, + momentum (theta^t - theta^{t-1})
  nesterov          p^{t+1} = (1 - eta ridge) theta^t + h^t, theta^t = p^t + momentum (p^t - p^{t-1}); observables are of theta
  ista              theta <- soft threshold of theta + h at eta l1
  fista             p^{t+1} by ista from theta^t, theta^t = p^t + (t - 2) / (t + 1) (p^t - p^{t-1}) from t = 2 on

State evolution knows the path in the limit: with responses tau (of the forces u) and rho (of the iterates),
  g^t ~ Z^t + sum_{s<t} rho_ts u^s,  h^t ~ W^t + delta_t theta* + sum_{s<=t} tau_ts theta^s,
Z and W Gaussian. A simulation estimates tau, rho, the noise Sigma, the test loss and the debiased iterates from its
data alone, as Han & Xu do, and reports them under the names of what they estimate.

Dictionary. Han & Xu: their m, n and phi are n, d and alpha. A step eta' for the mean loss and inputs of variance 1,
preactivation x . theta / sqrt(d), is eta = eta' / n. Sur & Candes: kappa = 1 / alpha, gamma^2 = T.)";

Key real_key(const char* name, std::string meaning, const char* symbol, Range range,
             std::optional<Value> standard) {
    return {.name = name,
            .type = KeyType::real,
            .meaning = std::move(meaning),
            .symbol = symbol,
            .range = range,
            .standard = std::move(standard)};
}

std::vector<Key> problem_keys() {
    return {
        teacher_student::link_key(),
        teacher_student::teacher_link_key(),
        teacher_student::loss_key({"square", "logistic", "huber", "pseudo-huber"}),
        teacher_student::loss_scale_key(),
        {.name = "label_channel",
         .type = KeyType::choice,
         .meaning =
             "the label: f* + noise, its sign (1 or -1), its magnitude, or 1 with probability 1 / (1 + "
             "exp(-f*)) and else -1",
         .choices = {"additive", "sign", "magnitude", "logistic"},
         .standard = std::string("additive")},
        teacher_student::label_noise_key(),
        {.name = "prior",
         .type = KeyType::choice,
         .meaning = "law of the signal's entries; its norm is made exact, d T",
         .symbol = "P_0",
         .choices = {"gaussian", "rademacher", "bernoulli-gauss"},
         .standard = std::string("gaussian")},
        real_key("sparsity", "share of the signal's entries that are not zero (prior \"bernoulli-gauss\")",
                 "\\rho_0", {.minimum = 0, .maximum = 1, .above_minimum = true}, {})};
}

std::vector<Key> data_keys() {
    Key ratio = real_key("sample_ratio", "samples per dimension: n = sample_ratio * d", "\\alpha",
                         {.minimum = 0, .above_minimum = true}, {});
    ratio.required = true;
    return {ratio,
            {.name = "design",
             .type = KeyType::choice,
             .meaning = "law of the inputs' entries, standardised to mean 0 and variance 1",
             .choices = {"gaussian", "rademacher", "bernoulli", "student-t"},
             .standard = std::string("gaussian")},
            real_key("design_probability", "probability of a one in a Bernoulli design; absent: 0.1", "p",
                     {.minimum = 0, .maximum = 1, .above_minimum = true}, {}),
            real_key("degrees_of_freedom", "of a Student-t design; absent: 6", "\\nu",
                     {.minimum = 2, .above_minimum = true}, {})};
}

Key learning_rate_key() {
    Key key =
        real_key("learning_rate",
                 "step size; it multiplies the gradient of the loss summed over all samples, with inputs of "
                 "variance 1 / d",
                 "\\eta", {.minimum = 0, .above_minimum = true}, {});
    key.required = true;
    return key;
}

Key ridge_key() {
    return real_key("ridge", "adds ridge / 2 |theta|^2 to the loss summed over samples", "\\lambda",
                    {.minimum = 0}, 0.0);
}

Key momentum_key(const char* meaning) {
    Key key = real_key("momentum", meaning, "\\mu", {.minimum = 0, .maximum = 1}, {});
    key.required = true;
    return key;
}

Key l1_key() {
    Key key =
        real_key("l1", "adds l1 |theta|_1 to the loss summed over samples", "\\lambda_1", {.minimum = 0}, {});
    key.required = true;
    return key;
}

struct RuleDescription {
    Rule rule;
    const char* name;
    const char* summary;
    std::vector<Key> keys;
};

std::vector<RuleDescription> rules() {
    return {
        {Rule::gradient_descent, "gradient-descent", "full-batch gradient descent", {ridge_key()}},
        {Rule::heavy_ball,
         "heavy-ball",
         "gradient descent that keeps a part of its last step (Polyak)",
         {ridge_key(), momentum_key("part of the last step that is taken again")}},
        {Rule::nesterov,
         "nesterov",
         "gradient descent from a point extrapolated along the last step (Nesterov), with constant momentum",
         {ridge_key(), momentum_key("length of the extrapolation in units of the last step")}},
        {Rule::ista, "ista", "gradient descent with soft thresholding: the lasso", {l1_key()}},
        {Rule::fista, "fista", "accelerated ISTA (Beck & Teboulle)", {l1_key()}}};
}

std::optional<DesignLaw> read_design(const Table& data, Complaints& complaints) {
    DesignLaw law;
    const std::string& name = data.text("design");
    law.kind = name == "rademacher"  ? Design::rademacher
               : name == "bernoulli" ? Design::bernoulli
               : name == "student-t" ? Design::student_t
                                     : Design::gaussian;
    if (data.given("design_probability")) {
        law.probability = data.real("design_probability");
        if (law.kind != Design::bernoulli)
            complaints.add(
                data.complain("design_probability", "has a meaning for design = \"bernoulli\" only"));
        if (law.probability >= 1.0)
            complaints.add(
                data.complain("design_probability", "must be less than 1: all inputs would be the same"));
    }
    if (data.given("degrees_of_freedom")) {
        law.degrees_of_freedom = data.real("degrees_of_freedom");
        if (law.kind != Design::student_t)
            complaints.add(
                data.complain("degrees_of_freedom", "has a meaning for design = \"student-t\" only"));
    }
    return law;
}

SignalLaw read_signal(const Table& problem, const OrderParameters& start, const Table& initial,
                      Complaints& complaints) {
    SignalLaw law;
    const std::string& name = problem.text("prior");
    law.prior = name == "rademacher"        ? Prior::rademacher
                : name == "bernoulli-gauss" ? Prior::bernoulli_gauss
                                            : Prior::gaussian;
    if (law.prior == Prior::bernoulli_gauss) {
        if (problem.given("sparsity"))
            law.sparsity = problem.real("sparsity");
        else
            complaints.add(fmt::format("{}: sparsity is missing: the share of entries that are not zero",
                                       problem.place()));
    } else if (problem.given("sparsity")) {
        complaints.add(problem.complain("sparsity", "has a meaning for prior = \"bernoulli-gauss\" only"));
    }
    if (law.prior == Prior::rademacher && std::abs(start.T(0, 0) - 1.0) > 1e-12)
        complaints.add(
            initial.complain("T", "must be 1 for prior = \"rademacher\", whose entries are 1 and -1"));
    return law;
}

void check_labels(const GeneralizedLinear& problem, const Table& table, Complaints& complaints) {
    if (problem.loss.loss().of_margin() && !problem.label.binary())
        complaints.add(
            table.complain("loss", "needs labels 1 and -1: label_channel = \"sign\" or \"logistic\""));
    if (problem.label.channel() == LabelChannel::logistic && problem.label.noise_variance() > 0.0)
        complaints.add(table.complain("label_noise",
                                      "is for the other channels: logistic labels are random themselves"));
}

void check_times(const TimeGrid& grid, const std::string& place, Complaints& complaints) {
    for (const double time : grid.times)
        if (time != std::round(time)) {
            complaints.add(fmt::format(
                "{}: time {} is recorded, but time counts iterations: give whole numbers, such as "
                "end = 20 with points = 21",
                place, time));
            return;
        }
}

std::shared_ptr<const Problem> make(Rule rule, const ProblemTables& tables, Complaints& complaints) {
    const Table& table = tables.problem;
    std::optional<teacher_student::Link> student = teacher_student::read_link(table, "link", 1, complaints);
    std::optional<teacher_student::Link> teacher =
        table.given("teacher_link") ? teacher_student::read_link(table, "teacher_link", 1, complaints)
                                    : student;
    std::optional<teacher_student::Loss> loss = teacher_student::read_loss(table, complaints);
    if (!student || !teacher || !loss) return nullptr;
    const std::string& name = table.text("label_channel");
    const LabelChannel channel = name == "sign"        ? LabelChannel::sign
                                 : name == "magnitude" ? LabelChannel::magnitude
                                 : name == "logistic"  ? LabelChannel::logistic
                                                       : LabelChannel::additive;
    auto problem =
        std::make_shared<GeneralizedLinear>(SampleLoss(std::move(*student), std::move(*loss)),
                                            Label(std::move(*teacher), channel, table.real("label_noise")));
    problem->sample_ratio = tables.data.real("sample_ratio");
    problem->recording = tables.recording;
    check_labels(*problem, table, complaints);
    check_times(tables.recording.grid, table.place(), complaints);
    if (const std::optional<DesignLaw> design = read_design(tables.data, complaints))
        problem->design = *design;
    Algorithm& algorithm = problem->algorithm;
    algorithm.rule = rule;
    algorithm.learning_rate = tables.algorithm.real("learning_rate");
    for (auto [key, place] :
         {std::pair{"ridge", &algorithm.ridge}, {"momentum", &algorithm.momentum}, {"l1", &algorithm.l1}})
        if (tables.algorithm.has(key)) *place = tables.algorithm.real(key);
    if (algorithm.momentum >= 1.0)
        complaints.add(
            tables.algorithm.complain("momentum", "must be less than 1, or nothing is ever forgotten"));
    if (!tables.recording.response_at.empty())
        complaints.add(fmt::format(
            "{}: [time] response_at has no meaning here; two_time = true records the responses tau "
            "and rho",
            table.place()));
    teacher_student::Starts starts =
        teacher_student::read_starts(tables, 1, Eigen::VectorXd::Ones(1), complaints);
    for (const char* key : {"second_layer", "per_replica"})
        if (tables.initial.given(key)) complaints.add(tables.initial.complain(key, "has no meaning here"));
    if (starts.list.empty()) return nullptr;
    problem->initial = std::move(starts.list.front());
    if (problem->T() <= 0.0)
        complaints.add(tables.initial.complain("T", "must be positive: there is no signal"));
    problem->signal = read_signal(table, problem->initial, tables.initial, complaints);
    return problem;
}

}  // namespace

std::vector<std::string> algorithm_names() {
    std::vector<std::string> names;
    for (const RuleDescription& rule : rules()) names.emplace_back(rule.name);
    return names;
}

ProblemKind declaration() {
    std::vector<AlgorithmKind> algorithms;
    for (RuleDescription& rule : rules()) {
        AlgorithmKind kind{.name = rule.name, .summary = rule.summary, .keys = {learning_rate_key()}};
        kind.keys.insert(kind.keys.end(), rule.keys.begin(), rule.keys.end());
        kind.data_keys = data_keys();
        kind.two_time = true;
        kind.make = [which = rule.rule](const ProblemTables& tables, Complaints& complaints) {
            return make(which, tables, complaints);
        };
        algorithms.push_back(std::move(kind));
    }
    return {
        .name = "generalized-linear",
        .summary = "regression by full-batch first-order methods, with inference from the data themselves",
        .mathematics = mathematics,
        .problem_keys = problem_keys(),
        .initial_keys = teacher_student::initial_keys(),
        .algorithms = std::move(algorithms),
        .observables = declare_observables(true, {.grid = {{0.0}, ""}, .two_time = true}),
        .routes = {simulation_kind()}};
}

}  // namespace hidyn::generalized_linear
