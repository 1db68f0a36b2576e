// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "check_values.hpp"
#include "public_problems.hpp"

/// The problems of the check values of multi-pass dynamics on a grid of step delta,
/// data/check-values/multi-pass.toml.
namespace cases {}
namespace multi_index_cases {

using namespace cases;

struct PublicRow {
    std::string observable;  ///< as the problem declares it
    std::size_t component;
    std::vector<double> values;
    double tolerance;
};

struct PublicCase {
    std::string name;
    std::function<std::shared_ptr<MultiIndex>()> problem;  ///< with its step as the algorithm's own
    std::vector<std::string> keys = {"train_loss", "generalization_error", "Q", "R"};
    std::vector<double> times = {};
    std::vector<PublicRow> rows = {};
};

/// These rows of one case, a value at each of its times; no others may be there. "Q-1-2" is row 1, column 2
/// of the two by two matrix Q, counted from 1.
inline std::vector<PublicRow> read_rows(const hidyn::test::CheckValues& values, const std::string& name,
                                        const std::vector<std::string>& keys) {
    std::vector<PublicRow> rows;
    const std::size_t times = values.numbers(name + ".times").size();
    for (const std::string& key : keys) {
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
        if (rows.back().values.size() != times)
            throw std::runtime_error(path + " has not a value at every time");
    }
    for (const auto& [key, entry] : values.document().find(name)->entries)
        if (entry.type == hidyn::experiment::Node::Type::table && std::ranges::count(keys, key) == 0)
            throw std::runtime_error(name + "." + key + " is compared with nothing");
    return rows;
}

inline std::vector<PublicCase> public_cases() {
    using hidyn::multi_index::Jump;
    const auto algorithm = [](Rule rule, double rate, double step, Jump jump = Jump::bernoulli) {
        return Algorithm{.rule = rule, .learning_rate = rate, .time_step = step, .jump = jump};
    };
    const std::vector<std::string> of_two{
        "train_loss", "generalization_error", "Q-1-1", "Q-1-2", "Q-2-2", "R-1-1", "R-1-2", "R-2-1", "R-2-2"};
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
         },
         {"train_loss", "classification_error", "Q", "R"}},
        {"P6-gd-step", [=] { return erf(algorithm(Rule::gradient_descent, 2.0, 1.0)); }},
        {"P7-committee-gf", [=] { return committee(algorithm(Rule::gradient_flow, 2.0, 0.1)); }, of_two},
        {"P7-committee-sgd", [=] { return committee(algorithm(Rule::sgd, 2.0, 0.1, Jump::poisson)); },
         of_two},
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
        one.rows = read_rows(values, one.name, one.keys);
    }
    return all;
}

}  // namespace multi_index_cases
