#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "public_problems.hpp"

/// Public check values of multi-pass dynamics on a grid of step delta (theory document, section 11).
/// Tolerances are five to eight standard errors of the reference, at least 0.001.
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
    std::vector<double> times;
    std::vector<PublicRow> rows;
};

inline std::vector<PublicCase> public_cases() {
    using hidyn::multi_index::Jump;
    const auto algorithm = [](Rule rule, double rate, double step, Jump jump = Jump::bernoulli) {
        return Algorithm{.rule = rule, .learning_rate = rate, .time_step = step, .jump = jump};
    };
    return {
        {"P3-erf-gf",
         [=] { return erf(algorithm(Rule::gradient_flow, 3.0, 0.1)); },
         {1, 2, 4, 6},
         {{"train_loss", 0, {0.0636889, 0.0392067, 0.0297904, 0.0272638}, 0.001},
          {"generalization_error", 0, {0.0918197, 0.0595858, 0.0462177, 0.0449979}, 0.001},
          {"Q", 0, {0.794641, 0.851074, 0.984624, 1.09396}, 0.0074},
          {"R", 0, {0.644148, 0.76179, 0.864361, 0.919432}, 0.0029}}},
        {"P3-erf-sme",
         [=] { return erf(algorithm(Rule::stochastic_modified_equation, 3.0, 0.1)); },
         {1, 2, 4, 6},
         {{"train_loss", 0, {0.172134, 0.122341, 0.0814722, 0.0656114}, 0.0018},
          {"generalization_error", 0, {0.180466, 0.142026, 0.106232, 0.0913744}, 0.0017},
          {"Q", 0, {1.49346, 1.64715, 1.77569, 1.8439}, 0.02},
          {"R", 0, {0.658691, 0.841682, 1.0078, 1.08214}, 0.0049}}},
        {"P3-erf-sgd-poisson",
         [=] { return erf(algorithm(Rule::sgd, 3.0, 0.1, Jump::poisson)); },
         {1, 2, 4, 6},
         {{"train_loss", 0, {0.174448, 0.12421, 0.0844575, 0.0685812}, 0.001},
          {"generalization_error", 0, {0.178059, 0.140225, 0.107266, 0.0936822}, 0.001},
          {"Q", 0, {1.65951, 1.91793, 2.10724, 2.1696}, 0.0089},
          {"R", 0, {0.723349, 0.941056, 1.11996, 1.18849}, 0.0029}}},
        {"P4-phase-gf",
         [=] { return phase(Loss::square(0.5), 0.5, algorithm(Rule::gradient_flow, 1.0, 0.05)); },
         {1, 2, 4},
         {{"train_loss", 0, {0.0940197, 0.0331279, 0.00689723}, 0.0057},
          {"generalization_error", 0, {0.550953, 0.283933, 0.0899786}, 0.025},
          {"Q", 0, {0.866642, 0.902287, 0.944189}, 0.0058},
          {"R", 0, {0.777487, 0.876051, 0.949487}, 0.007}}},
        {"P5-logistic-sgd",
         [=] {
             Algorithm sgd = algorithm(Rule::sgd, 3.0, 0.1, Jump::poisson);
             sgd.ridge = 0.05;
             return logistic(sgd);
         },
         {1, 3, 6},
         {{"train_loss", 0, {0.470147, 0.328221, 0.277173}, 0.0023},
          {"classification_error", 0, {0.31009, 0.254759, 0.237674}, 0.001},
          {"Q", 0, {2.21269, 3.52515, 4.34369}, 0.016},
          {"R", 0, {0.835758, 1.30762, 1.52966}, 0.0022}}},
        {"P6-gd-step",
         [=] { return erf(algorithm(Rule::gradient_descent, 2.0, 1.0)); },
         {1, 2, 4, 8, 12},
         {{"train_loss", 0, {0.104902, 0.0581772, 0.0380838, 0.0366048, 0.0392181}, 0.001},
          {"generalization_error", 0, {0.125756, 0.0861726, 0.0602997, 0.0515195, 0.053068}, 0.001},
          {"Q", 0, {1.27285, 1.19809, 1.1489, 1.23157, 1.37322}, 0.0095},
          {"R", 0, {0.753998, 0.844734, 0.900091, 0.962759, 1.01947}, 0.0037}}},
        {"P7-committee-gf",
         [=] { return committee(algorithm(Rule::gradient_flow, 2.0, 0.1)); },
         {1, 3, 5},
         {{"train_loss", 0, {0.0392554, 0.0235339, 0.0209986}, 0.0015},
          {"generalization_error", 0, {0.053334, 0.0303801, 0.0292376}, 0.0015},
          {"Q", 0, {0.521225, 0.580636, 0.612194}, 0.0096},
          {"Q", 1, {0.113872, 0.190617, 0.207836}, 0.0054},
          {"Q", 3, {0.496149, 0.549798, 0.580962}, 0.0088},
          {"R", 0, {0.495532, 0.559737, 0.586121}, 0.0078},
          {"R", 1, {0.264014, 0.303261, 0.304391}, 0.0074},
          {"R", 2, {0.237374, 0.285735, 0.28899}, 0.0072},
          {"R", 3, {0.480669, 0.541583, 0.567843}, 0.0073}}},
        {"P7-committee-sgd",
         [=] { return committee(algorithm(Rule::sgd, 2.0, 0.1, Jump::poisson)); },
         {1, 3, 5},
         {{"train_loss", 0, {0.250906, 0.142433, 0.103154}, 0.0045},
          {"generalization_error", 0, {0.257412, 0.160298, 0.125141}, 0.0026},
          {"Q", 0, {1.07816, 1.42544, 1.57322}, 0.026},
          {"Q", 1, {0.406117, 0.262196, 0.119927}, 0.01},
          {"Q", 3, {1.04398, 1.37851, 1.52346}, 0.025},
          {"R", 0, {0.577543, 0.733053, 0.787078}, 0.008},
          {"R", 1, {0.309326, 0.374711, 0.375978}, 0.0054},
          {"R", 2, {0.277018, 0.349236, 0.353109}, 0.007},
          {"R", 3, {0.56142, 0.713528, 0.766986}, 0.0074}}},
        {"P8-extensive-batch",
         [=] {
             Algorithm sgd{.rule = Rule::sgd, .learning_rate = 3.0};
             sgd.batch.fraction = 0.125;  // delta = alpha b = 0.25
             return erf(sgd);
         },
         {1, 2, 4, 6},
         {{"train_loss", 0, {0.172452, 0.122195, 0.0824117, 0.0671579}, 0.001},
          {"generalization_error", 0, {0.175897, 0.137755, 0.104733, 0.0915454}, 0.001},
          {"Q", 0, {1.72994, 1.97481, 2.12684, 2.16631}, 0.011},
          {"R", 0, {0.754205, 0.968671, 1.13543, 1.19482}, 0.0036}}},
        {"P9-phasehuber-sgd",
         [=] {
             return phase(Loss::pseudo_huber(1.0, 0.5), 0.3, algorithm(Rule::sgd, 0.5, 0.2, Jump::poisson));
         },
         {2, 4, 8},
         {{"train_loss", 0, {0.238827, 0.196088, 0.148349}, 0.0051},
          {"generalization_error", 0, {1.30361, 1.15765, 0.907104}, 0.054},
          {"Q", 0, {0.709067, 0.698917, 0.751203}, 0.023},
          {"R", 0, {0.347488, 0.433712, 0.586633}, 0.014}}},
    };
}

}  // namespace cases
