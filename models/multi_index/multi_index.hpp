// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "core/recorder.hpp"
#include "models/spectral/preprocessing.hpp"
#include "models/teacher_student/sample_loss.hpp"
#include "models/teacher_student/start.hpp"

/// Gaussian multi-index models that learn from a data set, again and again.
///
///   data      x_i ~ N(0, I_d), i = 1..n, n = alpha d;  x~_i = x_i / sqrt(d)
///   student   lambda_i = W x~_i in R^K, teacher lambda*_i = W* x~_i in R^M, label y_i = psi(lambda*_i, xi_i)
///   risk      L_n(W) = (1/n) sum_i l(f(lambda_i), y_i), and a ridge rho / (2 d) |W|^2
///   time      samples processed / d: an epoch is alpha
///
/// The learning rate multiplies the sum over a batch. With l' the gradient in lambda:
///   sgd   batch B of kappa distinct samples: W <- (1 - eta rho kappa/d) W - eta sum_{i in B} l'_i x~_i^T
///   flow  dW/dt = -eta rho W - (eta / alpha) sum_i l'_i x~_i^T = -eta d grad(L_n + ridge)
///   gd    a finite step delta: W <- (1 - eta rho delta) W - (eta delta / alpha) sum_i l'_i x~_i^T
///   sme   dW = -eta rho W dt - eta sum_i l'_i x~_i^T (dt / alpha + dB_i / sqrt(alpha)), Ito
/// On a grid of step delta all four are W <- (1 - eta rho delta) W - eta sum_i z_i l'_i x~_i^T with drivers
/// z_i: Bernoulli or Poisson of mean delta/alpha, the constant delta/alpha, or delta/alpha + N(0,
/// delta/alpha). Sources: Fan & Wang, arXiv 2601.21093 (SGD, SME); Celentano, Cheng & Montanari, arXiv
/// 2112.07572 (flow); Gerbelot et al., arXiv 2210.06591 (batches of order n).
namespace hidyn::multi_index {

using teacher_student::Label;
using teacher_student::LabelChannel;
using teacher_student::Link;
using teacher_student::Loss;
using teacher_student::most_units;
using teacher_student::OrderParameters;
using teacher_student::SampleLoss;

enum class Rule { sgd, gradient_descent, gradient_flow, stochastic_modified_equation };
enum class Jump { bernoulli, poisson };

/// As experiments call the algorithm.
[[nodiscard]] const char* name_of(Rule rule);
/// Of all of them, for routes that are confined to algorithms on a data set.
[[nodiscard]] std::vector<std::string> algorithm_names();

/// The number of samples in a batch: a number, a power of n, or a fraction of n.
struct BatchSize {
    std::uint64_t number = 1;
    std::optional<double> power = {};
    std::optional<double> fraction = {};

    [[nodiscard]] std::uint64_t of(std::uint64_t samples) const;
};

struct Algorithm {
    Rule rule = Rule::sgd;
    double learning_rate = 0.0;  ///< eta
    double ridge = 0.0;          ///< rho
    BatchSize batch = {};
    /// Step delta of the algorithm itself: of gradient descent, or of a dynamics that is driven on a grid.
    std::optional<double> time_step = {};
    Jump jump = Jump::bernoulli;
};

/// A squared norm |w_k|^2 / d beyond this counts as divergence.
inline constexpr double divergence_threshold = 1e6;

class MultiIndex final : public Problem {
  public:
    MultiIndex(SampleLoss sample_loss, Label sample_label)
        : loss(std::move(sample_loss)), label(std::move(sample_label)) {}

    SampleLoss loss;
    Label label;
    double sample_ratio = 1.0;  ///< alpha
    Algorithm algorithm;
    /// Without a second layer; of a random direction with R = 0, of a spectral start with |R| as predicted.
    OrderParameters initial;
    bool random_direction = false;                         ///< each replica starts in a direction of its own
    std::optional<spectral::Preprocessing> spectral = {};  ///< each replica starts as its data say
    /// A simulation records whether R^2 / (Q T) exceeds this, with one student and one teacher.
    std::optional<double> recovery_threshold = {};
    Recording recording;

    [[nodiscard]] std::size_t students() const { return loss.arguments(); }
    [[nodiscard]] std::size_t teachers() const { return label.teacher().arguments(); }
    [[nodiscard]] std::uint64_t samples(std::uint64_t d) const;

    /// The step of the algorithm in units of time where the limit d -> infinity keeps it finite: gradient
    /// descent, batches of order n, dynamics driven on a grid. None where it vanishes.
    [[nodiscard]] std::optional<double> finite_step() const;
    /// One linear neuron for a linear teacher under the square loss: the theory closes.
    [[nodiscard]] bool linear_regression() const;
    /// The test error is the misclassification of the teacher's sign, not a mean square.
    [[nodiscard]] bool classifies() const { return label.channel() == LabelChannel::sign; }

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "samples / d"; }
    [[nodiscard]] double steps_per_unit_time(double d) const override;
    [[nodiscard]] std::vector<StartArray> start() const override;
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const MultiIndex& problem);

    Handle Q, R, train_loss, test_error, overlap;
    Handle C, response;  ///< where they are to be recorded
};

/// What simulations alone report: whether a run has recovered the signal, if the problem asks for it.
struct Recovery : ObservableList {
    explicit Recovery(const MultiIndex& problem);

    Handle recovered;
};

}  // namespace hidyn::multi_index
