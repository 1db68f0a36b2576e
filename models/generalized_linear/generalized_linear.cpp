// SPDX-License-Identifier: MIT
#include "models/generalized_linear/generalized_linear.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/counts.hpp"
#include "math/gaussian/normal_quantile.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {

std::uint64_t GeneralizedLinear::samples(std::uint64_t d) const {
    return counted(sample_ratio, d);
}

bool GeneralizedLinear::squared() const {
    return loss.link().linear() && loss.loss().is_square() && loss.link().weights()[0] == 1.0 &&
           loss.loss().factor() == 1.0;
}

bool GeneralizedLinear::knows_channel() const {
    return label.teacher().linear() && label.teacher().weights()[0] == 1.0;
}

bool GeneralizedLinear::closed() const {
    return squared() && label.channel() == LabelChannel::additive && label.teacher().linear();
}

std::size_t GeneralizedLinear::steps() const {
    return static_cast<std::size_t>(std::llround(recording.grid.times.back()));
}

Observables::Observables(bool binary, bool debiased_quantiles, const Recording& recording) {
    // A function of the others.
    const auto add_derived = [&](Observable what) {
        what.derived = true;
        return add(std::move(what));
    };
    Q = add(teacher_student::student_overlaps(1));
    R = add(teacher_student::student_teacher_overlaps(1, 1));
    mse = add_derived({"mse", "mean squared error", "\\mathrm{mse}", "|theta - theta*|^2 / d = Q - 2 R + T"});
    train_loss =
        add("train_loss", "training loss", "L_n", "(1/n) sum_i l(f(a_i . theta), y_i), without penalties");
    test_loss = add_derived({"test_loss", "test loss", "L", "E l(f(a . theta), y) of a fresh sample"});
    test_loss_estimate =
        add("test_loss_estimate", "test loss estimated from the training data", "\\hat L",
            "(1/n) sum_i l(f(z_i), y_i), z = g^t - sum_{s<t} rho_ts u^s: the samples as if held out");
    overlap = add_derived({"overlap", "normalized overlap", "m", "R / sqrt(Q T)"});
    debiasing_bias = add("debiasing_bias", "bias of the debiased iterate", "b",
                         "debiased theta . theta* / (d T), debiased = theta^t - sum_r (tau^-1)_tr A^T u^r");
    debiasing_deviation = add("debiasing_deviation", "standard deviation of the debiased iterate", "\\sigma",
                              "sqrt((tau^-1 Sigma tau^-T)_tt): debiased theta ~ b theta* + sigma N(0, I)");
    coverage = add("coverage", "coverage of 95 % intervals", "\\mathrm{coverage}",
                   "share of coordinates with |debiased theta_j - b theta*_j| <= 1.96 sigma");
    if (binary)
        classification_error = add_derived({"classification_error", "classification error", "\\epsilon_c",
                                            "P(sign f(a . theta) != y) of a fresh sample"});
    if (debiased_quantiles) {
        const std::vector<double> levels = recorded_quantiles();
        quantiles = add("debiased_quantiles", "quantiles of the debiased iterate", "F^{-1}",
                        "of (debiased theta_j - b theta*_j) / sigma over coordinates j",
                        {Dimension::profile("normal_quantile", levels)});
    }
    if (!recording.two_time) return;
    const std::vector<Dimension> earlier{Dimension::times("time_2", recording.grid.times)};
    C = add("C", "two-time overlap", "C(t, s)", "theta^t . theta^s / d", earlier);
    tau = add("tau", "sample-side response", "\\tau(t, s)",
              "(n/d) mean du^t/dZ^s, s <= t; in a simulation its estimate from the data", earlier);
    rho = add("rho", "parameter-side response", "\\rho(t, s)",
              "mean dtheta^t/dW^s, s < t; in a simulation its estimate from the data", earlier);
    Sigma =
        add("Sigma", "noise covariance of the gradient fields", "\\Sigma(t, s)", "u^t . u^s / d", earlier);
}

std::vector<double> recorded_quantiles() {
    std::vector<double> levels;
    levels.reserve(20);
    for (int k = 0; k < 20; ++k) levels.push_back(math::normal_quantile(0.025 + 0.05 * k));
    return levels;
}

std::vector<Observable> GeneralizedLinear::observables() const {
    return Observables(*this).all();
}

std::vector<Problem::StartArray> GeneralizedLinear::start() const {
    std::vector<StartArray> arrays{{teacher_student::student_overlaps(1), {Q0()}},
                                   {teacher_student::student_teacher_overlaps(1, 1), {R0()}},
                                   {teacher_student::teacher_overlaps(1), {T()}}};
    return arrays;
}

}  // namespace hidyn::generalized_linear
