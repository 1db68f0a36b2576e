// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "models/multi_index/declaration/declaration.hpp"
#include "models/multi_index/simulation/spectral_start.hpp"
#include "multi_index_cases.hpp"
#include "route_cases.hpp"
#include "solvers/equations/spectral/prediction.hpp"

namespace phase_retrieval_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using namespace hidyn::multi_index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using spectral::Preprocessing;

namespace {

/// y = lambda*^2, l = (lambda^2 - y)^2 / 4: W <- W - 0.05 d grad(mean loss), a unit of time for each step.
std::shared_ptr<MultiIndex> descent(double alpha, double Q = 1.0) {
    auto problem =
        cases::neuron("quadratic", Loss::square(0.5), alpha, 0.0,
                      {.rule = Rule::gradient_descent, .learning_rate = 0.05, .time_step = 1.0}, Q, 0.0);
    problem->recovery_threshold = 0.99;
    return problem;
}

struct Mean {
    double value = 0.0, error = 0.0;
};

template <class Function>
Mean over_replicas(std::uint32_t replicas, Function measure) {
    double sum = 0.0, squares = 0.0;
    for (std::uint32_t replica = 0; replica < replicas; ++replica) {
        const double one = measure(random::StreamKey{.seed = 5, .route = 1, .replica = replica});
        sum += one / replicas;
        squares += one * one / replicas;
    }
    return {sum, std::sqrt((squares - sum * sum) / (replicas - 1.0))};
}

double share_recovered(double alpha, std::uint64_t d, std::size_t replicas) {
    auto problem = descent(alpha);
    problem->random_direction = true;
    problem->recording.grid.times = {0.0, 3000.0};
    const auto run = cases::solve_route(simulation_kind(), problem, {{"d", std::int64_t{1}}}, {0.0, 3000.0},
                                        {.name = "sim", .d = d, .replicas = replicas, .seed = 9});
    double share = 0.0;
    for (std::size_t replica = 0; replica < replicas; ++replica) {
        const double found = run.trajectory.find("recovered")->at(replica, 1)[0];
        const double overlap = run.trajectory.find("overlap")->at(replica, 1)[0];
        CHECK(found == (overlap * overlap > 0.99 ? 1.0 : 0.0));
        share += found / static_cast<double>(replicas);
    }
    return share;
}

}  // namespace

TEST_CASE("phase retrieval: random directions are uniform on the sphere, and new in each replica") {
    auto problem = descent(1.0, 0.7);
    problem->random_direction = true;
    constexpr std::uint64_t d = 20;
    // R^2 / (Q T) is Beta(1 / 2, (d - 1) / 2): mean 1 / d, fourth moment 3 / (d (d + 2)).
    for (const int power : {1, 2, 4}) {
        const Mean found = over_replicas(4000, [&](const random::StreamKey& key) {
            const Weights weights(*problem, d, key);
            CHECK(weights.Q()(0, 0) == doctest::Approx(0.7).epsilon(1e-12));
            return std::pow(weights.R()(0, 0) / std::sqrt(0.7), power);
        });
        const double expected = power == 1 ? 0.0 : power == 2 ? 1.0 / d : 3.0 / (d * (d + 2.0));
        CAPTURE(power);
        CHECK(std::abs(found.value - expected) < 4.0 * found.error);
    }
}

TEST_CASE("phase retrieval: a spectral start is the leading eigenvector of the replica's own data") {
    auto problem = descent(2.0, 1.3);
    problem->spectral = Preprocessing::optimal(0.0, -50.0);
    constexpr std::uint64_t d = 60;
    const Learner learner(*problem, d, {.seed = 3}, 1.0);
    const DataSet& data = learner.data();
    MatrixXd M = MatrixXd::Zero(d, d);
    for (std::size_t i = 0; i < data.samples(); ++i) {
        const Eigen::Map<const VectorXd> x(data.row(i), d);
        M += std::max(1.0 - 1.0 / data.labels()[i], -50.0) * x * x.transpose();
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> dense(M);
    const Eigen::Map<const VectorXd> w(learner.weights().data(), d);
    CHECK(w.squaredNorm() == doctest::Approx(1.3 * d).epsilon(1e-9));
    CHECK(std::abs(w.dot(dense.eigenvectors().col(d - 1))) == doctest::Approx(w.norm()).epsilon(1e-8));
}

TEST_CASE(
    "phase retrieval: spectral starts have the overlap that the theory of spectral estimators predicts") {
    auto problem = descent(2.0);
    problem->spectral = Preprocessing::trimmed(3.0);
    problem->sample_ratio = 4.0;
    const Mean found = over_replicas(24, [&](const random::StreamKey& key) {
        const Learner learner(*problem, 400, key, 1.0);
        const double R = learner.weights().R()(0, 0);
        return R * R;
    });
    const double predicted = spectral::predict(*problem->spectral, 0.0, 4.0).squared_overlap;
    CHECK(std::abs(found.value - predicted) < 4.0 * found.error + 1.0 / 400.0);
}

TEST_CASE("phase retrieval: random starts succeed as often as a brute-force run of 16 did") {
    // Share of 16 runs, written down to two digits. Summed over all rows the squared deviations, in binomial
    // errors, are at most the 99.9 % quantile of chi-squared with eight degrees of freedom.
    struct Row {
        std::uint64_t d;
        double alpha, share;
    };
    constexpr std::size_t replicas = 48;
    double chi_squared = 0.0;
    for (const Row& row : {Row{50, 2, 0.12},
                           {50, 3, 0.19},
                           {50, 4, 0.62},
                           {50, 6, 0.69},
                           {100, 2, 0.0},
                           {100, 3, 0.12},
                           {100, 4, 0.25},
                           {100, 6, 0.81}}) {
        const double share = share_recovered(row.alpha, row.d, replicas);
        // Of both together, kept away from 0 and 1, where there would be no error at all.
        const double pooled = (share * replicas + row.share * 16.0 + 0.5) / (replicas + 17.0);
        const double variance = pooled * (1.0 - pooled) * (1.0 / replicas + 1.0 / 16.0);
        chi_squared += (share - row.share) * (share - row.share) / variance;
        CAPTURE(row.d);
        CAPTURE(row.alpha);
        CAPTURE(share);
        CHECK(std::abs(share - row.share) < 3.5 * std::sqrt(variance));
    }
    CHECK(chi_squared < 26.1);
}

}  // namespace phase_retrieval_tests
