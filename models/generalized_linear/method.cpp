// SPDX-License-Identifier: MIT
#include "models/generalized_linear/method.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::generalized_linear {
namespace {

// AMP's variances and informations stay above this, or an iterate that has found the signal divides by zero.
constexpr double smallest = 1e-12;

/// theta^t = p^t + mu_t (p^t - p^{t-1}).
double extrapolation(const Algorithm& algorithm, std::size_t t) {
    if (algorithm.rule == Rule::nesterov) return t >= 1 ? algorithm.momentum : 0.0;
    if (algorithm.rule == Rule::fista && t >= 2)
        return (static_cast<double>(t) - 2.0) / (static_cast<double>(t) + 1.0);
    return 0.0;
}

}  // namespace

const char* name_of(Rule rule) {
    switch (rule) {
        case Rule::gradient_descent:
            return "gradient-descent";
        case Rule::heavy_ball:
            return "heavy-ball";
        case Rule::nesterov:
            return "nesterov";
        case Rule::ista:
            return "ista";
        case Rule::fista:
            return "fista";
        case Rule::amp:
            return "amp";
    }
    return "";
}

std::vector<std::string> rule_names() {
    std::vector<std::string> names;
    for (const Rule rule :
         {Rule::gradient_descent, Rule::heavy_ball, Rule::nesterov, Rule::ista, Rule::fista, Rule::amp})
        names.emplace_back(name_of(rule));
    return names;
}

Method::Method(const Algorithm& algorithm, std::size_t steps) : algorithm_(algorithm) {
    const double keep = 1.0 - algorithm.learning_rate * algorithm.ridge;
    if (algorithm.rule == Rule::ista || algorithm.rule == Rule::fista)
        threshold_ = algorithm.learning_rate * algorithm.l1;
    for (std::size_t s = 0; s <= steps; ++s) {
        b_.push_back({{s, keep}});
        // Before the first step the weights stood still: theta^{-1} = theta^0.
        if (algorithm.rule == Rule::heavy_ball && s > 0)
            b_[s] = {{s - 1, -algorithm.momentum}, {s, keep + algorithm.momentum}};
        const double mu = extrapolation(algorithm, s);
        if (mu == 0.0)
            e_.push_back({{s, 1.0}});
        else
            e_.push_back({{s - 1, -mu}, {s, 1.0 + mu}});
    }
}

double Method::gain(double tau) const {
    return memoryless() ? 1.0 / std::max(-tau, smallest) : 1.0;
}

bool Method::linear() const {
    return threshold_ == 0.0 && !memoryless();
}

void Method::forces(const teacher_student::SampleLoss& loss, const double* x, const double* y, double V,
                    std::size_t count, double* value, double* force, double* slope) const {
    if (memoryless()) {
        output_scores(algorithm_.knowledge->channel, x, y, std::max(V, smallest), count, force, slope);
        if (value != nullptr) loss.evaluate(x, count, y, count, {.value = value, .stride = count});
        return;
    }
    loss.evaluate(x, count, y, count, {.value = value, .gradient = force, .hessian = slope, .stride = count});
    const double eta = algorithm_.learning_rate;
    for (std::size_t i = 0; i < count; ++i) {
        force[i] *= -eta;
        slope[i] *= -eta;
    }
}

void Method::map(const double* v, double gain, std::size_t count, double* value, double* slope) const {
    if (memoryless()) {
        const Knowledge& knowledge = *algorithm_.knowledge;
        for (std::size_t j = 0; j < count; ++j) {
            const Posterior known = posterior(knowledge.signal, knowledge.T, v[j], gain);
            value[j] = known.mean;
            slope[j] = known.variance / gain;
        }
        return;
    }
    for (std::size_t j = 0; j < count; ++j) {
        value[j] = soft_threshold(v[j], threshold_);
        slope[j] = std::abs(v[j]) > threshold_ ? 1.0 : 0.0;
    }
}

std::vector<double> Method::response_memory(std::size_t s, std::span<const double> tau) const {
    // a_s tau_ss + b_ss = 0.
    if (memoryless()) return std::vector<double>(s, 0.0);
    std::vector<double> from(tau.begin(), tau.begin() + static_cast<std::ptrdiff_t>(s) + 1);
    for (const Term& term : b_[s]) from[term.index] += term.factor;
    std::vector<double> memory(s, 0.0);
    for (std::size_t k = 0; k <= s; ++k)
        for (const Term& term : e_[k])
            if (term.index > 0) memory[term.index - 1] += from[k] * term.factor;
    return memory;
}

}  // namespace hidyn::generalized_linear
