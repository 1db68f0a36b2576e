#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "check_values.hpp"
#include "public_problems.hpp"

/// The problems of the check values of multi-pass dynamics on a grid of step delta,
/// data/check-values/multi-pass.toml.
namespace cases {

struct PublicRow {
    std::string observable;  ///< as the problem declares it
    std::size_t component;
    std::vector<double> values;
    double tolerance;
};

struct PublicCase {
    std::string name;
    std::function<std::shared_ptr<MultiIndex>()> problem;  ///< with its step as the algorithm's own
    std::vector<double> times = {};
    std::vector<PublicRow> rows = {};
};

/// The rows of one case, a value at each of its times. "Q-1-2" is row 1, column 2 of the two by two matrix Q,
/// counted from 1.
inline std::vector<PublicRow> read_rows(const hidyn::test::CheckValues& values, const std::string& name) {
    std::vector<PublicRow> rows;
    const hidyn::experiment::Node* table = values.document().find(name);
    if (table == nullptr) throw std::runtime_error("there are no check values of " + name);
    const std::size_t times = values.numbers(name + ".times").size();
    for (const auto& [key, entry] : table->entries) {
        if (entry.type != hidyn::experiment::Node::Type::table) continue;
        std::size_t component = 0;
        const std::size_t dash = key.find('-');
        if (dash != std::string::npos)
            component = 2 * static_cast<std::size_t>(key.at(dash + 1) - '1') +
                        static_cast<std::size_t>(key.at(dash + 3) - '1');
        const std::string path = name + "." + key;
        rows.push_back({.observable = key.substr(0, dash),
                        .component = component,
                        .values = values.numbers(path + ".values"),
                        .tolerance = values.number(path + ".tolerance")});
    }
    if (rows.empty()) throw std::runtime_error(name + " has lost its check values");
    for (const PublicRow& row : rows)
        if (row.values.size() != times)
            throw std::runtime_error(name + ": " + row.observable + " has not a value at every time");
    return rows;
}

inline std::vector<PublicCase> public_cases() {
    using hidyn::multi_index::Jump;
    const auto algorithm = [](Rule rule, double rate, double step, Jump jump = Jump::bernoulli) {
        return Algorithm{.rule = rule, .learning_rate = rate, .time_step = step, .jump = jump};
    };
    std::vector<PublicCase> all{
        {"P3-erf-gf", [=] { return erf(algorithm(Rule::gradient_flow, 3.0, 0.1)); }},
        {"P3-erf-sme", [=] { return erf(algorithm(Rule::stochastic_modified_equation, 3.0, 0.1)); }},
        {"P3-erf-sgd-poisson", [=] { return erf(algorithm(Rule::sgd, 3.0, 0.1, Jump::poisson)); }},
        {"P4-phase-gf",
         [=] { return phase(Loss::square(0.5), 0.5, algorithm(Rule::gradient_flow, 1.0, 0.05)); }},
        {"P5-logistic-sgd",
         [=] {
             Algorithm sgd = algorithm(Rule::sgd, 3.0, 0.1, Jump::poisson);
             sgd.ridge = 0.05;
             return logistic(sgd);
         }},
        {"P6-gd-step", [=] { return erf(algorithm(Rule::gradient_descent, 2.0, 1.0)); }},
        {"P7-committee-gf", [=] { return committee(algorithm(Rule::gradient_flow, 2.0, 0.1)); }},
        {"P7-committee-sgd", [=] { return committee(algorithm(Rule::sgd, 2.0, 0.1, Jump::poisson)); }},
        {"P8-extensive-batch",
         [=] {
             Algorithm sgd{.rule = Rule::sgd, .learning_rate = 3.0};
             sgd.batch.fraction = 0.125;  // delta = alpha b = 0.25
             return erf(sgd);
         }},
        {"P9-phasehuber-sgd",
         [=] {
             return phase(Loss::pseudo_huber(1.0, 0.5), 0.3, algorithm(Rule::sgd, 0.5, 0.2, Jump::poisson));
         }},
    };
    const hidyn::test::CheckValues values("multi-pass");
    for (PublicCase& one : all) {
        one.times = values.numbers(one.name + ".times");
        one.rows = read_rows(values, one.name);
    }
    return all;
}

}  // namespace cases
