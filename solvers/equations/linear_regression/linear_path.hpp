// SPDX-License-Identifier: MIT
#pragma once

#include "math/matrices/marchenko_pastur.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::closed_form {

/// Gradient descent or flow on ridge regression, mode by mode of the Marchenko-Pastur spectrum: a mode of
/// curvature mu keeps the share e(t) of its start and has learned the share a(t) of the teacher,
///
///   e = exp(-eta (mu + rho) t)  or  (1 - eta delta (mu + rho))^m after m steps,  a = mu / (mu + rho) (1 -
///   e).
///
/// Celentano, Cheng & Montanari, arXiv 2112.07572; with the noise of the labels, Delta / (alpha mu) a^2.
class LinearPath {
  public:
    /// The problem must be linear_regression().
    explicit LinearPath(const multi_index::MultiIndex& problem);

    /// e at every node, and at the atom as the last entry.
    struct Kept {
        std::vector<double> share;
    };
    [[nodiscard]] Kept after_time(double time) const;
    [[nodiscard]] Kept after_steps(double steps, double step) const;

    /// W(t) W(s)^T / d from the shares kept at t and s.
    [[nodiscard]] double correlation(const Kept& t, const Kept& s) const;
    [[nodiscard]] double teacher_overlap(const Kept& t) const;
    /// Mean square residual of the training samples, twice the training loss.
    [[nodiscard]] double residual(const Kept& t) const;
    /// (1/d) tr of the propagator: the response to a field, after the share kept since.
    [[nodiscard]] double response(const Kept& since) const;

    [[nodiscard]] const math::MarchenkoPastur& spectrum() const { return spectrum_; }
    /// eta (mu + rho).
    [[nodiscard]] double rate(double mu) const;

  private:
    [[nodiscard]] double learned(double mu, double kept) const;

    math::MarchenkoPastur spectrum_;
    double alpha_, eta_, rho_, Delta_, Q_, R_, T_;
};

}  // namespace hidyn::closed_form
