// SPDX-License-Identifier: MIT
#include "solvers/fixed_point/minimizer.hpp"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "math/gaussian/gauss_rules.hpp"

namespace hidyn::fixed_point {

using generalized_linear::GeneralizedLinear;

namespace {

constexpr std::size_t nodes_per_direction = 80;
constexpr double accuracy = 1e-13;
constexpr std::size_t most_iterations = 20000;

/// Points of the joint law of (Z*, Z, y), as numbers that do not change: Z = along a + across b.
struct Points {
    std::vector<double> a, b, label, weight;
};

/// Labels 1 and -1: Z* and Z, and both labels with their probabilities.
Points binary_points(const GeneralizedLinear& problem) {
    const math::QuadratureRule rule = math::gauss_hermite(nodes_per_direction);
    std::vector<double> teacher;
    for (const double node : rule.nodes) teacher.push_back(std::sqrt(problem.T()) * node);
    std::vector<double> positive(teacher.size());
    problem.label.positive_probability(teacher.data(), teacher.size(), teacher.size(), positive.data());
    Points points;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i)
        for (std::size_t j = 0; j < rule.nodes.size(); ++j)
            for (const double label : {1.0, -1.0}) {
                const double probability = label > 0.0 ? positive[i] : 1.0 - positive[i];
                points.a.push_back(rule.nodes[i]);
                points.b.push_back(rule.nodes[j]);
                points.label.push_back(label);
                points.weight.push_back(rule.weights[i] * rule.weights[j] * probability);
            }
    return points;
}

/// Losses of g - y with y = Z* + noise: only the residual Z - y matters, a single Gaussian; labels are then
/// 0.
Points residual_points() {
    // Many nodes, for the slope of Huber's loss has kinks.
    constexpr int half = 4000;
    constexpr double reach = 9.0;
    Points points;
    for (int k = -half; k <= half; ++k) {
        const double x = reach * k / half;
        points.a.push_back(0.0);
        points.b.push_back(x);
        points.label.push_back(0.0);
        points.weight.push_back(reach / half * std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi));
    }
    return points;
}

class Iteration {
  public:
    explicit Iteration(const GeneralizedLinear& problem)
        : problem_(problem),
          binary_(problem.label.binary()),
          points_(binary_ ? binary_points(problem) : residual_points()),
          field_(points_.a.size()),
          prox_(field_),
          low_(field_),
          high_(field_),
          value_(field_),
          slope_(field_),
          curvature_(field_) {}

    /// Everything at (m, q, V), with the m, q and V that follow.
    Minimizer advance(const Minimizer& now) {
        const double T = problem_.T();
        const double alpha = problem_.sample_ratio;
        const double Delta = problem_.label.noise_variance();
        const double along = binary_ ? now.m / std::sqrt(T) : 0.0;
        const double across =
            std::sqrt(std::max(binary_ ? now.q - along * along : now.q - 2.0 * now.m + T + Delta, 0.0));
        for (std::size_t i = 0; i < field_.size(); ++i)
            field_[i] = along * points_.a[i] + across * points_.b[i];
        find_prox(now.V);
        double response = 0.0, square = 0.0, with_teacher = 0.0;
        Minimizer next;
        for (std::size_t i = 0; i < field_.size(); ++i) {
            const double w = points_.weight[i];
            response += w * curvature_[i] / (1.0 + now.V * curvature_[i]);
            square += w * slope_[i] * slope_[i];
            with_teacher -= w * points_.a[i] * slope_[i];
            next.train_loss += w * value_[i];
        }
        next.tau = -alpha * response;
        next.delta = binary_ ? (alpha * std::sqrt(T) * with_teacher - next.tau * now.m) / T : -next.tau;
        next.Sigma = alpha * square;
        next.V = 1.0 / (problem_.algorithm.ridge - next.tau);
        next.m = next.V * next.delta * T;
        next.q = next.V * next.V * (next.delta * next.delta * T + next.Sigma);
        return next;
    }

  private:
    /// p + V l'(p) = Z for every point: the root lies between Z and Z - V l'(Z), for l' increases.
    void find_prox(double V) {
        prox_ = field_;
        evaluate();
        for (std::size_t i = 0; i < field_.size(); ++i) {
            const double other = field_[i] - V * slope_[i];
            low_[i] = std::min(field_[i], other);
            high_[i] = std::max(field_[i], other);
        }
        for (int step = 0; step < 100; ++step) {
            double largest = 0.0;
            for (std::size_t i = 0; i < field_.size(); ++i) {
                const double excess = prox_[i] + V * slope_[i] - field_[i];
                (excess > 0.0 ? high_ : low_)[i] = prox_[i];
                double next = prox_[i] - excess / (1.0 + V * curvature_[i]);
                if (!(next >= low_[i] && next <= high_[i])) next = 0.5 * (low_[i] + high_[i]);
                largest = std::max(largest, std::abs(next - prox_[i]) / (1.0 + std::abs(next)));
                prox_[i] = next;
            }
            evaluate();
            if (largest < 1e-14) return;
        }
    }

    void evaluate() {
        problem_.loss.evaluate(prox_.data(), prox_.size(), points_.label.data(), prox_.size(),
                               {.value = value_.data(),
                                .gradient = slope_.data(),
                                .hessian = curvature_.data(),
                                .stride = prox_.size()});
    }

    const GeneralizedLinear& problem_;
    bool binary_;
    Points points_;
    std::vector<double> field_, prox_, low_, high_, value_, slope_, curvature_;
};

/// Ridge regression: 1 / V = lambda + alpha / (1 + V), the positive root of a quadratic equation.
Minimizer ridge_regression(const GeneralizedLinear& problem) {
    const double alpha = problem.sample_ratio;
    const double lambda = problem.algorithm.ridge;
    const double T = problem.T();
    const double Delta = problem.label.noise_variance();
    Minimizer found{.converged = true};
    const double half = 0.5 * (lambda + alpha - 1.0);
    found.V = lambda > 0.0 ? (std::sqrt(half * half + lambda) - half) / lambda : 1.0 / (alpha - 1.0);
    found.delta = alpha / (1.0 + found.V);
    found.tau = -found.delta;
    found.m = found.V * found.delta * T;
    const double kappa = alpha * found.V * found.V / ((1.0 + found.V) * (1.0 + found.V));
    found.q = (found.V * found.V * found.delta * found.delta * T + kappa * (T + Delta - 2.0 * found.m)) /
              (1.0 - kappa);
    const double residual = (found.q - 2.0 * found.m + T + Delta) / ((1.0 + found.V) * (1.0 + found.V));
    found.Sigma = alpha * residual;
    found.train_loss = 0.5 * residual;
    return found;
}

}  // namespace

Minimizer minimizer_of(const GeneralizedLinear& problem) {
    if (problem.closed()) return ridge_regression(problem);
    Iteration iteration(problem);
    Minimizer now{.m = 0.5 * problem.T(), .q = problem.T(), .V = 1.0};
    for (std::size_t count = 1; count <= most_iterations; ++count) {
        Minimizer next = iteration.advance(now);
        const auto change = [](double before, double after) {
            return std::abs(after - before) / (1e-300 + std::abs(after));
        };
        next.last_change = std::max({change(now.m, next.m), change(now.q, next.q), change(now.V, next.V)});
        next.iterations = count;
        next.m = 0.5 * (now.m + next.m);
        next.q = 0.5 * (now.q + next.q);
        next.V = 0.5 * (now.V + next.V);
        now = next;
        now.converged = now.last_change < accuracy;
        if (now.converged || !std::isfinite(now.last_change)) break;
    }
    return now;
}

double separability_threshold(const teacher_student::Label& label, double T) {
    // The teacher itself separates labels without noise.
    if (label.channel() == generalized_linear::LabelChannel::sign && label.noise_variance() == 0.0)
        return 0.0;
    // E_z (c - z)_+^2 = (1 + c^2) Phi(c) + c phi(c).
    const auto half_square = [](double c) {
        const double below = 0.5 * std::erfc(-c / std::numbers::sqrt2);
        return (1.0 + c * c) * below + c * std::exp(-0.5 * c * c) / std::sqrt(2.0 * std::numbers::pi);
    };
    constexpr int half = 2000;
    constexpr double reach = 9.0;
    std::vector<double> x, teacher, positive(2 * half + 1);
    for (int k = -half; k <= half; ++k) {
        x.push_back(reach * k / half);
        teacher.push_back(std::sqrt(T) * x.back());
    }
    label.positive_probability(teacher.data(), teacher.size(), teacher.size(), positive.data());
    const auto mean = [&](double t) {
        double sum = 0.0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += reach / half * std::exp(-0.5 * x[i] * x[i]) / std::sqrt(2.0 * std::numbers::pi) *
                   (positive[i] * half_square(t * x[i]) + (1.0 - positive[i]) * half_square(-t * x[i]));
        return sum;
    };
    constexpr double furthest = 1e3;
    return boost::math::tools::brent_find_minima(mean, -furthest, furthest, 40).second;
}

}  // namespace hidyn::fixed_point
