// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/mode_process.hpp"

#include <cmath>
#include <limits>

#include "core/kernel.hpp"

namespace hidyn::deep_linear {
namespace {

constexpr double not_learned = std::numeric_limits<double>::infinity();

double power(double base, std::size_t exponent) {
    double product = 1.0;
    for (std::size_t k = 0; k < exponent; ++k) product *= base;
    return product;
}

}  // namespace

ModeProcess::ModeProcess(const DeepLinear& problem, const std::array<random::StreamKey, lanes>& keys)
    : source_(keys), chi_(keys), problem_(problem) {
    for (const double s : problem.initial.strengths) {
        Row row;
        row.fill(std::pow(s, 1.0 / static_cast<double>(problem.depth)));
        a_.push_back(row);
        row.fill(not_learned);
        learned_.push_back(row);
    }
    if (problem_.asked.learned_at)
        for (std::size_t mode = 0; mode < a_.size(); ++mode) note_learned(mode);
}

void ModeProcess::advance(std::uint64_t steps) {
    if (problem_.depth == 2)
        advance_modes<2>(steps);
    else
        advance_modes<0>(steps);
}

template <std::size_t depth>
HIDYN_KERNEL void ModeProcess::advance_modes(std::uint64_t steps) {
    const auto B = static_cast<double>(problem_.batch_size);
    const double rate = problem_.learning_rate / B;
    const double deviation = std::sqrt(problem_.label_noise);
    alignas(64) Row chi{};
    for (std::uint64_t step = 0; step < steps; ++step) {
        step_ += 1.0;
        for (std::size_t mode = 0; mode < a_.size(); ++mode) {
            chi_.draw(B, source_, chi.data());
            Row& a = a_[mode];
            const double m = problem_.strengths[mode];
            const double* z = deviation > 0.0 ? source_.normal_row() : nullptr;
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const double others = depth == 2 ? a[lane] : power(a[lane], problem_.depth - 1);
                double g = (others * a[lane] - m) * chi[lane];
                if (z != nullptr) g -= deviation * z[lane];
                a[lane] -= rate * others * (g * chi[lane]);
            }
            if (problem_.asked.learned_at) note_learned(mode);
        }
    }
}

void ModeProcess::note_learned(std::size_t mode) {
    const double enough = *problem_.asked.learned_at * problem_.strengths[mode];
    for (std::size_t lane = 0; lane < lanes; ++lane)
        if (learned_[mode][lane] == not_learned && strength(mode, lane) >= enough)
            learned_[mode][lane] = step_;
}

double ModeProcess::strength(std::size_t mode, std::size_t lane) const {
    return power(a_[mode][lane], problem_.depth);
}

bool ModeProcess::finite(std::size_t lane) const {
    for (const Row& a : a_)
        if (!(std::abs(a[lane]) < 1e6)) return false;
    return true;
}

}  // namespace hidyn::deep_linear
