// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "models/generalized_linear/method.hpp"
#include "models/spectral/prediction.hpp"
#include "models/teacher_student/sample_loss.hpp"
#include "models/teacher_student/start.hpp"

/// Regression of labels on n = alpha d samples, by full-batch first-order methods.
///
///   design  A = X / sqrt(d), X_ij independent with mean 0 and variance 1, n x d
///   signal  theta* in R^d with entries from a prior, T = |theta*|^2 / d, exactly
///   labels  y_i = psi(z*_i, xi_i), z* = A theta*
///   risk    L(theta) = sum_i l(f(a_i . theta), y_i) + (lambda / 2) |theta|^2 + lambda_1 |theta|_1
///   time    iterations of the method (`Method`)
///
/// The loss is summed over samples, not averaged. Sources: Han & Xu, arXiv 2412.09498 (their m, n, phi are n,
/// d, alpha); Celentano, Montanari & Wu, arXiv 2002.12903.
namespace hidyn::generalized_linear {

using teacher_student::Label;
using teacher_student::LabelChannel;
using teacher_student::OrderParameters;
using teacher_student::SampleLoss;

enum class Design { gaussian, rademacher, bernoulli, student_t };

struct DesignLaw {
    Design kind = Design::gaussian;
    double probability = 0.1;         ///< of a one in a Bernoulli design, standardised
    double degrees_of_freedom = 6.0;  ///< of a Student-t design, scaled to unit variance
};

/// A start along the leading eigenvector of a weighted covariance of the inputs, scaled to the predicted
/// overlap; the predicted l* is the constant of its reaction term.
struct SpectralStart {
    spectral::Preprocessing preprocessing;
    spectral::Prediction prediction;
};

class GeneralizedLinear : public Problem {
  public:
    GeneralizedLinear(SampleLoss sample_loss, Label sample_label)
        : loss(std::move(sample_loss)), label(std::move(sample_label)) {}

    SampleLoss loss;
    Label label;
    double sample_ratio = 1.0;  ///< alpha
    DesignLaw design;
    SignalLaw signal;
    Algorithm algorithm;
    OrderParameters initial;  ///< K = M = 1; of a spectral start: as predicted
    std::optional<SpectralStart> spectral;
    Recording recording;
    bool quantiles = false;  ///< records those of the debiased iterates

    [[nodiscard]] double T() const { return initial.T(0, 0); }
    [[nodiscard]] double Q0() const { return initial.Q(0, 0); }
    [[nodiscard]] double R0() const { return initial.R(0, 0); }
    /// n = alpha d, rounded.
    [[nodiscard]] std::uint64_t samples(std::uint64_t d) const;
    /// The square loss of a linear student: the derivative of the gradient is the same for all samples.
    [[nodiscard]] bool squared() const;
    /// Also with y = z* + noise: preactivations enter linearly, and only second moments matter.
    [[nodiscard]] bool closed() const;
    /// The teacher is z* itself: y is a known channel of it.
    [[nodiscard]] bool knows_channel() const;
    /// The method's own number of iterations: up to the last recorded one.
    [[nodiscard]] std::size_t steps() const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "iterations"; }
    [[nodiscard]] double steps_per_unit_time(double) const override { return 1.0; }
    [[nodiscard]] std::vector<StartArray> start() const override;
};

/// What every route of an iterated method reports.
struct Observables : ObservableList {
    explicit Observables(const GeneralizedLinear& problem)
        : Observables(problem.label.binary(), problem.quantiles, problem.recording) {}
    Observables(bool binary, bool debiased_quantiles, const Recording& recording);

    Handle Q, R, mse, train_loss, test_loss, test_loss_estimate, overlap;
    Handle debiasing_bias, debiasing_deviation, coverage;
    Handle classification_error;  ///< of binary labels
    Handle quantiles;             ///< of the debiased iterates, where asked for
    Handle C, tau, rho, Sigma;    ///< at pairs of times, where asked for
};

/// The normal quantiles at which those of the debiased iterates are recorded: levels 2.5 %, 7.5 %, .., 97.5
/// %.
[[nodiscard]] std::vector<double> recorded_quantiles();

}  // namespace hidyn::generalized_linear
