// SPDX-License-Identifier: MIT
#include "statistics/draws.hpp"

#include <boost/random/chi_squared_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>

namespace hidyn::statistics {

struct Draws::Engine {
    boost::random::mt19937_64 words;
    boost::random::normal_distribution<double> normal;
};

Draws::Draws(std::uint64_t seed)
    : engine_(std::make_unique<Engine>(
          Engine{boost::random::mt19937_64(seed), boost::random::normal_distribution<double>()})) {}

Draws::~Draws() = default;

double Draws::normal() {
    return engine_->normal(engine_->words);
}

double Draws::chi_squared(double degrees_of_freedom) {
    return boost::random::chi_squared_distribution<double>(degrees_of_freedom)(engine_->words);
}

}  // namespace hidyn::statistics
