#include "models/generalized_linear/generalized_linear.hpp"

#include <algorithm>
#include <cmath>

#include "math/gaussian/normal_quantile.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {

std::uint64_t GeneralizedLinear::samples(std::uint64_t d) const {
    return static_cast<std::uint64_t>(std::max(1.0, std::round(sample_ratio * static_cast<double>(d))));
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

std::vector<Observable> declare_observables(bool binary, bool quantiles, const Recording& recording) {
    std::vector<Observable> declared{
        teacher_student::student_overlaps(1),
        teacher_student::student_teacher_overlaps(1, 1),
        {.name = "mse",
         .long_name = "mean squared error",
         .symbol = "\\mathrm{mse}",
         .normalization = "|theta - theta*|^2 / d = Q - 2 R + T",
         .derived = true},
        {.name = "train_loss",
         .long_name = "training loss",
         .symbol = "L_n",
         .normalization = "(1/n) sum_i l(f(a_i . theta), y_i), without penalties"},
        {.name = "test_loss",
         .long_name = "test loss",
         .symbol = "L",
         .normalization = "E l(f(a . theta), y) of a fresh sample",
         .derived = true},
        {.name = "test_loss_estimate",
         .long_name = "test loss estimated from the training data",
         .symbol = "\\hat L",
         .normalization =
             "(1/n) sum_i l(f(z_i), y_i), z = g^t - sum_{s<t} rho_ts u^s: the samples as if held out"},
        {.name = "overlap",
         .long_name = "normalized overlap",
         .symbol = "m",
         .normalization = "R / sqrt(Q T)",
         .derived = true},
        {.name = "debiasing_bias",
         .long_name = "bias of the debiased iterate",
         .symbol = "b",
         .normalization = "debiased theta . theta* / (d T), debiased = theta^t - sum_r (tau^-1)_tr A^T u^r"},
        {.name = "debiasing_deviation",
         .long_name = "standard deviation of the debiased iterate",
         .symbol = "\\sigma",
         .normalization = "sqrt((tau^-1 Sigma tau^-T)_tt): debiased theta ~ b theta* + sigma N(0, I)"},
        {.name = "coverage",
         .long_name = "coverage of 95 % intervals",
         .symbol = "\\mathrm{coverage}",
         .normalization = "share of coordinates with |debiased theta_j - b theta*_j| <= 1.96 sigma"}};
    if (binary)
        declared.push_back({.name = "classification_error",
                            .long_name = "classification error",
                            .symbol = "\\epsilon_c",
                            .normalization = "P(sign f(a . theta) != y) of a fresh sample",
                            .derived = true});
    if (quantiles) {
        const std::vector<double> levels = recorded_quantiles();
        declared.push_back({.name = "debiased_quantiles",
                            .long_name = "quantiles of the debiased iterate",
                            .symbol = "F^{-1}",
                            .normalization = "of (debiased theta_j - b theta*_j) / sigma over coordinates j",
                            .dimensions = {Dimension::profile("normal_quantile", levels)}});
    }
    if (!recording.two_time) return declared;
    const auto two_time = [&](const char* name, const char* long_name, const char* symbol,
                              const char* normalization) {
        declared.push_back({.name = name,
                            .long_name = long_name,
                            .symbol = symbol,
                            .normalization = normalization,
                            .dimensions = {Dimension::times("time_2", recording.grid.times)}});
    };
    two_time("C", "two-time overlap", "C(t, s)", "theta^t . theta^s / d");
    two_time("tau", "sample-side response", "\\tau(t, s)",
             "(n/d) mean du^t/dZ^s, s <= t; in a simulation its estimate from the data");
    two_time("rho", "parameter-side response", "\\rho(t, s)",
             "mean dtheta^t/dW^s, s < t; in a simulation its estimate from the data");
    two_time("Sigma", "noise covariance of the gradient fields", "\\Sigma(t, s)", "u^t . u^s / d");
    return declared;
}

std::vector<double> recorded_quantiles() {
    std::vector<double> levels;
    levels.reserve(20);
    for (int k = 0; k < 20; ++k) levels.push_back(math::normal_quantile(0.025 + 0.05 * k));
    return levels;
}

std::vector<Observable> GeneralizedLinear::observables() const {
    return declare_observables(label.binary(), quantiles, recording);
}

std::vector<Problem::StartArray> GeneralizedLinear::start() const {
    std::vector<StartArray> arrays{{teacher_student::student_overlaps(1), {Q0()}},
                                   {teacher_student::student_teacher_overlaps(1, 1), {R0()}},
                                   {teacher_student::teacher_overlaps(1), {T()}}};
    return arrays;
}

}  // namespace hidyn::generalized_linear
