// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "math/activation.hpp"
#include "math/expression/multivariate.hpp"

/// What one sample costs as a function of its preactivations: l(f(lambda), y), with the first two derivatives
/// in lambda. Arrays are structures of arrays: one row of `count` values for each of the K preactivations.
namespace hidyn::teacher_student {

/// At most this many students or teachers, so that rows of pointers fit on the stack.
inline constexpr std::size_t most_units = 32;

/// A student's or a teacher's output f as a function of its preactivations.
class Link {
  public:
    /// f = sum_k weights_k g(lambda_k).
    [[nodiscard]] static Link units(math::Activation activation, Eigen::VectorXd weights);
    /// Any function of the preactivations.
    [[nodiscard]] static Link expression(math::MultivariateExpression function, std::size_t arguments);

    [[nodiscard]] std::size_t arguments() const { return arguments_; }
    [[nodiscard]] bool twice_differentiable() const;
    /// Set if f = sum_k weights_k g(lambda_k).
    [[nodiscard]] const math::Activation* activation() const { return activation_ ? &*activation_ : nullptr; }
    [[nodiscard]] const Eigen::VectorXd& weights() const { return weights_; }
    /// f is linear in lambda.
    [[nodiscard]] bool linear() const;

    void values(std::span<const double* const> lambda, std::size_t count, double* f) const;
    /// Also df/dlambda_k (K rows) and the second derivatives (lower triangle, K (K + 1) / 2 rows, in the
    /// order (0,0), (1,0), (1,1), ...), which a sum of units may leave out: then `ddf` is empty. At most
    /// `block` values at once.
    void jets(std::span<const double* const> lambda, std::size_t count, double* f,
              std::span<double* const> df, std::span<double* const> ddf) const;

    static constexpr std::size_t block = 128;

  private:
    std::size_t arguments_ = 1;
    std::optional<math::Activation> activation_;
    Eigen::VectorXd weights_;
    std::optional<math::MultivariateExpression> expression_;
};

/// The loss l(f, y) of an output f for a label y, times a fixed factor.
class Loss {
  public:
    /// (f - y)^2 / 2.
    [[nodiscard]] static Loss square(double factor = 1.0);
    /// log(1 + exp(-y f)).
    [[nodiscard]] static Loss logistic();
    /// u^2 / 2 for |u| <= c = `scale`, c |u| - c^2 / 2 beyond; u = f - y.
    [[nodiscard]] static Loss huber(double scale);
    /// c^2 (sqrt(1 + u^2 / c^2) - 1), u = f - y: the square loss for |u| << c = `scale`, c |u| beyond.
    [[nodiscard]] static Loss pseudo_huber(double scale, double factor = 1.0);
    /// Any function of f and y.
    [[nodiscard]] static Loss expression(math::MultivariateExpression function);

    [[nodiscard]] bool twice_differentiable() const;
    [[nodiscard]] bool is_square() const { return kind_ == Kind::square; }
    /// A function of f - y.
    [[nodiscard]] bool of_residual() const { return kind_ != Kind::logistic && kind_ != Kind::expression; }
    /// Defined for labels 1 and -1 only.
    [[nodiscard]] bool of_margin() const { return kind_ == Kind::logistic; }
    [[nodiscard]] double factor() const { return factor_; }

    /// l, dl/df, d^2l/df^2; the last two may be null. At most Link::block values at once.
    void jets(const double* f, const double* y, std::size_t count, double* value, double* first,
              double* second) const;

  private:
    enum class Kind { square, logistic, huber, pseudo_huber, expression };
    Kind kind_ = Kind::square;
    double factor_ = 1.0;
    double scale_ = 1.0;
    std::optional<math::MultivariateExpression> expression_;
};

/// Where the results of SampleLoss::evaluate go; a null pointer says that a part is not wanted. Row r of a
/// matrix starts at pointer + r * stride.
struct LossJets {
    double* value = nullptr;
    double* gradient = nullptr;  ///< K rows
    double* hessian = nullptr;   ///< K (K + 1) / 2 rows, lower triangle: (0,0), (1,0), (1,1), ...
    std::size_t stride = 0;
};

/// l(f(lambda), y) with its gradient and Hessian in lambda. Any number of threads may use one object; the
/// value of a sample does not depend on where among the others it stands.
class SampleLoss {
  public:
    SampleLoss(Link link, Loss loss) : link_(std::move(link)), loss_(std::move(loss)) {}

    [[nodiscard]] const Link& link() const { return link_; }
    [[nodiscard]] const Loss& loss() const { return loss_; }
    [[nodiscard]] std::size_t arguments() const { return link_.arguments(); }
    [[nodiscard]] bool twice_differentiable() const {
        return link_.twice_differentiable() && loss_.twice_differentiable();
    }
    /// The Hessian (K x K) if it is the same for every sample: a linear link under the square loss.
    [[nodiscard]] std::optional<Eigen::MatrixXd> constant_hessian() const;

    /// Preactivations: K rows, row k at lambda + k * lambda_stride.
    void evaluate(const double* lambda, std::size_t lambda_stride, const double* y, std::size_t count,
                  const LossJets& jets) const;

  private:
    Link link_;
    Loss loss_;
};

/// How a label is made of the teacher's output.
enum class LabelChannel {
    additive,   ///< y = f* + sqrt(Delta) xi
    sign,       ///< its sign
    magnitude,  ///< its absolute value
    logistic    ///< 1 with probability 1 / (1 + exp(-f*)), else -1
};

/// y = psi(lambda*, xi), xi ~ N(0, 1).
class Label {
  public:
    Label(Link teacher, LabelChannel channel, double noise_variance)
        : teacher_(std::move(teacher)), channel_(channel), noise_variance_(noise_variance) {}

    [[nodiscard]] const Link& teacher() const { return teacher_; }
    [[nodiscard]] LabelChannel channel() const { return channel_; }
    [[nodiscard]] double noise_variance() const { return noise_variance_; }
    /// Labels are 1 and -1.
    [[nodiscard]] bool binary() const {
        return channel_ == LabelChannel::sign || channel_ == LabelChannel::logistic;
    }
    /// P(y = 1 | lambda*) of binary labels, averaged over the noise.
    void positive_probability(const double* lambda, std::size_t stride, std::size_t count,
                              double* probability) const;

    /// Teacher preactivations: M rows, row m at lambda + m * stride.
    void evaluate(const double* lambda, std::size_t stride, const double* noise, std::size_t count,
                  double* y) const;

  private:
    Link teacher_;
    LabelChannel channel_;
    double noise_variance_;
};

}  // namespace hidyn::teacher_student
