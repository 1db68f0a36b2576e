// SPDX-License-Identifier: MIT
#include "models/quadratic_network/quadratic_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "math/matrices/polar_factor.hpp"

namespace hidyn::quadratic_network {

using Eigen::MatrixXd;

MatrixXd Algorithm::direction(const MatrixXd& gradient) const {
    if (!spectral()) return gradient;
    if (regularization > 0.0) return math::smooth_polar_factor(gradient, regularization);
    switch (polar) {
        case Polar::exact:
            return math::polar_factor(gradient);
        case Polar::newton_schulz:
            return math::newton_schulz(gradient, polar_steps);
        case Polar::muon:
            return math::muon_iteration(gradient, polar_steps);
    }
    return gradient;
}

std::vector<double> spectrum_levels() {
    std::vector<double> levels;
    // The ends of the spectrum belong to the teachers, or fluctuate with few of them.
    levels.reserve(17);
    for (int k = 2; k <= 18; ++k) levels.push_back(0.05 * k);
    return levels;
}

std::vector<double> spectrum_quantiles(std::size_t students,
                                       const std::function<double(std::size_t)>& eigenvalue) {
    const auto K = static_cast<double>(students);
    std::vector<double> quantiles;
    for (const double level : spectrum_levels()) {
        // Eigenvalue k stands for the level (k + 1/2) / K.
        const double rank = std::clamp(level * K - 0.5, 0.0, K - 1.0);
        const auto below = static_cast<std::size_t>(rank);
        const std::size_t above = std::min(below + 1, students - 1);
        const double share = rank - std::floor(rank);
        quantiles.push_back((1.0 - share) * eigenvalue(below) + share * eigenvalue(above));
    }
    return quantiles;
}

std::uint64_t QuadraticNetwork::reference_size() const {
    return start_size > 0 ? start_size : 1000 + students + inputs.smallest_dimension(teachers());
}

std::string QuadraticNetwork::stability_warning() const {
    if (algorithm.spectral() || algorithm.flow()) return "";
    // Where a signal of strength mu and variance c is learned, the curvature is 6 mu c^2; on the plateau of
    // the strongest direction, which it reaches at two thirds of the signal's tau, 2 c.
    const Covariance covariance = inputs.at(reference_size(), teachers());
    double strongest = covariance.probes.maxCoeff();
    for (const BulkBlock& block : covariance.bulk) strongest = std::max(strongest, block.variance);
    const Eigen::MatrixXd theta = Theta(reference_size());
    const double learned = (theta * covariance.probes.asDiagonal() * theta.transpose()).diagonal().maxCoeff();
    const double bound = std::min(1.0 / (3.0 * learned), 1.0 / (strongest * learned));
    if (algorithm.learning_rate <= bound) return "";
    return fmt::format("learning_rate = {} is beyond the stability bound {:.4g} of gradient descent",
                       algorithm.learning_rate, bound);
}

Observables::Observables(const QuadraticNetwork& problem) {
    const std::size_t students = problem.students;
    const std::size_t shown = std::min<std::size_t>(students, most_listed_students);
    error = add({.name = "generalization_error",
                 .long_name = "generalization error",
                 .symbol = "\\epsilon_g",
                 .normalization = "E (f - f*)^2 / 2: twice the population loss",
                 .derived = true});
    signal_mass = add("signal_mass", "mass on the signal", "m_{\\star}",
                      "sum_k (w_k . u)^2 / d, u the teacher's direction; summed over teachers");
    bulk_mass =
        add({.name = "bulk_mass",
             .long_name = "mass in the bulk",
             .symbol = "m_b",
             .normalization = "tr Q less the masses on signal and spike (on all axes that carry the teacher)",
             .derived = true});
    alignment = add({.name = "alignment",
                     .long_name = "alignment",
                     .symbol = "m_{\\star} / \\mathrm{tr}\\, Q",
                     .normalization = "signal_mass / tr Q",
                     .derived = true});
    frobenius_alignment = add({.name = "frobenius_alignment",
                               .long_name = "alignment in Frobenius norm",
                               .symbol = "m_{\\star} / |Q|_F",
                               .normalization = "signal_mass / |Q|_F = u^T M u / |M|_F, M = W^T W / d",
                               .derived = true});
    top_alignment = add({.name = "top_alignment",
                         .long_name = "alignment of the top eigenvector",
                         .symbol = "(u \\cdot e_1)^2",
                         .normalization = "squared overlap of the teacher with the leading eigenvector of "
                                          "W^T W / d (its mean over equal ones)",
                         .derived = true});
    singular_values = add({.name = "singular_values",
                           .long_name = "singular values",
                           .symbol = "s",
                           .normalization = fmt::format("of W / sqrt(d), the largest {}", shown),
                           .dimensions = {{"rank", shown}},
                           .derived = true});
    if (problem.inputs.has_spike) {
        spike_mass = add("spike_mass", "mass on the spike", "m_s",
                         "sum_k (w_k . v)^2 / d, v the strong direction of the inputs");
        signal_share = add({.name = "signal_share",
                            .long_name = "share of the signal",
                            .symbol = "m_{\\star} / (m_{\\star} + m_s)",
                            .normalization = "signal_mass / (signal_mass + spike_mass)",
                            .derived = true});
    }
    if (students <= most_listed_students)
        Q = add({.name = "Q",
                 .long_name = "student overlaps",
                 .symbol = "Q",
                 .normalization = "W W^T / d",
                 .dimensions = {{"student", students}, {"student_2", students}},
                 .symmetric = true});
    if (students <= most_listed_students && problem.inputs.kind != InputLaw::Kind::power_law)
        A = add(
            "A", "weights on the probes", "A", "W U^T / sqrt(d), U the axes of teachers and spike",
            {{"student", students}, {"probe", static_cast<std::size_t>(problem.starts.front().A.cols())}});
    if (problem.algorithm.source == Source::data_set) {
        train_loss = add("train_loss", "training loss", "L_n", "(1/n) sum_i (f - y_i)^2 / 4");
        recovered = add({.name = "recovered",
                         .long_name = "recovered",
                         .symbol = "P",
                         .normalization = "1 if the generalization error is below a hundredth of that of "
                                          "f = 0, else 0: its mean is the probability of success",
                         .derived = true});
    }
    if (students >= fewest_spectrum_students) {
        const std::vector<double> levels = spectrum_levels();
        spectrum = add({.name = "spectrum",
                        .long_name = "quantiles of the spectrum",
                        .symbol = "\\lambda",
                        .normalization = "of the K eigenvalues of W W^T, at these shares of them",
                        .dimensions = {Dimension::profile("level", levels)},
                        .derived = true});
    }
}

std::vector<Observable> QuadraticNetwork::observables() const {
    return Observables(*this).all();
}

std::string QuadraticNetwork::time_unit() const {
    if (algorithm.rule == Rule::online_sgd) return "steps / d";
    return algorithm.flow() ? "learning rate times steps" : "iterations";
}

double QuadraticNetwork::steps_per_unit_time(double d) const {
    if (algorithm.rule == Rule::online_sgd) return d;
    return algorithm.flow() ? 0.0 : 1.0;
}

std::vector<Problem::StartArray> QuadraticNetwork::start() const {
    std::vector<double> signal, trace;
    const std::uint64_t d = reference_size();
    for (const Factors& one : starts) {
        const MatrixXd on_teacher = one.A * Theta(d).transpose();
        signal.push_back(on_teacher.squaredNorm());
        trace.push_back(one.Q().trace());
    }
    return {{{.name = "teacher_product",
              .long_name = "|R|^2 at the start",
              .symbol = "|R|_F^2",
              .normalization = "|A Theta^T|_F^2"},
             signal},
            {{.name = "trace",
              .long_name = "tr Q at the start",
              .symbol = "\\mathrm{tr} Q",
              .normalization = "tr W W^T / d"},
             trace}};
}

}  // namespace hidyn::quadratic_network
