// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/generalized_linear/bayes_channel.hpp"
#include "models/generalized_linear/signal_law.hpp"
#include "models/teacher_student/sample_loss.hpp"

/// Full-batch first-order methods as one recursion, s = 0, 1, ..: with lower triangular tables b and e,
///
///   g^s = A theta^s,  x^s = g^s + c_{s,s-1} u^{s-1},  u^s = f_s(x^s, y),  h^s = A^T u^s,
///   v^{s+1} = a_s h^s + sum_{r<=s} b_sr theta^r,  p^{s+1} = G(v^{s+1}),
///   theta^t = sum_{r<=t} e_tr p^r,  p^0 = theta^0. (1)
///
/// Gradient methods: f = -eta l'(x, y), c = 0, a = 1, G the identity or a soft threshold. Approximate message
/// passing (AMP): f = g_out(x, y, V_s), c_{s,s-1} = -V_s, a_s = 1 / qhat_s, G the posterior mean. There V and
/// qhat are the responses of (1) themselves, V_s = rho_{s,s-1} and qhat_s = -tau_ss, so that iterates and
/// forces keep no memory of each other. Simulation and theory read the same tables.
/// Sources: Celentano, Montanari & Wu, arXiv 2002.12903 (general first-order methods); Rangan, arXiv
/// 1010.5141 (generalised AMP).
namespace hidyn::generalized_linear {

enum class Rule { gradient_descent, heavy_ball, nesterov, ista, fista, amp };

/// As experiments know it.
[[nodiscard]] const char* name_of(Rule rule);
/// Of every rule, for routes that are confined to them.
[[nodiscard]] std::vector<std::string> rule_names();

/// What AMP knows of signal, labels and start.
struct Knowledge {
    SignalLaw signal;
    double T = 1.0;
    ChannelLaw channel;
    double start_variance = 1.0;  ///< V_0 = |theta^0 - theta*|^2 / d
};

struct Algorithm {
    Rule rule = Rule::gradient_descent;
    double learning_rate = 0.0;               ///< eta
    double ridge = 0.0;                       ///< lambda
    double momentum = 0.0;                    ///< mu
    double l1 = 0.0;                          ///< lambda_1
    double damping = 0.0;                     ///< share of the last iterate and force that AMP keeps
    std::optional<Knowledge> knowledge = {};  ///< of AMP
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
    [[nodiscard]] const Algorithm& algorithm() const { return algorithm_; }
    [[nodiscard]] std::span<const Term> b(std::size_t s) const { return b_[s]; }
    [[nodiscard]] std::span<const Term> e(std::size_t t) const { return e_[t]; }
    /// AMP: forces and iterates keep no memory.
    [[nodiscard]] bool memoryless() const { return algorithm_.rule == Rule::amp; }

    /// a_s, given tau_ss.
    [[nodiscard]] double gain(double tau) const;
    /// c_{s,s-1}, given rho_{s,s-1}.
    [[nodiscard]] double correction(double rho) const { return memoryless() ? -rho : 0.0; }

    /// f(x, y) and its slope in x. `value`, if not null, becomes the loss at x. V is for AMP.
    void forces(const teacher_student::SampleLoss& loss, const double* x, const double* y, double V,
                std::size_t count, double* value, double* force, double* slope) const;

    /// G is the identity.
    [[nodiscard]] bool linear() const;
    /// G(v) and its slope at `count` coordinates; `gain` is the a_s that made v.
    void map(const double* v, double gain, std::size_t count, double* value, double* slope) const;

    /// Where a perturbation of h^q, q < s, has come to: h^s also answers to earlier iterates, by tau_sr for
    /// theta^r. Entry r < s is the factor of dp^{r+1} in dv^{s+1}: sum_{k<=s} (a_s tau_sk + b_sk) e_{k,r+1}.
    [[nodiscard]] std::vector<double> response_memory(std::size_t s, std::span<const double> tau) const;

  private:
    Algorithm algorithm_;
    double threshold_ = 0.0;
    std::vector<std::vector<Term>> b_, e_;
};

/// sign(v) (|v| - threshold)_+.
[[nodiscard]] inline double soft_threshold(double v, double threshold) {
    return v > threshold ? v - threshold : (v < -threshold ? v + threshold : 0.0);
}

}  // namespace hidyn::generalized_linear
