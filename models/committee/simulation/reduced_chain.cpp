// SPDX-License-Identifier: MIT
#include "models/committee/simulation/reduced_chain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace hidyn::committee {
namespace {

using Eigen::Index;

std::span<double> numbers(std::vector<Lanes>& rows) {
    return {rows.data()->data(), rows.size() * random::lane_count};
}
std::span<const double> numbers(const std::vector<Lanes>& rows) {
    return {rows.data()->data(), rows.size() * random::lane_count};
}

using Roots = std::array<SquareRoot, random::lane_count>;

Roots roots_of(std::span<const OrderParameters* const, random::lane_count> starts, std::uint64_t d) {
    Roots roots;
    for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
        if (lane > 0 && (starts[lane] == nullptr || starts[lane] == starts[0]))
            roots[lane] = roots[0];
        else
            roots[lane] = square_root(*starts[lane], d);
        // Starts of one experiment differ by random draws, whose ranks are the same with probability one.
        if (roots[lane].Theta.cols() != roots[0].Theta.cols())
            throw std::logic_error("the replicas' teachers span spaces of different dimensions");
    }
    return roots;
}

// The rotation of columns (left, right) that makes right's entry in the pivot row zero.
struct Rotation {
    Lanes cosine, sine;

    Rotation(const Lanes& left, const Lanes& right) {
        const Lanes length = (left * left + right * right).sqrt();
        const auto nothing = length == 0.0;
        const Lanes inverse = 1.0 / nothing.select(Lanes::Ones(), length);
        cosine = nothing.select(Lanes::Ones(), left * inverse);
        sine = right * inverse;
    }
    void apply(Lanes& left, Lanes& right) const {
        const Lanes old = left;
        left = cosine * old + sine * right;
        right = cosine * right - sine * old;
    }
};

}  // namespace

ReducedChain::ReducedChain(const Committee& problem, std::uint64_t d,
                           std::span<const random::StreamKey, random::lane_count> keys,
                           std::span<const OrderParameters* const, random::lane_count> starts)
    : ReducedChain(problem, d, keys, starts, roots_of(starts, d)) {}

ReducedChain::ReducedChain(const Committee& problem, std::uint64_t d,
                           std::span<const random::StreamKey, random::lane_count> keys,
                           std::span<const OrderParameters* const, random::lane_count> starts,
                           const std::array<SquareRoot, random::lane_count>& roots)
    : source_(keys),
      problem_(problem),
      students_(problem.students),
      teachers_(problem.teachers),
      teacher_frame_(static_cast<std::size_t>(roots.front().Theta.cols())),
      student_frame_(static_cast<std::size_t>(roots.front().S.cols())),
      batch_(static_cast<std::size_t>(problem.algorithm.batch_size)),
      remainder_size_(std::min(batch_, students_)),
      leftover_(static_cast<double>(d) - static_cast<double>(teacher_frame_ + student_frame_)),
      chi_(keys),
      theta_(teachers_ * teacher_frame_),
      p_(students_ * teacher_frame_),
      s_(students_ * student_frame_),
      v_(students_),
      inputs_(make_inputs()),
      fields_(students_),
      values_(students_),
      slopes_(students_),
      teacher_fields_(teachers_),
      teacher_values_(teachers_),
      gradient_(students_ * remainder_size_),
      p_sum_(p_.size()),
      s_sum_(s_.size()),
      v_sum_(students_),
      column_(students_) {
    const OnlineSgd& sgd = problem.algorithm;
    const double size = static_cast<double>(d);
    const double batch = static_cast<double>(sgd.batch_size);
    scale_ = sgd.learning_rate / (size * batch);
    keep_ = 1.0 - sgd.weight_decay / size;
    second_keep_ = 1.0 - sgd.second_layer_weight_decay / size;
    second_scale_ = sgd.second_layer_learning_rate / (size * batch);

    for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
        const auto scatter = [lane](const Eigen::MatrixXd& matrix, std::vector<Lanes>& rows) {
            for (Index i = 0; i < matrix.rows(); ++i)
                for (Index j = 0; j < matrix.cols(); ++j)
                    rows[static_cast<std::size_t>(i * matrix.cols() + j)][static_cast<Index>(lane)] =
                        matrix(i, j);
        };
        scatter(roots[lane].Theta, theta_);
        scatter(roots[lane].P, p_);
        scatter(roots[lane].S, s_);
        scatter((starts[lane] != nullptr ? starts[lane] : starts[0])->v, v_);
    }
    if (sgd.spherical)
        for (std::size_t k = 0; k < students_; ++k) kept_norms_.push_back(norm(k));
}

ReducedChain::Inputs ReducedChain::make_inputs() const {
    const Lanes zero = Lanes::Zero();
    return {.z1 = std::vector<Lanes>(batch_ * teacher_frame_, zero),
            .z2 = std::vector<Lanes>(batch_ * student_frame_, zero),
            .noise = std::vector<Lanes>(batch_, zero),
            .remainder = std::vector<Lanes>(remainder_size_ * remainder_size_, zero)};
}

void ReducedChain::draw_inputs() {
    const auto draw = [this](std::vector<Lanes>& rows) {
        for (Lanes& row : rows) row = Eigen::Map<const Lanes>(source_.normal_row());
    };
    draw(inputs_.z1);
    draw(inputs_.z2);
    if (problem_.label_noise > 0.0) draw(inputs_.noise);
    // The remainders of the inputs are a B x nu Gaussian matrix; only its Gram factor matters: Bartlett
    // (1933).
    for (std::size_t row = 0; row < remainder_size_; ++row) {
        const double degrees = leftover_ - static_cast<double>(row);
        for (std::size_t column = 0; column < row; ++column) {
            Lanes& entry = inputs_.remainder[row * remainder_size_ + column];
            if (leftover_ > static_cast<double>(column))
                entry = Eigen::Map<const Lanes>(source_.normal_row());
            else
                entry = 0.0;
        }
        chi_.draw(degrees, source_, inputs_.remainder[row * remainder_size_ + row].data());
    }
}

void ReducedChain::step() {
    draw_inputs();
    advance(inputs_);
}

void ReducedChain::respond(const Lanes* z1, const Lanes* z2, const Lanes& noise) {
    for (std::size_t k = 0; k < students_; ++k) {
        Lanes field = Lanes::Zero();
        for (std::size_t m = 0; m < teacher_frame_; ++m) field += p_[k * teacher_frame_ + m] * z1[m];
        for (std::size_t j = 0; j < student_frame_; ++j) field += s_[k * student_frame_ + j] * z2[j];
        fields_[k] = field;
    }
    for (std::size_t m = 0; m < teachers_; ++m) {
        Lanes field = Lanes::Zero();
        for (std::size_t j = 0; j < teacher_frame_; ++j) field += theta_[m * teacher_frame_ + j] * z1[j];
        teacher_fields_[m] = field;
    }
    problem_.activation.values_and_derivatives(numbers(std::as_const(fields_)), numbers(values_),
                                               numbers(slopes_));
    problem_.teacher_activation.values(numbers(std::as_const(teacher_fields_)), numbers(teacher_values_));

    Lanes residual = std::sqrt(problem_.label_noise) * noise;
    for (std::size_t m = 0; m < teachers_; ++m)
        residual += problem_.teacher_second_layer[static_cast<Index>(m)] * teacher_values_[m];
    for (std::size_t k = 0; k < students_; ++k) residual -= v_[k] * values_[k];
    for (std::size_t k = 0; k < students_; ++k) {
        column_[k] = v_[k] * slopes_[k] * residual;
        v_sum_[k] += values_[k] * residual;
    }
}

void ReducedChain::fold_column(Lanes* lower, std::size_t rows, Lanes* column) {
    for (std::size_t pivot = 0; pivot < rows; ++pivot) {
        const Rotation rotation(lower[pivot * rows + pivot], column[pivot]);
        for (std::size_t row = pivot; row < rows; ++row)
            rotation.apply(lower[row * rows + pivot], column[row]);
    }
}

void ReducedChain::restore_triangle() {
    for (std::size_t pivot = 0; pivot < student_frame_; ++pivot)
        for (std::size_t right = pivot + 1; right < student_frame_; ++right) {
            const Rotation rotation(s_[pivot * student_frame_ + pivot], s_[pivot * student_frame_ + right]);
            for (std::size_t row = pivot; row < students_; ++row)
                rotation.apply(s_[row * student_frame_ + pivot], s_[row * student_frame_ + right]);
        }
}

void ReducedChain::fold_remainders(const Inputs& inputs) {
    // A remainder exists only if all K students have a frame direction of their own.
    const auto columns =
        static_cast<std::size_t>(std::min(static_cast<double>(remainder_size_), std::max(leftover_, 0.0)));
    for (std::size_t column = 0; column < columns; ++column) {
        for (std::size_t k = 0; k < students_; ++k) {
            Lanes entry = Lanes::Zero();
            for (std::size_t inner = column; inner < remainder_size_; ++inner)
                entry += gradient_[k * remainder_size_ + inner] *
                         inputs.remainder[inner * remainder_size_ + column];
            column_[k] = scale_ * entry;
        }
        fold_column(s_.data(), students_, column_.data());
    }
}

void ReducedChain::advance(const Inputs& inputs) {
    std::ranges::fill(p_sum_, Lanes::Zero());
    std::ranges::fill(s_sum_, Lanes::Zero());
    std::ranges::fill(v_sum_, Lanes::Zero());
    if (batch_ > students_) std::ranges::fill(gradient_, Lanes::Zero());
    for (std::size_t sample = 0; sample < batch_; ++sample) {
        const Lanes* z1 = inputs.z1.data() + sample * teacher_frame_;
        const Lanes* z2 = inputs.z2.data() + sample * student_frame_;
        respond(z1, z2, inputs.noise[sample]);
        for (std::size_t k = 0; k < students_; ++k) {
            for (std::size_t m = 0; m < teacher_frame_; ++m)
                p_sum_[k * teacher_frame_ + m] += column_[k] * z1[m];
            for (std::size_t j = 0; j < student_frame_; ++j)
                s_sum_[k * student_frame_ + j] += column_[k] * z2[j];
        }
        if (batch_ > students_)
            fold_column(gradient_.data(), students_, column_.data());
        else
            for (std::size_t k = 0; k < students_; ++k) gradient_[k * remainder_size_ + sample] = column_[k];
    }
    for (std::size_t index = 0; index < p_.size(); ++index)
        p_[index] = keep_ * p_[index] + scale_ * p_sum_[index];
    for (std::size_t index = 0; index < s_.size(); ++index)
        s_[index] = keep_ * s_[index] + scale_ * s_sum_[index];
    for (std::size_t k = 0; k < students_; ++k) v_[k] = second_keep_ * v_[k] + second_scale_ * v_sum_[k];
    restore_triangle();
    fold_remainders(inputs);
    if (!kept_norms_.empty()) restore_norms();
}

void ReducedChain::restore_norms() {
    for (std::size_t k = 0; k < students_; ++k) {
        const Lanes factor = (kept_norms_[k] / norm(k)).sqrt();
        for (std::size_t m = 0; m < teacher_frame_; ++m) p_[k * teacher_frame_ + m] *= factor;
        for (std::size_t j = 0; j < student_frame_; ++j) s_[k * student_frame_ + j] *= factor;
    }
}

SquareRoot ReducedChain::frame_state(std::size_t lane) const {
    const auto gather = [lane](const std::vector<Lanes>& rows, std::size_t height, std::size_t width) {
        Eigen::MatrixXd matrix(height, width);
        for (std::size_t i = 0; i < height; ++i)
            for (std::size_t j = 0; j < width; ++j)
                matrix(static_cast<Index>(i), static_cast<Index>(j)) =
                    rows[i * width + j][static_cast<Index>(lane)];
        return matrix;
    };
    return {.Theta = gather(theta_, teachers_, teacher_frame_),
            .P = gather(p_, students_, teacher_frame_),
            .S = gather(s_, students_, student_frame_)};
}

OrderParameters ReducedChain::order_parameters(std::size_t lane) const {
    const SquareRoot root = frame_state(lane);
    OrderParameters state;
    state.Q = root.P * root.P.transpose() + root.S * root.S.transpose();
    state.R = root.P * root.Theta.transpose();
    state.T = root.Theta * root.Theta.transpose();
    state.v.resize(static_cast<Index>(students_));
    for (std::size_t k = 0; k < students_; ++k)
        state.v[static_cast<Index>(k)] = v_[k][static_cast<Index>(lane)];
    return state;
}

Lanes ReducedChain::norm(std::size_t k) const {
    Lanes sum = Lanes::Zero();
    for (std::size_t m = 0; m < teacher_frame_; ++m) sum += p_[k * teacher_frame_ + m].square();
    for (std::size_t j = 0; j < student_frame_; ++j) sum += s_[k * student_frame_ + j].square();
    return sum;
}

Lanes ReducedChain::largest_norm() const {
    Lanes largest = Lanes::Zero();
    for (std::size_t k = 0; k < students_; ++k) {
        const Lanes one = norm(k);
        largest = (one <= largest).select(largest, one);  // a NaN norm wins
    }
    return largest;
}

}  // namespace hidyn::committee
