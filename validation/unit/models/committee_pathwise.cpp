// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "committee_cases.hpp"
#include "models/committee/simulation/direct_network.hpp"
#include "models/committee/simulation/reduced_chain.hpp"

namespace committee_pathwise_tests {

using namespace hidyn;
using committee::DirectNetwork;
using committee::Lanes;
using committee::OrderParameters;
using committee::ReducedChain;
using Eigen::Index;
using Eigen::MatrixXd;

namespace {

// Rows of the network as a matrix, students first.
MatrixXd weights(const DirectNetwork& network, Index units, Index d) {
    MatrixXd rows(units, d);
    for (Index unit = 0; unit < units; ++unit)
        for (Index i = 0; i < d; ++i) rows(unit, i) = network.row(static_cast<std::size_t>(unit))[i];
    return rows;
}

// The orthonormal frame in which the network's weights are (Theta, P, S) up to rounding: solve W* = sqrt(d)
// Theta U1, W = sqrt(d) (P U1 + S U2) for U1, U2 (everything invertible here).
struct Frame {
    MatrixXd U1, U2;
};
Frame frame_of(const MatrixXd& rows, const teacher_student::SquareRoot& root, Index students, double d) {
    Frame frame;
    frame.U1 = root.Theta.fullPivLu().solve(rows.bottomRows(rows.rows() - students)) / std::sqrt(d);
    frame.U2 = root.S.fullPivLu().solve(rows.topRows(students) / std::sqrt(d) - root.P * frame.U1);
    return frame;
}

}  // namespace

TEST_CASE("pathwise: on the same inputs the reduced chain and real vectors move alike") {
    const Index d = 40;
    const Index students = 3;
    const Index teachers = 2;
    const std::vector<std::pair<std::uint64_t, bool>> kinds{{1, false}, {3, false}, {1, true}, {3, true}};
    for (const auto& kind : kinds) {
        const std::uint64_t batch = kind.first;
        const bool spherical = kind.second;
        OrderParameters start;
        start.Q = cases::matrix({{0.9, 0.1, 0.2}, {0.1, 0.7, 0.0}, {0.2, 0.0, 0.8}});
        start.R = cases::matrix({{0.3, 0.1}, {-0.1, 0.2}, {0.05, 0.15}});
        start.T = cases::matrix({{1.0, 0.2}, {0.2, 1.1}});
        start.v = cases::vector({0.8, 1.1, 0.9});
        const auto problem = cases::committee("erf", "erf", start, cases::vector({1.0, 1.2}),
                                              {.learning_rate = 1.5,
                                               .second_layer_learning_rate = 0.4,
                                               .weight_decay = 0.1,
                                               .second_layer_weight_decay = 0.05,
                                               .batch_size = batch,
                                               .spherical = spherical},
                                              0.2);
        DirectNetwork network(*problem, d, {.seed = 6});
        std::array<random::StreamKey, random::lane_count> keys{};
        std::array<const OrderParameters*, random::lane_count> starts{};
        starts.fill(&problem->starts[0]);
        ReducedChain chain(*problem, d, keys, starts);
        ReducedChain::Inputs inputs = chain.make_inputs();
        random::Stream stream({.seed = 7});

        const auto samples = static_cast<Index>(batch);
        double largest = 0.0;
        for (int step = 0; step < 50; ++step) {
            MatrixXd x(samples, d);
            for (Index b = 0; b < samples; ++b)
                for (Index i = 0; i < d; ++i) x(b, i) = stream.normal();
            std::vector<double> noise(batch);
            for (double& value : noise) value = stream.normal();

            const Frame frame = frame_of(weights(network, students + teachers, d), chain.frame_state(0),
                                         students, static_cast<double>(d));
            const MatrixXd z1 = x * frame.U1.transpose();
            const MatrixXd z2 = x * frame.U2.transpose();
            const MatrixXd remainder = x - z1 * frame.U1 - z2 * frame.U2;
            const MatrixXd factor = MatrixXd(remainder * remainder.transpose()).llt().matrixL();
            for (Index b = 0; b < samples; ++b) {
                for (Index m = 0; m < teachers; ++m)
                    inputs.z1[static_cast<std::size_t>(b * teachers + m)] = Lanes::Constant(z1(b, m));
                for (Index k = 0; k < students; ++k)
                    inputs.z2[static_cast<std::size_t>(b * students + k)] = Lanes::Constant(z2(b, k));
                inputs.noise[static_cast<std::size_t>(b)] =
                    Lanes::Constant(noise[static_cast<std::size_t>(b)]);
                for (Index c = 0; c < samples; ++c)
                    inputs.remainder[static_cast<std::size_t>(b * samples + c)] =
                        Lanes::Constant(factor(b, c));
            }
            const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> contiguous = x;
            network.step_on(contiguous.data(), noise.data());
            chain.advance(inputs);

            const OrderParameters direct = network.order_parameters();
            const OrderParameters reduced = chain.order_parameters(3);
            largest = std::max({largest, (direct.Q - reduced.Q).cwiseAbs().maxCoeff(),
                                (direct.R - reduced.R).cwiseAbs().maxCoeff(),
                                (direct.v - reduced.v).cwiseAbs().maxCoeff()});
        }
        CAPTURE(batch);
        CAPTURE(spherical);
        CHECK(largest < 1e-12);
        if (spherical)
            CHECK((network.order_parameters().Q - start.Q).diagonal().cwiseAbs().maxCoeff() < 1e-14);
    }
}

}  // namespace committee_pathwise_tests
