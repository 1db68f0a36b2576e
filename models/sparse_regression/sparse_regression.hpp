// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "core/recorder.hpp"

/// Sparse linear regression by gradient descent on w = u * u - v * v (entry by entry), which favours sparse
/// weights, by one agent or by many that share their weights with neighbours.
///
///   labels  y = X w* + sqrt(Delta) xi, X of independent standard normals, not scaled; w* has few nonzeros
///   loss    |X w - y|^2 / (4 n) of each agent; r = X^T (X w - y) / n, for the population r = w - w*
///   step    u_i <- sum_j P_ij u_j - eta u_i r_i, v_i <- sum_j P_ij v_j + eta v_i r_i, from u = v = alpha
///   time    learning rate times steps
///
/// Source: Wu & Sun, Implicit regularization of decentralized gradient descent for sparse regression, NeurIPS
/// 2024.
namespace hidyn::sparse_regression {

class SparseRegression final : public Problem {
  public:
    std::vector<double> signal;  ///< the nonzeros of w*, its first entries
    double label_noise = 0.0;
    bool flow = false;
    double learning_rate = 0.0;
    std::uint64_t samples = 0;                             ///< of each agent; 0: the population's loss
    Eigen::MatrixXd mixing = Eigen::MatrixXd::Ones(1, 1);  ///< P of agents x agents
    double scale = 1e-2;                                   ///< alpha
    std::uint64_t data_seed = 0;
    std::size_t data_replicas = 0;  ///< data sets drawn, one per replica; 0 for the population

    [[nodiscard]] std::size_t agents() const { return static_cast<std::size_t>(mixing.rows()); }
    [[nodiscard]] bool population() const { return samples == 0; }
    [[nodiscard]] Eigen::VectorXd teacher(std::uint64_t d) const;
    /// Inputs (a row a sample) and labels of all agents one after the other; a theory of the same data draws
    /// the same.
    struct Data {
        Eigen::MatrixXd X;
        Eigen::VectorXd y;
    };
    [[nodiscard]] Data data(std::uint64_t d, std::uint32_t replica) const;
    /// The second largest modulus of the mixing matrix' eigenvalues; 0 for one agent.
    [[nodiscard]] double mixing_rate() const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "learning rate times steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override {
        return flow ? 0.0 : 1.0 / learning_rate;
    }
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override { return data_replicas; }
};

struct Observables : ObservableList {
    explicit Observables(const SparseRegression& problem);

    Handle estimation_error, consensus, support_weights, off_support;
};

/// The mean weights of all agents and how far the agents are from them, as every route reports them.
void record_weights(const SparseRegression& problem, const Observables& report, const Eigen::VectorXd& mean,
                    double consensus, const Slot& slot);

}  // namespace hidyn::sparse_regression
