// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/journal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hidyn::generalized_linear {

using Eigen::Index;

namespace {

constexpr double quantile = 1.959963984540054;

}  // namespace

Journal::Journal(const GeneralizedLinear& problem, const Signal& signal, const RecordedRun& run,
                 const PathEstimate* estimate)
    : problem_(problem),
      run_(run),
      estimate_(estimate),
      report_(problem),
      fresh_(problem),
      truth_(Eigen::Map<const Eigen::VectorXd>(signal.truth.data(), run.theta.cols())) {}

void Journal::write(std::size_t replica, Recorder& recorder) {
    const std::vector<double>& times = problem_.recording.grid.times;
    for (std::size_t time = 0; time < times.size(); ++time) {
        const auto t = static_cast<std::size_t>(times[time]);
        if (t >= run_.finished) return;
        const Slot slot = recorder.at(replica, time);
        iterate(slot, t);
        if (estimate_ != nullptr) inference(slot, t);
        if (report_.C) two_time(slot, t);
    }
}

void Journal::iterate(const Slot& slot, std::size_t t) {
    const auto row = static_cast<Index>(t);
    const double d = static_cast<double>(run_.theta.cols());
    const double Q = run_.overlap(t, t);
    const double R = run_.theta.row(row).dot(truth_) / d;
    const double T = problem_.T();
    const FreshSample::Errors errors = fresh_.errors(Q, R);
    slot.record(report_.Q, Q);
    slot.record(report_.R, R);
    slot.record(report_.mse, Q - 2.0 * R + T);
    slot.record(report_.train_loss, run_.train_loss[t]);
    slot.record(report_.test_loss, errors.loss);
    slot.record(report_.overlap, Q > 0.0 ? R / std::sqrt(Q * T) : 0.0);
    slot.record(report_.classification_error, errors.classification);
}

void Journal::inference(const Slot& slot, std::size_t t) const {
    const auto row = static_cast<Index>(t);
    const double d = static_cast<double>(run_.theta.cols());
    slot.record(report_.test_loss_estimate, estimate_->test_loss[t]);
    const double sigma = estimate_->deviation[t];
    slot.record(report_.debiasing_deviation, sigma);
    if (std::isnan(sigma)) return;
    const double b = estimate_->debiased.row(row).dot(truth_) / (d * problem_.T());
    slot.record(report_.debiasing_bias, b);
    // Where the loss is of y - f and y = f* + noise, the bias is known: none.
    const double centre = problem_.loss.loss().of_residual() && problem_.loss.link().linear() &&
                                  problem_.label.teacher().linear() &&
                                  problem_.label.channel() == LabelChannel::additive
                              ? 1.0
                              : b;
    if (report_.quantiles) slot.record(report_.quantiles, quantiles(estimate_->debiased.row(row), b, sigma));
    const auto inside =
        ((estimate_->debiased.row(row) - centre * truth_.transpose()).array().abs() <= quantile * sigma)
            .count();
    slot.record(report_.coverage, static_cast<double>(inside) / d);
}

std::vector<double> Journal::quantiles(const Eigen::RowVectorXd& debiased, double b, double sigma) const {
    Eigen::RowVectorXd rest = (debiased - b * truth_.transpose()) / sigma;
    std::ranges::sort(rest);
    std::vector<double> found;
    const auto d = static_cast<double>(rest.size());
    for (const double z : recorded_quantiles()) {
        // Between order statistics, whose levels are (j + 1/2) / d.
        const double rank = std::clamp(0.5 * std::erfc(-z / std::numbers::sqrt2) * d - 0.5, 0.0, d - 1.0);
        const auto below = static_cast<Index>(rank);
        const Index above = std::min(below + 1, rest.size() - 1);
        found.push_back(rest[below] + (rank - std::floor(rank)) * (rest[above] - rest[below]));
    }
    return found;
}

void Journal::two_time(const Slot& slot, std::size_t t) const {
    const auto row = static_cast<Index>(t);
    std::vector<double> C, tau, rho, Sigma;
    for (const double time : problem_.recording.grid.times) {
        const auto s = static_cast<std::size_t>(time);
        const auto column = static_cast<Index>(s);
        const bool known = s < run_.finished;
        C.push_back(known ? run_.overlap(t, s) : std::nan(""));
        if (estimate_ == nullptr) continue;
        Sigma.push_back(known ? estimate_->Sigma(row, column) : std::nan(""));
        tau.push_back(known ? estimate_->tau(row, column) : 0.0);
        rho.push_back(known ? estimate_->rho(row, column) : 0.0);
    }
    slot.record(report_.C, C);
    if (estimate_ == nullptr) return;
    slot.record(report_.tau, tau);
    slot.record(report_.rho, rho);
    slot.record(report_.Sigma, Sigma);
}

}  // namespace hidyn::generalized_linear
