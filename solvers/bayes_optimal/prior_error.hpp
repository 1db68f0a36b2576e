// SPDX-License-Identifier: MIT
#pragma once

#include "models/generalized_linear/signal_law.hpp"

namespace hidyn::bayes_optimal {

/// The mean posterior variance of a coordinate theta* seen through theta* + N(0, 1) / sqrt(qhat), for a
/// signal with E theta*^2 = T: T - q(qhat) of the literature, but without its cancellation. qhat >= 0.
/// Source: Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395.
[[nodiscard]] double prior_error(const generalized_linear::SignalLaw& law, double T, double qhat);

}  // namespace hidyn::bayes_optimal
