// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/learner.hpp"

#include <algorithm>
#include <array>

#include "math/vectors/row_kernels.hpp"
#include "models/multi_index/simulation/spectral_start.hpp"

namespace hidyn::multi_index {

using teacher_student::most_block_rows;

Learner::Learner(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key, double step)
    : problem_(problem),
      weights_(problem, d, key),
      data_(problem, d, key, weights_.teachers()),
      single_(problem.algorithm.rule == Rule::sgd && !problem.algorithm.time_step &&
              problem.algorithm.batch.of(data_.samples()) == 1),
      keep_(1.0 - problem.algorithm.learning_rate * problem.algorithm.ridge * step),
      realised_(static_cast<double>(d) / static_cast<double>(data_.samples())),
      pass_(weights_.stride(), problem.students() * (1 + problem.recording.response_at.size())),
      products_(problem.students() * (1 + problem.recording.response_at.size())),
      factors_(products_.size()) {
    if (problem.spectral) weights_.restart(spectral_start(problem, d, data_));
    driver_ = make_driver(problem.algorithm, data_.samples(), step * realised_, key);
    gradient_.assign(weights_.size(), 0.0);
    if (single_) upcoming_ = driver_->draw().samples.front();
}

void Learner::perturb_after(std::vector<std::uint64_t> steps) {
    perturbations_ = std::move(steps);
    start_copies();
}

void Learner::start_copies() {
    while (weights_.copies() <= perturbations_.size() && perturbations_[weights_.copies() - 1] == steps_)
        perturb();
}

void Learner::perturb() {
    weights_.perturb();
    gradient_.resize(weights_.size(), 0.0);
}

void Learner::step() {
    if (single_) {
        const std::size_t sample = upcoming_;
        upcoming_ = driver_->draw().samples.front();
        step_on_one(sample, upcoming_);
    } else {
        add_gradient(driver_->draw(), -problem_.algorithm.learning_rate);
        const double one = 1.0;
        const std::size_t stride = weights_.stride();
        for (std::size_t row = 0; row < weights_.rows(); ++row)
            math::update_rows(weights_.data() + row * stride, stride, 1, keep_, &one,
                              gradient_.data() + row * stride, stride);
        std::ranges::fill(gradient_, 0.0);
    }
    ++steps_;
    if (!perturbations_.empty()) start_copies();
}

void Learner::step_on_one(std::size_t sample, std::size_t upcoming) {
    const double* x = data_.row(sample);
    const double* next = data_.row(upcoming);
    const std::size_t stride = weights_.stride();
    const std::size_t students = weights_.students();
    const std::size_t rows = weights_.rows();
    teacher_student::project_one(x, next, stride, weights_.data(), rows, products_.data());
    const double y = data_.labels()[sample];
    for (std::size_t copy = 0; copy < weights_.copies(); ++copy)
        problem_.loss.evaluate(products_.data() + copy * students, 1, &y, 1,
                               {.gradient = factors_.data() + copy * students, .stride = 1});
    for (std::size_t row = 0; row < rows; ++row) factors_[row] *= -problem_.algorithm.learning_rate;
    math::update_rows(weights_.data(), stride, rows, keep_, factors_.data(), x, stride);
}

void Learner::add_gradient(const Visits& visits, double factor) {
    const std::size_t students = weights_.students();
    const auto sample_of = [&](std::size_t visit) { return visits.all ? visit : visits.samples[visit]; };
    std::array<double, most_block_rows> labels;
    pass_.accumulate(
        visits.all ? data_.samples() : visits.samples.size(),
        [&](std::size_t visit) { return data_.row(sample_of(visit)); }, weights_.data(), weights_.rows(),
        gradient_.data(),
        [&](std::size_t first, std::size_t width, const double* lambda, double* c) {
            for (std::size_t r = 0; r < width; ++r) labels[r] = data_.labels()[sample_of(first + r)];
            for (std::size_t copy = 0; copy < weights_.copies(); ++copy) {
                const std::size_t place = copy * students * most_block_rows;
                problem_.loss.evaluate(lambda + place, most_block_rows, labels.data(), width,
                                       {.gradient = c + place, .stride = most_block_rows});
            }
            for (std::size_t row = 0; row < weights_.rows(); ++row)
                for (std::size_t r = 0; r < width; ++r)
                    c[row * most_block_rows + r] *= factor * visits.weight(first + r);
        });
}

void Learner::slope(double* derivative) {
    const Algorithm& algorithm = problem_.algorithm;
    std::ranges::fill(gradient_, 0.0);
    add_gradient({.all = true, .samples = {}, .weights = {}, .common = realised_}, -algorithm.learning_rate);
    const double decay = algorithm.learning_rate * algorithm.ridge;
    const double* w = weights_.data();
    for (std::size_t i = 0; i < weights_.size(); ++i) derivative[i] = gradient_[i] - decay * w[i];
}

double Learner::train_loss() {
    std::array<double, most_block_rows> values;
    double sum = 0.0;
    pass_.project(
        data_.samples(), [&](std::size_t i) { return data_.row(i); }, weights_.data(), weights_.students(),
        [&](std::size_t first, std::size_t width, const double* lambda) {
            problem_.loss.evaluate(lambda, most_block_rows, data_.labels().data() + first, width,
                                   {.value = values.data(), .stride = most_block_rows});
            for (std::size_t r = 0; r < width; ++r) sum += values[r];
        });
    return sum / static_cast<double>(data_.samples());
}

}  // namespace hidyn::multi_index
