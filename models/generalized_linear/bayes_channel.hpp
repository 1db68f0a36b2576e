// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "models/teacher_student/sample_loss.hpp"

/// What a label y tells about its preactivation z ~ N(omega, V) when its channel is known:
///
///   g_out(omega, y, V) = d/domega log Z = (E[z | y] - omega) / V,  Z = E P(y | z).
///
/// Sources: Rangan, arXiv 1010.5141; Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395.
namespace hidyn::generalized_linear {

/// Labels of a linear teacher.
struct ChannelLaw {
    teacher_student::LabelChannel channel = teacher_student::LabelChannel::additive;
    double noise_variance = 0.0;  ///< Delta, before a sign or magnitude is taken
};

/// g_out and its slope in omega for each sample. V > 0.
void output_scores(const ChannelLaw& law, const double* omega, const double* y, double V, std::size_t count,
                   double* score, double* slope);

/// phi(x) / Phi(x) of the standard normal law, for any x without overflow.
[[nodiscard]] double inverse_mills_ratio(double x);

}  // namespace hidyn::generalized_linear
