#include "models/generalized_linear/method.hpp"

namespace hidyn::generalized_linear {
namespace {

/// theta^t = p^t + mu_t (p^t - p^{t-1}).
double extrapolation(const Algorithm& algorithm, std::size_t t) {
    if (algorithm.rule == Rule::nesterov) return t >= 1 ? algorithm.momentum : 0.0;
    if (algorithm.rule == Rule::fista && t >= 2)
        return (static_cast<double>(t) - 2.0) / (static_cast<double>(t) + 1.0);
    return 0.0;
}

}  // namespace

Method::Method(const Algorithm& algorithm, std::size_t steps) : learning_rate_(algorithm.learning_rate) {
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

std::vector<double> Method::response_memory(std::size_t s, std::span<const double> tau) const {
    std::vector<double> from(tau.begin(), tau.begin() + static_cast<std::ptrdiff_t>(s) + 1);
    for (const Term& term : b_[s]) from[term.index] += term.factor;
    std::vector<double> memory(s, 0.0);
    for (std::size_t k = 0; k <= s; ++k)
        for (const Term& term : e_[k])
            if (term.index > 0) memory[term.index - 1] += from[k] * term.factor;
    return memory;
}

}  // namespace hidyn::generalized_linear
