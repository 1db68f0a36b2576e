// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "statistics/verdict.hpp"

/// Synthetic learning curves with a known truth: nine components that share a third of their noise, 100
/// times.
namespace synthetic {

enum class Paths { ornstein_uhlenbeck, smooth };
enum class Noise { gaussian, heavy_tailed, skewed };

struct Truth {
    Paths paths = Paths::ornstein_uhlenbeck;
    Noise noise = Noise::gaussian;  ///< Student with 8 degrees of freedom; or skewness about 0.3
    std::size_t width = 3;
    std::size_t times = 100;
    double variance = 0.3;      ///< limit of d Var
    double slope = 0;           ///< of the mean in 1/d
    double variance_slope = 0;  ///< d Var = variance (1 + variance_slope/d)
    double wrong = 0;           ///< relative size of a smooth bump that the theory does not know
    bool predicts_variance = false;
};

inline hidyn::Observable matrix(std::size_t width) {
    return {"Q", "order parameter", "Q", "w.w/d", {{"student", width}, {"student_2", width}}};
}

inline double limit(std::size_t time, std::size_t component) {
    return std::cos(0.03 * static_cast<double>(time) + static_cast<double>(component));
}

inline hidyn::Trajectory theory(const Truth& truth) {
    hidyn::Series series(matrix(truth.width), 0, truth.times);
    for (std::size_t time = 0; time < truth.times; ++time)
        for (std::size_t component = 0; component < series.components(); ++component)
            series.at(0, time)[component] = limit(time, component);
    if (truth.predicts_variance) series.variance.assign(series.values.size(), truth.variance);
    return {{series}};
}

/// Independent replicas from one generator.
class Simulator {
  public:
    explicit Simulator(unsigned seed) : engine_(seed) {}

    hidyn::Trajectory run(const Truth& truth, double d, std::size_t replicas) {
        hidyn::Series series(matrix(truth.width), replicas, truth.times);
        for (std::size_t replica = 0; replica < replicas; ++replica) fill(series, replica, truth, d);
        return {{series}};
    }

    double normal() { return normal_(engine_); }

  private:
    void fill(hidyn::Series& series, std::size_t replica, const Truth& truth, double d) {
        const double spread = std::sqrt(truth.variance * (1 + truth.variance_slope / d) / d);
        const std::size_t components = series.components();
        std::vector<double> first(components), second(components);
        for (double& value : first) value = normal();
        for (double& value : second) value = normal();
        const double common = normal();
        const double amplitude =
            truth.noise == Noise::heavy_tailed ? std::sqrt(6 / chi_squared_(engine_)) : 1.0;
        for (std::size_t time = 0; time < truth.times; ++time)
            for (std::size_t component = 0; component < components; ++component) {
                double path = first[component];
                if (truth.paths == Paths::smooth) {
                    const double phase = 0.04 * static_cast<double>(time) + static_cast<double>(component);
                    path = first[component] * std::cos(phase) + second[component] * std::sin(phase);
                } else {
                    first[component] = 0.95 * first[component] + std::sqrt(1 - 0.95 * 0.95) * normal();
                }
                double noise = std::sqrt(2.0 / 3) * path + std::sqrt(1.0 / 3) * common;
                if (truth.noise == Noise::skewed)
                    noise = (noise + 0.05 * (noise * noise - 1)) / std::sqrt(1 + 2 * 0.05 * 0.05);
                const double bump =
                    std::sin(std::numbers::pi * static_cast<double>(time) / static_cast<double>(truth.times));
                series.at(replica, time)[component] = limit(time, component) + truth.wrong * bump +
                                                      truth.slope / d + spread * amplitude * noise;
            }
    }

    std::mt19937_64 engine_;
    std::normal_distribution<double> normal_;
    std::chi_squared_distribution<double> chi_squared_{8.0};
};

/// One experiment, judged.
struct Design {
    std::vector<double> sizes = {1600};
    std::size_t replicas = 16;
    hidyn::statistics::VerdictOptions options = {.finite_size = 0, .draws = 500};
};

inline hidyn::statistics::Verdict experiment(Simulator& simulator, const Truth& truth, const Design& design) {
    const hidyn::Trajectory predicted = theory(truth);
    std::vector<hidyn::Trajectory> trajectories;
    for (const double d : design.sizes) trajectories.push_back(simulator.run(truth, d, design.replicas));
    std::vector<hidyn::statistics::SimulationRun> runs;
    for (std::size_t index = 0; index < design.sizes.size(); ++index)
        runs.push_back({"sgd-d" + std::to_string(static_cast<int>(design.sizes[index])), design.sizes[index],
                        &trajectories[index]});
    const double end = static_cast<double>(truth.times - 1);
    return hidyn::statistics::judge(runs, {"ode", &predicted}, hidyn::TimeGrid::linear(end, truth.times),
                                    design.options);
}

}  // namespace synthetic
