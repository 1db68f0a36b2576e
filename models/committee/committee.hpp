// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "core/recorder.hpp"
#include "math/activation.hpp"
#include "math/gaussian/mean_square_residual.hpp"
#include "models/teacher_student/start.hpp"

/// The two-layer teacher-student network ("committee machine") under online SGD.
///
///   student f(x) = sum_k v_k g(lambda_k),  lambda_k = w_k . x / sqrt(d),        k = 1..K
///   teacher f*(x) = sum_m v*_m g*(lambda*_m), label y = f*(x) + sqrt(Delta) xi,  m = 1..M
///   fresh x ~ N(0, I_d) at every step, residual E = y - f(x), loss E^2 / 2; with a batch of B samples
///   w_k <- (1 - kappa / d) w_k + eta / sqrt(d) (1/B) sum_b v_k g'(lambda_k^b) E^b x^b
///   v_k <- (1 - kappa_v / d) v_k + eta_v / d (1/B) sum_b g(lambda_k^b) E^b
/// all right-hand sides at the old values; time t = steps / d whatever B. Spherical SGD then rescales every
/// w_k to the norm it had at the start.
/// Sources: Saad & Solla, PRE 52, 4225 (1995); Goldt et al., NeurIPS 2019 (arXiv 1906.08632), whose weight
/// decay is likewise not multiplied by the learning rate.
namespace hidyn::committee {

using teacher_student::OrderParameters;

struct OnlineSgd {
    double learning_rate = 0.0;               ///< eta
    double second_layer_learning_rate = 0.0;  ///< eta_v
    double weight_decay = 0.0;                ///< kappa
    double second_layer_weight_decay = 0.0;   ///< kappa_v
    std::uint64_t batch_size = 1;             ///< B
    bool spherical = false;                   ///< |w_k| is restored to its start after every step

    [[nodiscard]] bool trains_second_layer() const {
        return second_layer_learning_rate > 0.0 || second_layer_weight_decay > 0.0;
    }
};

/// A squared norm |w_k|^2 / d beyond this counts as divergence.
inline constexpr double divergence_threshold = 1e6;

class Committee final : public Problem {
  public:
    std::size_t students = 1;                                              ///< K
    std::size_t teachers = 1;                                              ///< M
    math::Activation activation = math::Activation::named("erf");          ///< g
    math::Activation teacher_activation = math::Activation::named("erf");  ///< g*
    Eigen::VectorXd teacher_second_layer;                                  ///< v*, length M
    double label_noise = 0.0;                                              ///< Delta
    OnlineSgd algorithm;
    /// K = M = 1: the squared overlap whose first passage is recorded.
    std::optional<double> escape_overlap;
    std::vector<OrderParameters> starts;  ///< one for all replicas, or one each
    bool start_per_replica = false;
    std::optional<teacher_student::RandomStart> random_start;  ///< the law they were drawn from

    [[nodiscard]] const OrderParameters& start_of(std::size_t replica) const {
        return starts[start_per_replica ? replica : 0];
    }

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "steps / d"; }
    [[nodiscard]] double steps_per_unit_time(double d) const override { return d; }
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override {
        return start_per_replica ? starts.size() : 0;
    }
};

/// What simulation and theory report.
struct Observables : ObservableList {
    explicit Observables(const Committee& problem);

    Handle Q, R, generalization_error;
    Handle second_layer;          ///< where it is trained
    Handle escaped, escape_time;  ///< of the first passage, where the problem has an escape_overlap
};

/// Turns order parameters into the observables, for simulation and theory alike: they share this definition
/// and nothing else. One object serves one thread.
class Observer {
  public:
    explicit Observer(const Committee& problem);

    /// eg = (1/2) E (f - f*)^2 over a fresh noiseless sample.
    [[nodiscard]] double generalization_error(const OrderParameters& state);
    /// Records the observables of `state`, all but those of the first passage.
    void observe(const OrderParameters& state, const Slot& slot);

  private:
    const Committee& problem_;
    Observables report_;
    math::MeanSquareResidual risk_;
};

}  // namespace hidyn::committee
