// SPDX-License-Identifier: MIT
#include "models/quadratic_network/observer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/moments.hpp"

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// (u . e_1)^2, with e_1^2 averaged over the leading eigenspace where eigenvalues are equal.
double top_alignment(const math::SymmetricSpectrum& solver, const MatrixXd& on_signal) {
    constexpr double equal = 1e-6;
    const VectorXd& values = solver.eigenvalues();
    const Index K = values.size();
    const double largest = values[K - 1];
    if (!(largest > 0.0)) return 0.0;
    double sum = 0.0;
    Index count = 0;
    for (Index k = K - 1; k >= 0 && values[k] >= (1.0 - equal) * largest; --k, ++count)
        sum += (on_signal.transpose() * solver.eigenvectors().col(k)).squaredNorm() / values[k];
    return sum / static_cast<double>(count);
}

}  // namespace

Observer::Observer(const QuadraticNetwork& problem, std::uint64_t d)
    : problem_(problem),
      d_(static_cast<double>(d)),
      covariance_(problem.inputs.at(d, problem.teachers())),
      Theta_(problem.Theta(d)),
      directions_(Theta_.rowwise().normalized()),
      report_(problem) {
    const MatrixXd T = Theta_ * covariance_.probes.asDiagonal() * Theta_.transpose();
    trivial_error_ = 0.5 * (T.trace() * T.trace() + 2.0 * T.squaredNorm());
}

double Observer::error(const MatrixXd& A, const MatrixXd& Gamma) const {
    return 2.0 * Moments(Gamma, A, Theta_, covariance_.probes).loss();
}

void Observer::observe_invariants(const MatrixXd& A, const MatrixXd& Q, const MatrixXd& Gamma,
                                  const Slot& slot) const {
    const double trace = Q.trace();
    const MatrixXd on_signal = A * directions_.transpose();
    const double signal = on_signal.squaredNorm();
    const Index spike = problem_.inputs.spike_probe(problem_.teachers());
    const double on_spike = spike >= 0 ? A.col(spike).squaredNorm() : 0.0;
    // A spike along the teacher shares its mass with it.
    const bool apart = spike >= 0 && problem_.inputs.spike_overlap == 0.0;
    const double probed = apart ? signal + on_spike : A.squaredNorm();
    const double generalization = error(A, Gamma);
    slot.record(report_.error, generalization);
    slot.record(report_.signal_mass, signal);
    slot.record(report_.bulk_mass, covariance_.bulk.empty() ? 0.0 : trace - probed);
    slot.record(report_.alignment, trace > 0.0 ? signal / trace : 0.0);
    slot.record(report_.frobenius_alignment, trace > 0.0 ? signal / Q.norm() : 0.0);
    const math::SymmetricSpectrum solver(Q);
    const Index K = Q.rows();
    slot.record(report_.top_alignment, top_alignment(solver, on_signal));
    std::vector<double> values;
    for (Index k = 0; k < static_cast<Index>(std::min(problem_.students, most_listed_students)); ++k)
        values.push_back(k < K ? std::sqrt(std::max(solver.eigenvalues()[K - 1 - k], 0.0)) : 0.0);
    slot.record(report_.singular_values, values);
    slot.record(report_.spike_mass, on_spike);
    slot.record(report_.signal_share, signal + on_spike > 0.0 ? signal / (signal + on_spike) : 0.0);
    slot.record(report_.recovered, generalization < 1e-2 * trivial_error_ ? 1.0 : 0.0);
    if (report_.spectrum) slot.record(report_.spectrum, spectrum(solver.eigenvalues()));
}

std::vector<double> Observer::spectrum(const VectorXd& eigenvalues) const {
    // Students beyond the rank of a factor that stands for them have eigenvalue 0.
    const Index missing = static_cast<Index>(problem_.students) - eigenvalues.size();
    return spectrum_quantiles(problem_.students, [&](std::size_t place) {
        const Index k = static_cast<Index>(place) - missing;
        return k < 0 ? 0.0 : d_ * std::max(eigenvalues[k], 0.0);
    });
}

void Observer::observe(const MatrixXd& A, const MatrixXd& Q, const MatrixXd& Gamma, const Slot& slot) const {
    observe_invariants(A, Q, Gamma, slot);
    slot.record(report_.Q, Q);
    slot.record(report_.A, A);
}

void Observer::observe(const Factors& factors, const Slot& slot) const {
    observe(factors.A, factors.Q(), factors.Gamma(covariance_), slot);
}

}  // namespace hidyn::quadratic_network
