// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <optional>

/// The effective process of dynamical mean-field theory, as the engines need it: they know no problem.
///
/// On a grid of step delta, m = 0, 1, ..., with forces g^m = -eta z^m l'(lambda^m, y):
///
///   lambda^m = h^m + sum_{s<m} R_w(m,s) g^s,   (h, lambda*) Gaussian, E h^m h^s^T = C_w(m,s),
///   E h^m lambda*^T = R^m, E lambda* lambda*^T = T                                                   (1)
///
/// Sources: Mignacco et al., arXiv 2006.06098; Celentano, Cheng & Montanari, arXiv 2112.07572; Gerbelot et
/// al., arXiv 2210.06591; Fan & Wang, arXiv 2601.21093 (Poisson and Gaussian drivers).
namespace hidyn::dmft {

/// Where the derivatives of the loss go; a null pointer says that a part is not wanted. Row r of a matrix
/// starts at pointer + r * stride.
struct ForceJets {
    double* value = nullptr;
    double* gradient = nullptr;  ///< K rows
    double* hessian = nullptr;   ///< K (K + 1) / 2 rows: (0,0), (1,0), (1,1), ...
    std::size_t stride = 0;
};

/// How often, or how strongly, a sample acts in one step: the law of z, independent from step to step.
enum class Driver {
    constant,   ///< gradient flow and gradient descent: z = delta / alpha
    bernoulli,  ///< SGD: drawn at most once in a step
    poisson,    ///< SGD: drawn a Poisson number of times
    gaussian    ///< the stochastic modified equation: delta / alpha + N(0, delta / alpha)
};

/// Moments of z at E z = mean.
[[nodiscard]] inline double variance_of(Driver driver, double mean) {
    switch (driver) {
        case Driver::constant:
            return 0.0;
        case Driver::bernoulli:
            return mean * (1.0 - mean);
        case Driver::poisson:
        case Driver::gaussian:
            return mean;
    }
    return 0.0;
}

struct Process {
    std::size_t students = 1;    ///< K
    std::size_t teachers = 1;    ///< M
    double sample_ratio = 1.0;   ///< alpha = n / d
    double learning_rate = 0.0;  ///< eta
    double ridge = 0.0;          ///< rho
    Driver driver = Driver::constant;
    Eigen::MatrixXd Q, R, T;  ///< overlaps at the start: K x K, K x M, M x M; T is not singular

    /// The loss at preactivations (K rows, `lambda_stride` apart) with gradient and Hessian.
    std::function<void(const double* lambda, std::size_t lambda_stride, const double* y, std::size_t count,
                       const ForceJets& jets)>
        loss;
    /// The label of teacher preactivations (M rows, `stride` apart) and a standard normal.
    std::function<void(const double* teacher, std::size_t stride, const double* noise, std::size_t count,
                       double* y)>
        label;
    /// Set if the Hessian of the loss is the same for all samples: its tangent is then deterministic.
    std::optional<Eigen::MatrixXd> constant_hessian;

    [[nodiscard]] double driver_mean(double step) const { return step / sample_ratio; }
};

}  // namespace hidyn::dmft
