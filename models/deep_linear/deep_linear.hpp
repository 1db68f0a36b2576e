#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/problem.hpp"

/// Deep linear networks on whitened inputs.
///
///   student  f(x) = W x, W = W_L .. W_1, W_l of n_l x n_{l-1}, n_0 = d, x ~ N(0, I)
///   teacher  M of n_L x d with singular values m_alpha; in its own bases, so that M is diagonal
///   loss     |W - M|_F^2 / 2, the generalization error
///   time     learning rate times steps, in all of them
///
/// These models carry no 1 / sqrt(d): singular values are of order 1. Source: Saxe, McClelland & Ganguli,
/// arXiv 1312.6120.
namespace hidyn::deep_linear {

enum class Rule { gradient_flow, gradient_descent };
enum class StartKind { aligned, unbalanced, random };

/// How the weights begin.
struct Start {
    StartKind kind = StartKind::aligned;
    /// aligned: s_alpha(0), every layer with singular values s^{1/L} along the teacher's modes.
    std::vector<double> strengths = {};
    /// unbalanced, two layers: the modes' singular values in the first and in the second.
    std::vector<double> first = {}, second = {};
    /// random: standard deviation of an entry of an n_l x n_{l-1} matrix is scale / sqrt(n_{l-1}).
    double scale = 0.0;
    std::uint64_t seed = 0;
    std::uint64_t size = 0;    ///< random: the d at which they are drawn
    std::size_t replicas = 0;  ///< random: how many draws
};

class DeepLinear final : public Problem {
  public:
    std::size_t depth = 2;          ///< L
    std::vector<double> strengths;  ///< m_alpha, descending
    double hidden_ratio = 1.0;      ///< n_l / d of hidden layers
    double output_ratio = 1.0;      ///< n_L / d
    Rule rule = Rule::gradient_flow;
    double learning_rate = 0.0;  ///< eta
    Start initial;
    TimeGrid grid;

    [[nodiscard]] std::size_t modes() const { return strengths.size(); }
    /// n_0, .., n_L.
    [[nodiscard]] std::vector<Eigen::Index> widths(std::uint64_t d) const;
    /// The weights of this replica at this size; a theory that starts from random ones draws the same.
    [[nodiscard]] std::vector<Eigen::MatrixXd> weights(std::uint64_t d, std::uint32_t replica) const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "learning rate times steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override {
        return rule == Rule::gradient_flow ? 0.0 : 1.0 / learning_rate;
    }
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override { return initial.replicas; }
};

/// In the order in which they are declared.
struct ObservablePlaces {
    static constexpr std::size_t error = 0, mode_strength = 1, off_diagonal = 2, imbalance = 3;
};

}  // namespace hidyn::deep_linear
