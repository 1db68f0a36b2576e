// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "random/chi.hpp"
#include "random/gaussian_lanes.hpp"
#include "random/poisson.hpp"

namespace random_tests {

using namespace hidyn::random;

namespace {

std::array<StreamKey, lane_count> replica_keys(std::uint64_t seed, std::uint32_t first = 0) {
    std::array<StreamKey, lane_count> keys{};
    for (std::uint32_t lane = 0; lane < lane_count; ++lane)
        keys[lane] = {.seed = seed, .replica = first + lane};
    return keys;
}

// Pearson's chi-square of equiprobable bins.
double chi_square(const std::vector<double>& sample, std::size_t bins, double (*distribution)(double)) {
    std::vector<double> counts(bins, 0.0);
    for (const double x : sample) {
        const auto bin = static_cast<std::size_t>(distribution(x) * static_cast<double>(bins));
        counts[std::min(bin, bins - 1)] += 1.0;
    }
    const double expected = static_cast<double>(sample.size()) / static_cast<double>(bins);
    double sum = 0.0;
    for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

double normal_distribution(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace

TEST_CASE("sampler: Philox agrees with its published known answer") {
    // Random123's kat_vectors: philox4x64-10 with zero counter and key.
    const std::array<std::uint64_t, 4> words = philox_block({.seed = 0, .route = 0}, 0);
    CHECK(words[0] == 0x16554d9eca36314cU);
    CHECK(words[1] == 0xdb20fe9d672d0fdcU);
    CHECK(words[2] == 0xd7e772cee186176bU);
    CHECK(words[3] == 0x7e68b68aec7ba23bU);
}

TEST_CASE("sampler: normals have the moments of N(0, 1)") {
    GaussianLanes lanes(StreamKey{.seed = 11});
    std::vector<double> block(1 << 14);
    std::array<double, 9> sums{};
    const int blocks = 256;
    for (int index = 0; index < blocks; ++index) {
        lanes.normals(block);
        for (const double x : block) {
            double power = 1.0;
            for (std::size_t order = 1; order < sums.size(); ++order) sums[order] += power *= x;
        }
    }
    const double count = static_cast<double>(block.size()) * blocks;
    double moment = 1.0;
    double double_moment = 1.0;
    for (int order = 1; order <= 8; ++order) {
        moment = order % 2 == 1
                     ? 0.0
                     : std::tgamma(order + 1) / (std::pow(2.0, order / 2) * std::tgamma(order / 2 + 1));
        double_moment = std::tgamma(2 * order + 1) / (std::pow(2.0, order) * std::tgamma(order + 1));
        const double error = std::sqrt((double_moment - moment * moment) / count);
        CAPTURE(order);
        CHECK(std::abs(sums[static_cast<std::size_t>(order)] / count - moment) < 4.0 * error);
    }
}

TEST_CASE("sampler: normals follow the normal distribution function, tails included") {
    GaussianLanes lanes(StreamKey{.seed = 12});
    std::vector<double> sample(1 << 21);
    lanes.normals(sample);
    // 255 degrees of freedom: mean 255, standard deviation 22.6.
    CHECK(std::abs(chi_square(sample, 256, normal_distribution) - 255.0) < 4.0 * 22.6);

    std::array<double, 3> beyond{};
    const std::array<double, 3> thresholds{3.0, 4.0, 4.8};
    for (int repeat = 0; repeat < 32; ++repeat) {
        lanes.normals(sample);
        for (const double x : sample)
            for (std::size_t index = 0; index < thresholds.size(); ++index)
                if (std::abs(x) > thresholds[index]) beyond[index] += 1.0;
    }
    for (std::size_t index = 0; index < thresholds.size(); ++index) {
        const double expected =
            32.0 * static_cast<double>(sample.size()) * std::erfc(thresholds[index] / std::sqrt(2.0));
        CAPTURE(thresholds[index]);
        CHECK(std::abs(beyond[index] - expected) < 4.0 * std::sqrt(expected));
    }
}

TEST_CASE("sampler: the two normals of a pair are independent, also in their squares") {
    GaussianLanes lanes(StreamKey{.seed = 13});
    std::vector<double> sample(1 << 21);
    lanes.normals(sample);
    double product = 0.0;
    double squares = 0.0;
    double fourth = 0.0;
    const double pairs = static_cast<double>(sample.size()) / 2.0;
    for (std::size_t row = 0; row < sample.size(); row += 2 * lane_count)
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
            const double a = sample[row + lane];
            const double b = sample[row + lane_count + lane];
            product += a * b;
            squares += (a * a - 1.0) * (b * b - 1.0);
            fourth += a * a * a * b;
        }
    CHECK(std::abs(product / pairs) < 4.0 / std::sqrt(pairs));
    CHECK(std::abs(squares / pairs) < 4.0 * 2.0 / std::sqrt(pairs));
    CHECK(std::abs(fourth / pairs) < 4.0 * std::sqrt(15.0 / pairs));
}

TEST_CASE("sampler: streams of different replicas, routes, seeds, purposes and lanes are uncorrelated") {
    std::vector<StreamKey> keys{{.seed = 1},
                                {.seed = 2},
                                {.seed = 1, .route = 5},
                                {.seed = 1, .replica = 1},
                                {.seed = 1, .purpose = Purpose::label_noise},
                                {.seed = 1, .lane = 1}};
    const std::size_t length = 1 << 18;
    std::vector<std::vector<double>> samples;
    for (const StreamKey& key : keys) {
        Stream stream(key);
        std::vector<double>& sample = samples.emplace_back(length);
        for (double& x : sample) x = stream.normal();
    }
    for (std::size_t a = 0; a < samples.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            double correlation = 0.0;
            for (std::size_t index = 0; index < length; ++index)
                correlation += samples[a][index] * samples[b][index];
            CAPTURE(a);
            CAPTURE(b);
            CHECK(std::abs(correlation) < 4.5 * std::sqrt(static_cast<double>(length)));
        }
}

TEST_CASE("sampler: a lane's numbers depend on its own key alone") {
    const auto keys = replica_keys(3);
    auto others = replica_keys(99, 50);
    others[5] = keys[5];
    RowSource source(keys);
    RowSource other(others);
    for (int row = 0; row < 1000; ++row) {
        CHECK(source.normal_row()[5] == other.normal_row()[5]);
        CHECK(source.uniform_row()[5] == other.uniform_row()[5]);
    }
}

TEST_CASE("sampler: chi variables have the moments of their distribution at any degrees of freedom") {
    for (const double degrees : {0.0, 1.0, 2.0, 3.0, 7.0, 96.0, 1e9}) {
        const auto keys = replica_keys(21);
        RowSource source(keys);
        ChiLanes chi(keys);
        std::array<double, lane_count> row{};
        const int rows = 50000;
        double sum = 0.0;
        double squares = 0.0;
        for (int index = 0; index < rows; ++index) {
            chi.draw(degrees, source, row.data());
            for (const double value : row) {
                sum += value * value - degrees;
                squares += (value * value - degrees) * (value * value - degrees);
            }
        }
        const double count = static_cast<double>(rows) * lane_count;
        CAPTURE(degrees);
        if (degrees == 0.0) {
            CHECK(sum == 0.0);
            continue;
        }
        CHECK(std::abs(sum / count) < 4.0 * std::sqrt(2.0 * degrees / count));
        // Var of the squared deviation of a chi-square: 8 k^2 + 48 k.
        CHECK(std::abs(squares / count - 2.0 * degrees) <
              4.0 * std::sqrt((8.0 * degrees * degrees + 48.0 * degrees) / count));
    }
}

TEST_CASE(
    "sampler: chi-squared values are distributed as they should, vector lanes and scalar stream alike") {
    static const boost::math::chi_squared law(3.0);
    const auto distribution = [](double x) { return boost::math::cdf(law, x); };
    const auto keys = replica_keys(22);
    RowSource source(keys);
    ChiLanes chi(keys);
    std::array<double, lane_count> row{};
    std::vector<double> from_lanes;
    std::vector<double> from_stream;
    Stream stream(StreamKey{.seed = 23});
    for (int index = 0; index < 25000; ++index) {
        chi.draw(3.0, source, row.data());
        for (const double value : row) {
            from_lanes.push_back(value * value);
            const double scalar = stream.chi(3.0);
            from_stream.push_back(scalar * scalar);
        }
    }
    // 63 degrees of freedom: standard deviation 11.2.
    CHECK(std::abs(chi_square(from_lanes, 64, distribution) - 63.0) < 4.0 * 11.2);
    CHECK(std::abs(chi_square(from_stream, 64, distribution) - 63.0) < 4.0 * 11.2);
}

TEST_CASE("sampler: Poisson variables invert the distribution function, up to the largest mean") {
    for (const double mean : {0.01, 1.0, 30.0, largest_poisson_mean}) {
        const boost::math::poisson poisson(mean);
        const double none = boost::math::pdf(poisson, 0.0);
        for (double uniform = 0.0005; uniform < 1.0; uniform += 0.001) {
            const double free = invert_poisson(0.0, none, mean, uniform);
            CHECK(boost::math::cdf(poisson, free) >= uniform - 1e-12);
            if (free > 0.0) CHECK(boost::math::cdf(poisson, free - 1.0) <= uniform + 1e-12);
            // Given that it is not 0, its distribution function is (F - P(0)) / (1 - P(0)).
            const double some = invert_poisson(1.0, mean / std::expm1(mean), mean, uniform);
            const double within = none + uniform * (1.0 - none);
            CHECK(boost::math::cdf(poisson, some) >= within - 1e-12);
            if (some > 1.0) CHECK(boost::math::cdf(poisson, some - 1.0) <= within + 1e-12);
        }
    }
}

}  // namespace random_tests
