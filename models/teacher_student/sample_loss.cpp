// SPDX-License-Identifier: MIT
#include "models/teacher_student/sample_loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/kernel.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::teacher_student {
namespace {

constexpr std::size_t block = Link::block;
using Row = std::array<double, block>;

std::size_t triangle(std::size_t k, std::size_t l) {
    return k * (k + 1) / 2 + l;
}

/// l'_k = l_f f_k and l''_kl = l_ff f_k f_l + l_f f_kl, for one pair of students.
HIDYN_KERNEL void chain_gradient(std::size_t count, const double* first, const double* slope, double* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = first[i] * slope[i];
}

HIDYN_KERNEL void chain_hessian(std::size_t count, const double* first, const double* second,
                                const double* slope, const double* other_slope, const double* curvature,
                                double* out) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i)
        out[i] = second[i] * slope[i] * other_slope[i] + first[i] * curvature[i];
}

/// Both at once for a single student.
HIDYN_KERNEL void chain(std::size_t count, const double* first, const double* second, const double* slope,
                        const double* curvature, double* gradient, double* hessian) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        gradient[i] = first[i] * slope[i];
        hessian[i] = second[i] * slope[i] * slope[i] + first[i] * curvature[i];
    }
}

HIDYN_KERNEL void accumulate(std::size_t count, double factor, const double* values, double* sum) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) sum[i] += factor * values[i];
}

HIDYN_KERNEL void scale(std::size_t count, double factor, double* values) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
}

HIDYN_KERNEL void square_jets(std::size_t count, double factor, const double* f, const double* y,
                              double* value, double* first, double* second) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double u = f[i] - y[i];
        value[i] = 0.5 * factor * u * u;
        first[i] = factor * u;
        second[i] = factor;
    }
}

HIDYN_KERNEL void huber_jets(std::size_t count, double c, const double* f, const double* y, double* value,
                             double* first, double* second) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double u = f[i] - y[i];
        const double near = std::abs(u) <= c ? 1.0 : 0.0;
        const double slope = std::min(std::max(u, -c), c);
        value[i] = slope * (u - 0.5 * slope);
        first[i] = slope;
        second[i] = near;
    }
}

HIDYN_KERNEL void pseudo_huber_jets(std::size_t count, double factor, double c, const double* f,
                                    const double* y, double* value, double* first, double* second) {
    const double inverse = 1.0 / (c * c);
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double u = f[i] - y[i];
        const double s = std::sqrt(1.0 + inverse * u * u);
        value[i] = factor * u * u / (s + 1.0);  // c^2 (s - 1) without cancellation
        first[i] = factor * u / s;
        second[i] = factor / (s * s * s);
    }
}

/// log(1 + exp(-a)) with a = y f, by exp(-|a|), which cannot overflow.
HIDYN_KERNEL void logistic_jets(std::size_t count, const double* f, const double* y, double* value,
                                double* first, double* second) {
    alignas(64) Row decay;
    alignas(64) Row logarithm;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) decay[i] = -std::abs(y[i] * f[i]);
    math::exp({decay.data(), count}, {decay.data(), count});
    math::log1p({decay.data(), count}, {logarithm.data(), count});
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double a = y[i] * f[i];
        const double inverse = 1.0 / (1.0 + decay[i]);
        const double wrong = a > 0.0 ? decay[i] * inverse : inverse;  // 1 / (1 + exp(a))
        value[i] = logarithm[i] + (a > 0.0 ? 0.0 : -a);
        first[i] = -y[i] * wrong;
        second[i] = y[i] * y[i] * decay[i] * inverse * inverse;
    }
}

double normal_distribution(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double sigmoid(double z) {
    return 1.0 / (1.0 + std::exp(-z));
}

}  // namespace

Link Link::units(math::Activation activation, Eigen::VectorXd weights) {
    Link link;
    link.arguments_ = static_cast<std::size_t>(weights.size());
    link.activation_ = std::move(activation);
    link.weights_ = std::move(weights);
    return link;
}

Link Link::expression(math::MultivariateExpression function, std::size_t arguments) {
    Link link;
    link.arguments_ = arguments;
    link.expression_ = std::move(function);
    return link;
}

bool Link::twice_differentiable() const {
    return activation_ ? activation_->twice_differentiable() : expression_->twice_differentiable();
}

bool Link::linear() const {
    if (!activation_) return false;
    const std::vector<double>& c = activation_->coefficients();
    return c.size() == 2 && c[0] == 0.0 && c[1] == 1.0;
}

void Link::values(std::span<const double* const> lambda, std::size_t count, double* f) const {
    if (expression_) {
        expression_->evaluate(lambda, count, f);
        return;
    }
    alignas(64) Row g;
    for (std::size_t done = 0; done < count; done += block) {
        const std::size_t width = std::min(block, count - done);
        std::fill_n(f + done, width, 0.0);
        for (std::size_t k = 0; k < arguments_; ++k) {
            activation_->values({lambda[k] + done, width}, {g.data(), width});
            accumulate(width, weights_[static_cast<Eigen::Index>(k)], g.data(), f + done);
        }
    }
}

void Link::jets(std::span<const double* const> lambda, std::size_t count, double* f,
                std::span<double* const> df, std::span<double* const> ddf) const {
    if (expression_) {
        expression_->jets(lambda, count, f, df, ddf);
        return;
    }
    const bool alone = arguments_ == 1 && weights_[0] == 1.0;
    alignas(64) Row values;
    double* g = alone ? f : values.data();
    if (!alone) std::fill_n(f, count, 0.0);
    for (std::size_t k = 0; k < arguments_; ++k) {
        const double weight = weights_[static_cast<Eigen::Index>(k)];
        if (ddf.empty())
            activation_->values_and_derivatives({lambda[k], count}, {g, count}, {df[k], count});
        else
            activation_->jets({lambda[k], count}, {g, count}, {df[k], count}, {ddf[triangle(k, k)], count});
        if (alone) return;
        accumulate(count, weight, g, f);
        if (weight == 1.0) continue;
        scale(count, weight, df[k]);
        if (!ddf.empty()) scale(count, weight, ddf[triangle(k, k)]);
    }
    if (!ddf.empty())
        for (std::size_t k = 1; k < arguments_; ++k)
            for (std::size_t l = 0; l < k; ++l) std::fill_n(ddf[triangle(k, l)], count, 0.0);
}

Loss Loss::square(double factor) {
    Loss loss;
    loss.factor_ = factor;
    return loss;
}

Loss Loss::logistic() {
    Loss loss;
    loss.kind_ = Kind::logistic;
    return loss;
}

Loss Loss::huber(double scale) {
    Loss loss;
    loss.kind_ = Kind::huber;
    loss.scale_ = scale;
    return loss;
}

Loss Loss::pseudo_huber(double scale, double factor) {
    Loss loss;
    loss.kind_ = Kind::pseudo_huber;
    loss.scale_ = scale;
    loss.factor_ = factor;
    return loss;
}

Loss Loss::expression(math::MultivariateExpression function) {
    Loss loss;
    loss.kind_ = Kind::expression;
    loss.expression_ = std::move(function);
    return loss;
}

bool Loss::twice_differentiable() const {
    return !expression_ || expression_->twice_differentiable();
}

void Loss::jets(const double* f, const double* y, std::size_t count, double* value, double* first,
                double* second) const {
    switch (kind_) {
        case Kind::square:
            square_jets(count, factor_, f, y, value, first, second);
            return;
        case Kind::logistic:
            logistic_jets(count, f, y, value, first, second);
            return;
        case Kind::huber:
            huber_jets(count, scale_, f, y, value, first, second);
            return;
        case Kind::pseudo_huber:
            pseudo_huber_jets(count, factor_, scale_, f, y, value, first, second);
            return;
        case Kind::expression:
            const std::array<const double*, 2> inputs{f, y};
            const std::array<double*, 1> gradient{first};
            const std::array<double*, 1> hessian{second};
            expression_->jets(inputs, count, value, gradient, hessian);
            return;
    }
}

std::optional<Eigen::MatrixXd> SampleLoss::constant_hessian() const {
    if (!link_.linear() || !loss_.is_square()) return std::nullopt;
    return Eigen::MatrixXd(loss_.factor() * link_.weights() * link_.weights().transpose());
}

void SampleLoss::evaluate(const double* lambda, std::size_t lambda_stride, const double* y, std::size_t count,
                          const LossJets& jets) const {
    const std::size_t K = arguments();
    // An expression comes with all its derivatives, wanted or not.
    const bool curved = jets.hessian != nullptr || link_.activation() == nullptr;
    const std::size_t pairs = curved ? K * (K + 1) / 2 : 0;
    // Slopes and curvatures of a few students lie on the stack, of more in a buffer of their own.
    constexpr std::size_t on_stack = 4 + 4 * 5 / 2;
    const std::size_t needed = K + pairs;
    alignas(64) std::array<Row, 4> rows;
    alignas(64) std::array<double, on_stack * block> few;
    std::vector<double> many(needed > on_stack ? needed * block : 0);
    double* const more = needed > on_stack ? many.data() : few.data();
    std::array<const double*, most_units> inputs;
    std::array<double*, most_units> slopes;
    std::array<double*, most_units*(most_units + 1) / 2> curvatures;
    for (std::size_t k = 0; k < K; ++k) slopes[k] = more + k * block;
    for (std::size_t p = 0; p < pairs; ++p) curvatures[p] = more + (K + p) * block;
    for (std::size_t done = 0; done < count; done += block) {
        const std::size_t width = std::min(block, count - done);
        for (std::size_t k = 0; k < K; ++k) inputs[k] = lambda + k * lambda_stride + done;
        double* f = rows[0].data();
        double* first = rows[1].data();
        double* second = rows[2].data();
        double* value = jets.value ? jets.value + done : rows[3].data();
        if (jets.gradient == nullptr && jets.hessian == nullptr) {
            link_.values({inputs.data(), K}, width, f);
            loss_.jets(f, y + done, width, value, first, second);
            continue;
        }
        link_.jets({inputs.data(), K}, width, f, {slopes.data(), K}, {curvatures.data(), pairs});
        loss_.jets(f, y + done, width, value, first, second);
        if (K == 1 && jets.gradient && jets.hessian) {
            chain(width, first, second, slopes[0], curvatures[0], jets.gradient + done, jets.hessian + done);
            continue;
        }
        for (std::size_t k = 0; k < K; ++k) {
            if (jets.gradient)
                chain_gradient(width, first, slopes[k], jets.gradient + k * jets.stride + done);
            if (jets.hessian)
                for (std::size_t l = 0; l <= k; ++l)
                    chain_hessian(width, first, second, slopes[k], slopes[l], curvatures[triangle(k, l)],
                                  jets.hessian + triangle(k, l) * jets.stride + done);
        }
    }
}

void Label::evaluate(const double* lambda, std::size_t stride, const double* noise, std::size_t count,
                     double* y) const {
    std::array<const double*, most_units> inputs;
    for (std::size_t m = 0; m < teacher_.arguments(); ++m) inputs[m] = lambda + m * stride;
    teacher_.values({inputs.data(), teacher_.arguments()}, count, y);
    if (channel_ == LabelChannel::logistic) {
        for (std::size_t i = 0; i < count; ++i)
            y[i] = normal_distribution(noise[i]) < sigmoid(y[i]) ? 1.0 : -1.0;
        return;
    }
    accumulate(count, std::sqrt(noise_variance_), noise, y);
    if (channel_ == LabelChannel::sign)
        for (std::size_t i = 0; i < count; ++i) y[i] = y[i] < 0.0 ? -1.0 : 1.0;
    if (channel_ == LabelChannel::magnitude)
        for (std::size_t i = 0; i < count; ++i) y[i] = std::abs(y[i]);
}

void Label::positive_probability(const double* lambda, std::size_t stride, std::size_t count,
                                 double* probability) const {
    std::array<const double*, most_units> inputs;
    for (std::size_t m = 0; m < teacher_.arguments(); ++m) inputs[m] = lambda + m * stride;
    teacher_.values({inputs.data(), teacher_.arguments()}, count, probability);
    const double deviation = std::sqrt(noise_variance_);
    for (std::size_t i = 0; i < count; ++i) {
        const double f = probability[i];
        if (channel_ == LabelChannel::logistic)
            probability[i] = sigmoid(f);
        else
            probability[i] = deviation > 0.0 ? normal_distribution(f / deviation) : (f < 0.0 ? 0.0 : 1.0);
    }
}

}  // namespace hidyn::teacher_student
