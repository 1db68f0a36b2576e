// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <boost/math/distributions/binomial.hpp>

#include "statistics_synthetic.hpp"

namespace level_tests {

// A right theory must be rejected as often as the stated level says. The number of rejections among n
// independent experiments is binomial; the bounds are the exact binomial points that one experiment in 30 000
// would pass (the normal approximation is far too narrow at 1% and 40 experiments), and seeds are fixed. That
// the test is not uselessly timid, at least 0.4 of the level at 10%, is asked of all designs of a test case
// together: one alone has too few experiments to tell.

namespace {

using synthetic::Design;
using synthetic::Noise;
using synthetic::Paths;
using synthetic::Simulator;
using synthetic::Truth;

enum class Test { means, variances };

struct Rejections {
    std::array<int, 3> at = {0, 0, 0};  ///< at 1%, 5%, 10%
};

constexpr std::array<double, 3> levels = {0.01, 0.05, 0.10};

Rejections count(const Truth& truth, const Design& design, int experiments, Test test) {
    Simulator simulator(41);
    Rejections rejections;
    for (int number = 0; number < experiments; ++number) {
        const auto verdict = synthetic::experiment(simulator, truth, design);
        const double p = test == Test::means ? verdict.mean_p_value : verdict.variance_p_value;
        for (std::size_t index = 0; index < levels.size(); ++index)
            if (p < levels[index]) ++rejections.at[index];
    }
    return rejections;
}

double upper_bound(double level, int experiments) {
    return quantile(complement(boost::math::binomial(experiments, level), 1.0 / 30000));
}

void check_upper(const Rejections& rejections, int experiments) {
    for (std::size_t index = 0; index < levels.size(); ++index) {
        CAPTURE(levels[index]);
        CHECK(rejections.at[index] <= upper_bound(levels[index], experiments));
    }
}

/// Collects the designs of one test case.
class Tally {
  public:
    void add(const Rejections& rejections, int experiments) {
        check_upper(rejections, experiments);
        rejected_ += rejections.at[2];
        experiments_ += experiments;
    }

    void check_not_timid() const { CHECK(rejected_ >= 0.4 * levels[2] * experiments_); }

  private:
    int rejected_ = 0;
    int experiments_ = 0;
};

}  // namespace

TEST_CASE("level of the mean test: one size, any number of replicas, rough and smooth paths") {
    Tally tally;
    for (const std::size_t replicas : {4u, 8u, 16u, 64u})
        for (const Paths paths : {Paths::ornstein_uhlenbeck, Paths::smooth}) {
            CAPTURE(replicas);
            CAPTURE(paths == Paths::smooth);
            const int experiments = replicas == 64 ? 60 : 120;
            tally.add(count({.paths = paths}, {.replicas = replicas}, experiments, Test::means), experiments);
        }
    tally.check_not_timid();
}

TEST_CASE("level of the mean test: three sizes with a finite-size slope and variances off the 1/d law") {
    Tally tally;
    for (const std::size_t replicas : {8u, 64u}) {
        CAPTURE(replicas);
        const int experiments = replicas == 64 ? 40 : 80;
        const Truth truth{.slope = 2, .variance_slope = 100};
        tally.add(count(truth, {.sizes = {100, 400, 1600}, .replicas = replicas}, experiments, Test::means),
                  experiments);
    }
    tally.check_not_timid();
}

TEST_CASE("level of the mean test: heavy tails and mild skewness") {
    Tally tally;
    for (const Noise noise : {Noise::heavy_tailed, Noise::skewed}) {
        CAPTURE(noise == Noise::skewed);
        tally.add(count({.noise = noise}, {.replicas = 16}, 150, Test::means), 150);
    }
    tally.check_not_timid();
}

TEST_CASE("level of the mean test: the default allowance covers a shift of a fifth of a standard error") {
    const double standard_error = std::sqrt(0.3 / (1600 * 64.0));
    const Truth truth{.slope = 0.2 * standard_error * 1600};
    const auto rejections = count(truth, {.replicas = 64, .options = {.draws = 500}}, 100, Test::means);
    check_upper(rejections, 100);
}

TEST_CASE("level of the variance test") {
    Tally tally;
    for (const std::size_t replicas : {8u, 64u}) {
        CAPTURE(replicas);
        const Truth truth{.predicts_variance = true};
        tally.add(count(truth, {.replicas = replicas}, 80, Test::variances), 80);
    }
    tally.check_not_timid();
    const Truth growing{.variance_slope = 40, .predicts_variance = true};
    const auto rejections = count(growing, {.sizes = {100, 400, 1600}, .replicas = 32}, 60, Test::variances);
    check_upper(rejections, 60);
}

}  // namespace level_tests
