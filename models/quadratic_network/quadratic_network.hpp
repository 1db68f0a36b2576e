// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "models/quadratic_network/covariance.hpp"
#include "models/quadratic_network/start.hpp"

/// Phase retrieval by networks with quadratic activation under anisotropic inputs.
///
///   input    x ~ N(0, C), C diagonal in suitable axes (`Covariance`)
///   student  f(x) = sum_{k<=K} lambda_k^2, lambda = W x / sqrt(d)
///   label    y = sum_r (w*_r . x)^2 / d + sqrt(Delta) xi
///   loss     l = (f - y)^2 / 4, L = E l: half the generalization error
///
/// Source: Braun, Bao, Huang & Imaizumi, arXiv 2601.22652.
namespace hidyn::quadratic_network {

enum class Rule { gradient_descent, spectral_descent, gradient_flow, spectral_flow, online_sgd };
enum class Polar { exact, newton_schulz, muon };
/// What the gradient of a step is of.
enum class Source { population, data_set, fresh };

struct Algorithm {
    Rule rule = Rule::gradient_descent;
    double learning_rate = 0.0;  ///< eta
    double regularization =
        0.0;  ///< epsilon: singular values s of the gradient become s / sqrt(s^2 + epsilon)
    Polar polar = Polar::exact;
    int polar_steps = 5;
    Source source = Source::population;
    double ratio = 0.0;  ///< n / d of a data set, or batch size / d of fresh samples

    [[nodiscard]] bool spectral() const {
        return rule == Rule::spectral_descent || rule == Rule::spectral_flow;
    }
    [[nodiscard]] bool flow() const { return rule == Rule::gradient_flow || rule == Rule::spectral_flow; }
    /// What a step subtracts, in units of eta, of this gradient times sqrt(d).
    [[nodiscard]] Eigen::MatrixXd direction(const Eigen::MatrixXd& gradient) const;
};

class QuadraticNetwork final : public Problem {
  public:
    std::size_t students = 1;            ///< K
    std::vector<double> strengths{1.0};  ///< |w*_r|^2 / d, orthogonal teachers
    InputLaw inputs;
    double label_noise = 0.0;  ///< Delta
    Algorithm algorithm;
    std::vector<Factors> starts;  ///< one, or one per replica
    bool start_per_replica = false;
    bool isotropic_start = false;
    double start_scale = 0.0;      ///< of a random start: standard deviation of a weight; 0: given otherwise
    std::uint64_t start_size = 0;  ///< the d at which starts were drawn; 0: given at no size

    [[nodiscard]] std::size_t teachers() const { return strengths.size(); }
    [[nodiscard]] Eigen::MatrixXd Theta(std::uint64_t d) const { return inputs.teachers(d, strengths); }
    [[nodiscard]] const Factors& start_of(std::size_t replica) const {
        return starts[start_per_replica ? replica : 0];
    }
    /// The size that stands for all of them in a theory whose state has no d.
    [[nodiscard]] std::uint64_t reference_size() const;

    /// A sentence if plain steps are too long to be stable; else "".
    [[nodiscard]] std::string stability_warning() const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override;
    [[nodiscard]] double steps_per_unit_time(double d) const override;
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override {
        return start_per_replica ? starts.size() : 0;
    }
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const QuadraticNetwork& problem);

    Handle error, signal_mass, bulk_mass, alignment, frobenius_alignment, top_alignment, singular_values;
    Handle spike_mass, signal_share;  ///< with a spike
    Handle Q, A;                      ///< of few students
    Handle train_loss, recovered;     ///< with a data set
    Handle spectrum;                  ///< of many students
};

/// Shares of the eigenvalues of W W^T that lie below the recorded quantiles.
[[nodiscard]] std::vector<double> spectrum_levels();
/// Those quantiles, interpolated between the eigenvalues, ascending, that `eigenvalue(k)`, k < students,
/// gives.
[[nodiscard]] std::vector<double> spectrum_quantiles(std::size_t students,
                                                     const std::function<double(std::size_t)>& eigenvalue);
/// From this many students on the quantiles are recorded.
inline constexpr std::size_t fewest_spectrum_students = 20;

/// Up to this many students their overlaps are recorded one by one.
inline constexpr std::size_t most_listed_students = 8;

}  // namespace hidyn::quadratic_network
