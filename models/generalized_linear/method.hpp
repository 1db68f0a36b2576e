#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// Full-batch first-order methods as one recursion, s = 0, 1, ..: with lower triangular tables b and e,
///
///   g^s = A theta^s,  u^s = -eta l'(g^s, y),  h^s = A^T u^s,
///   v^{s+1} = h^s + sum_{r<=s} b_sr theta^r,  p^{s+1} = G(v^{s+1}),
///   theta^t = sum_{r<=t} e_tr p^r,  p^0 = theta^0, (1)
///
/// G the identity or a soft threshold. Simulation and theory read the same tables.
/// Source: Celentano, Montanari & Wu, arXiv 2002.12903 (general first-order methods).
namespace hidyn::generalized_linear {

enum class Rule { gradient_descent, heavy_ball, nesterov, ista, fista };

struct Algorithm {
    Rule rule = Rule::gradient_descent;
    double learning_rate = 0.0;  ///< eta
    double ridge = 0.0;          ///< lambda
    double momentum = 0.0;       ///< mu
    double l1 = 0.0;             ///< lambda_1
};

/// One entry of a row of a table.
struct Term {
    std::size_t index = 0;
    double factor = 0.0;
};

class Method {
  public:
    /// Tables for s = 0..steps.
    Method(const Algorithm& algorithm, std::size_t steps);

    [[nodiscard]] std::size_t steps() const { return b_.size() - 1; }
    [[nodiscard]] double learning_rate() const { return learning_rate_; }
    [[nodiscard]] std::span<const Term> b(std::size_t s) const { return b_[s]; }
    [[nodiscard]] std::span<const Term> e(std::size_t t) const { return e_[t]; }

    /// G shrinks every coordinate by this; 0: G is the identity.
    [[nodiscard]] double threshold() const { return threshold_; }
    [[nodiscard]] bool linear() const { return threshold_ == 0.0; }

    /// Where a perturbation of h^q, q < s, has come to: h^s also answers to earlier iterates, by tau_sr for
    /// theta^r. Entry r < s is the factor of dp^{r+1} in dv^{s+1}: sum_{k<=s} (tau_sk + b_sk) e_{k,r+1}.
    [[nodiscard]] std::vector<double> response_memory(std::size_t s, std::span<const double> tau) const;

  private:
    double learning_rate_;
    double threshold_ = 0.0;
    std::vector<std::vector<Term>> b_, e_;
};

/// sign(v) (|v| - threshold)_+.
[[nodiscard]] inline double soft_threshold(double v, double threshold) {
    return v > threshold ? v - threshold : (v < -threshold ? v + threshold : 0.0);
}

}  // namespace hidyn::generalized_linear
