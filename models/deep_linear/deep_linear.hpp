// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observables.hpp"
#include "core/problem.hpp"
#include "models/deep_linear/start.hpp"

/// Deep linear networks on whitened inputs.
///
///   student  f(x) = W x, W = W_L .. W_1, W_l of n_l x n_{l-1}, n_0 = d, x ~ N(0, I)
///   teacher  y = M x + sqrt(Delta) xi, M of n_L x d with singular values m_alpha, diagonal: all is told in
///            its own bases
///   loss     |y - f|^2 / 2 a sample; the generalization error |W - M|_F^2 / 2 is without the noise
///   time     learning rate times steps, in all of them
///
/// These models carry no 1 / sqrt(d): singular values are of order 1. Sources: Saxe, McClelland & Ganguli,
/// arXiv 1312.6120; stochastic gradients: Corlouer et al., arXiv 2604.06366.
namespace hidyn::deep_linear {

enum class Rule { gradient_flow, gradient_descent, online_sgd, sgd };

/// Bins of equal width.
struct Bins {
    double from = 0.0, to = 0.0;
    std::size_t bins = 0;  ///< 0: not asked for

    [[nodiscard]] double width() const { return (to - from) / static_cast<double>(bins); }
    [[nodiscard]] double edge(std::size_t bin) const { return from + static_cast<double>(bin) * width(); }
    [[nodiscard]] std::vector<double> centres() const;
};

/// What an ensemble reports of its modes beside their mean.
struct AskedModes {
    std::vector<double> quantiles = {};     ///< levels in (0, 1)
    Bins density = {};                      ///< of mode strengths
    std::optional<double> learned_at = {};  ///< share of m at which a mode counts as learned
};

/// What it reports of the singular values of W.
struct AskedLevels {
    bool wanted = false;
    Bins spacings = {}, values = {};
};

class DeepLinear final : public Problem {
  public:
    std::size_t depth = 2;          ///< L
    std::vector<double> strengths;  ///< m_alpha, descending
    double hidden_ratio = 1.0;      ///< n_l / d of hidden layers
    double output_ratio = 1.0;      ///< n_L / d
    double label_noise = 0.0;       ///< Delta
    Rule rule = Rule::gradient_flow;
    double learning_rate = 0.0;               ///< eta
    std::uint64_t batch_size = 0;             ///< B
    std::optional<double> sample_ratio = {};  ///< n / d; absent: the population, or fresh samples
    Start initial;
    AskedModes asked;
    AskedLevels levels;
    std::size_t runs = 1;  ///< the largest number of single runs that any route makes
    TimeGrid grid;

    [[nodiscard]] std::size_t modes() const { return strengths.size(); }
    /// Three runs' share of all: where fewer are expected, runs show no spread by which to judge a frequency.
    [[nodiscard]] double resolution() const { return 3.0 / static_cast<double>(runs); }
    [[nodiscard]] bool stochastic() const { return rule == Rule::online_sgd || rule == Rule::sgd; }
    /// n_0, .., n_L.
    [[nodiscard]] std::vector<Eigen::Index> widths(std::uint64_t d) const;
    [[nodiscard]] std::uint64_t samples(std::uint64_t d) const;
    /// M, diagonal in its own bases.
    [[nodiscard]] Eigen::MatrixXd teacher(std::uint64_t d) const;
    [[nodiscard]] std::vector<Eigen::MatrixXd> weights(std::uint64_t d, std::uint32_t replica) const {
        return draw_weights(initial, widths(d), modes(), replica);
    }
    /// What a user should know of this size (0: of none), in words; "" if nothing: modes that no layer can
    /// carry, steps that are unstable at the solution, noise that destroys a mode.
    [[nodiscard]] std::string warning(std::uint64_t d) const;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::string time_unit() const override { return "learning rate times steps"; }
    [[nodiscard]] double steps_per_unit_time(double) const override {
        return rule == Rule::gradient_flow ? 0.0 : 1.0 / learning_rate;
    }
    [[nodiscard]] std::vector<StartArray> start() const override;
    [[nodiscard]] std::size_t start_replicas() const override { return initial.replicas; }

  private:
    [[nodiscard]] std::string step_warning(std::uint64_t d) const;
};

/// What simulation and theories report, by the network, its algorithm and what is asked for.
struct Observables : ObservableList {
    explicit Observables(const DeepLinear& problem);

    Handle error, mode_strength, off_diagonal;
    Handle imbalance;         ///< of more than one layer
    Handle kernel_alignment;  ///< of more than one layer, without batches
    Handle train_loss;        ///< of a data set
    Handle mode_diffusion;    ///< of batches of fresh samples
    Handle variance_of_modes, quantiles, density, learned, learning_time,
        variance_of_learning_time;                                                         ///< of batches
    Handle singular_values, level_moments, level_spacing, spacing_density, level_density;  ///< of levels

  private:
    void add_mode_statistics(const DeepLinear& problem);
    void add_levels(const AskedLevels& asked, std::size_t levels);
};

/// Every observable that some network reports, for descriptions.
[[nodiscard]] std::vector<Observable> all_observables();

}  // namespace hidyn::deep_linear
