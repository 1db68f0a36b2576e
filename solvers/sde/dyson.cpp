// SPDX-License-Identifier: MIT
#include "solvers/sde/dyson.hpp"

#include <cmath>

#include "math/matrices/linear_systems.hpp"

namespace hidyn::sde {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

bool ordered(const VectorXd& xi) {
    if (!(xi[0] > 0.0)) return false;
    for (Index i = 1; i < xi.size(); ++i)
        if (!(xi[i] > xi[i - 1])) return false;
    return true;
}

}  // namespace

// xi_i / (xi_i^2 - xi_j^2) = [1 / (xi_i - xi_j) + 1 / (xi_i + xi_j)] / 2.
VectorXd Dyson::drift(const VectorXd& xi) const {
    VectorXd all(xi.size());
    for (Index i = 0; i < xi.size(); ++i) {
        double push = 0.5 * excess / xi[i];
        for (Index j = 0; j < xi.size(); ++j)
            if (j != i) push += 0.5 / (xi[i] - xi[j]) + 0.5 / (xi[i] + xi[j]);
        all[i] = -restoring_rate * xi[i] + noise * noise * push;
    }
    return all;
}

MatrixXd Dyson::stiffness(const VectorXd& xi) const {
    MatrixXd all(xi.size(), xi.size());
    for (Index i = 0; i < xi.size(); ++i) {
        double self = 0.5 * excess / (xi[i] * xi[i]);
        for (Index j = 0; j < xi.size(); ++j) {
            if (j == i) continue;
            const double apart = 0.5 / std::pow(xi[i] - xi[j], 2);
            const double mirrored = 0.5 / std::pow(xi[i] + xi[j], 2);
            self += apart + mirrored;
            all(i, j) = noise * noise * (mirrored - apart);
        }
        all(i, i) = restoring_rate + noise * noise * self;
    }
    return all;
}

bool Dyson::step(VectorXd& xi, const VectorXd& kick, double dt) const {
    const VectorXd target = xi + noise * std::sqrt(dt) * kick;
    constexpr int most = 60;
    VectorXd rest = target + dt * drift(xi) - xi;
    for (int round = 0; round < most; ++round) {
        if (rest.cwiseAbs().maxCoeff() < 1e-11) return true;
        const MatrixXd slope = MatrixXd::Identity(xi.size(), xi.size()) + dt * stiffness(xi);
        const VectorXd move = math::cholesky_solve(slope, rest);
        double share = 1.0;
        VectorXd next = xi + move;
        VectorXd next_rest = next;
        // Keep the order, and the residual falling.
        for (int halving = 0;; ++halving) {
            if (halving == most) return false;
            if (ordered(next)) {
                next_rest = target + dt * drift(next) - next;
                if (next_rest.norm() < rest.norm() || share == 1.0) break;
            }
            share *= 0.5;
            next = xi + share * move;
        }
        xi = next;
        rest = next_rest;
    }
    return rest.cwiseAbs().maxCoeff() < 1e-8;
}

}  // namespace hidyn::sde
