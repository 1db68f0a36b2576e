// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

/// State evolution of a first-order method, d -> infinity at fixed n / d = alpha and fixed number of
/// iterations:
///
///   g^t ~ Z^t + sum_{s<t} rho_ts u^s,   h^t ~ W^t + delta_t theta* + sum_{s<=t} tau_ts theta^s, (1)
///
/// (Z*, Z^0, ..) Gaussian with E Z*^2 = T, E Z* Z^t = R_t, E Z^t Z^s = C_ts; W Gaussian with covariance
/// Sigma_ts = alpha E u^t u^s, independent of signal and start;
///
///   tau_ts = alpha E du^t/dZ^s,  rho_ts = E dtheta^t/dW^s,  T delta_t = alpha E Z* u^t - sum_s tau_ts R_s.
///
/// Sources: Han & Xu, arXiv 2412.09498; Celentano, Cheng & Montanari, arXiv 2112.07572.
namespace hidyn::state_evolution {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// All of it for t = 0..finished - 1.
struct Path {
    RowMajor C, tau, rho, Sigma;  ///< C and Sigma: lower triangles
    std::vector<double> R, delta;
    std::vector<double> train_loss, test_loss, classification_error;
    std::size_t finished = 0;
    std::string trouble;  ///< "" or what was not finite or too large, at which iteration

    explicit Path(std::size_t times);
};

/// What the parameters are at one iteration.
struct ParameterRow {
    Eigen::VectorXd C;  ///< C_ts, s = 0..t
    double R = 0.0;
    Eigen::VectorXd rho;  ///< rho_ts, s < t
};

/// What the samples answer.
struct SampleRow {
    Eigen::VectorXd tau;    ///< tau_ts, s = 0..t
    Eigen::VectorXd Sigma;  ///< Sigma_ts, s = 0..t
    double delta = 0.0;
    double train_loss = 0.0, test_loss = 0.0, classification_error = 0.0;
};

/// The scalar process of the parameters: signal, start and iterates of one coordinate.
class ParameterSide {
  public:
    virtual ~ParameterSide() = default;
    /// The present iteration t.
    [[nodiscard]] virtual ParameterRow row() const = 0;
    /// From t to t + 1.
    virtual void advance(const SampleRow& samples) = 0;
};

/// The scalar process of the samples: preactivations, label and forces of one sample.
class SampleSide {
  public:
    virtual ~SampleSide() = default;
    /// The next iteration.
    [[nodiscard]] virtual SampleRow visit(const ParameterRow& parameters) = 0;
};

/// The debiased iterate theta^t - sum_s (tau^-1)_ts h^s ~ b_t theta* + sigma_t N(0, 1): b = -tau^-1 delta,
/// sigma_t^2 = (tau^-1 Sigma tau^-T)_tt. NaN from the first iteration on at which tau has no inverse.
struct Debiasing {
    std::vector<double> bias, deviation;
};
[[nodiscard]] Debiasing debiasing_of(const Path& path);

/// Runs both sides in turn for t = 0..times - 1; proceed() false ends it early.
template <class Proceed>
[[nodiscard]] Path evolve(std::size_t times, double largest, ParameterSide& parameters, SampleSide& samples,
                          Proceed proceed);

/// The quantity that is not finite or beyond `largest`; "" if none.
[[nodiscard]] std::string trouble_in(const ParameterRow& parameters, const SampleRow& samples,
                                     double largest);
/// Writes both rows at iteration t.
void store(const ParameterRow& parameters, const SampleRow& samples, std::size_t t, Path& path);

template <class Proceed>
Path evolve(std::size_t times, double largest, ParameterSide& parameters, SampleSide& samples,
            Proceed proceed) {
    Path path(times);
    for (std::size_t t = 0; t < times && proceed(); ++t) {
        const ParameterRow now = parameters.row();
        const SampleRow answer = samples.visit(now);
        path.trouble = trouble_in(now, answer, largest);
        if (!path.trouble.empty()) {
            path.trouble += " at iteration " + std::to_string(t);
            break;
        }
        store(now, answer, t, path);
        path.finished = t + 1;
        if (t + 1 < times) parameters.advance(answer);
    }
    return path;
}

}  // namespace hidyn::state_evolution
