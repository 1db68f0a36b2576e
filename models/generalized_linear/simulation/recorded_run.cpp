// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/recorded_run.hpp"

#include <array>
#include <cmath>

#include "math/vectors/fused_pass.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using teacher_student::most_block_rows;

/// The recursion (1) of `Method`.
class Runner {
  public:
    Runner(const Method& method, const teacher_student::SampleLoss& loss, const Samples& samples)
        : method_(method),
          loss_(loss),
          samples_(samples),
          d_(static_cast<Index>(samples.d)),
          pass_(samples.stride, 1),
          weights_(samples.stride),
          gradient_(samples.stride) {
        const auto times = static_cast<Index>(method.steps() + 1);
        const auto n = static_cast<Index>(samples.count);
        for (RowMajor* matrix : {&run_.theta, &run_.field, &iterates_}) matrix->setZero(times, d_);
        for (RowMajor* matrix : {&run_.preactivation, &run_.force, &run_.slope}) matrix->setZero(times, n);
        if (!method.linear()) run_.kept.setZero(times, d_);
    }

    RecordedRun follow(const Start& start, double largest, const std::function<bool(std::size_t)>& proceed) {
        iterates_.row(0) = Eigen::Map<const Eigen::RowVectorXd>(start.theta.data(), d_);
        run_.held_out = start.held_out;
        if (method_.memoryless()) variance_ = method_.algorithm().knowledge->start_variance;
        for (std::size_t t = 0; t <= method_.steps(); ++t) {
            if (ended_) {
                repeat(t);
                run_.finished = t + 1;
                if (!proceed(t)) break;
                continue;
            }
            if (t > 0) step(t - 1);
            const auto row = static_cast<Index>(t);
            run_.theta.row(row).setZero();
            for (const Term& term : method_.e(t))
                run_.theta.row(row) += term.factor * iterates_.row(static_cast<Index>(term.index));
            const double size = run_.theta.row(row).squaredNorm() / static_cast<double>(samples_.d);
            if (!(size <= largest)) break;
            visit_samples(row);
            if (!std::isfinite(run_.train_loss.back()) || !run_.field.row(row).allFinite()) {
                run_.train_loss.pop_back();
                break;
            }
            run_.finished = t + 1;
            if (!proceed(t)) break;
        }
        return std::move(run_);
    }

  private:
    void step(std::size_t s) {
        const double gain = method_.gain(mean_slope_);
        Eigen::RowVectorXd v = gain * run_.field.row(static_cast<Index>(s));
        for (const Term& term : method_.b(s))
            v += term.factor * run_.theta.row(static_cast<Index>(term.index));
        const auto next = static_cast<Index>(s + 1);
        iterates_.row(next) = v;
        if (method_.linear()) return;
        method_.map(v.data(), gain, samples_.d, iterates_.row(next).data(), run_.kept.row(next).data());
        if (!method_.memoryless()) return;
        const double damping = method_.algorithm().damping;
        variance_ = damping * variance_ + (1.0 - damping) * gain * run_.kept.row(next).mean();
        iterates_.row(next) = damping * iterates_.row(next - 1) + (1.0 - damping) * iterates_.row(next);
    }

    /// The last iteration once more.
    void repeat(std::size_t t) {
        const auto row = static_cast<Index>(t);
        for (RowMajor* matrix :
             {&run_.theta, &run_.field, &run_.kept, &run_.preactivation, &run_.force, &run_.slope})
            matrix->row(row) = matrix->row(row - 1);
        run_.train_loss.push_back(run_.train_loss.back());
    }

    /// x of these samples.
    void correct(const double* g, Index t, std::size_t first, std::size_t width, double* x) const {
        std::copy_n(g, width, x);
        if (!method_.memoryless()) return;
        if (t == 0) {
            for (std::size_t r = 0; r < width && !run_.held_out.empty(); ++r)
                x[r] *= run_.held_out[first + r];
            return;
        }
        const double* last = run_.force.row(t - 1).data() + first;
        for (std::size_t r = 0; r < width; ++r) x[r] -= variance_ * last[r];
    }

    /// g, u, the loss and h, in one pass over the rows.
    void visit_samples(Index t) {
        std::copy_n(run_.theta.row(t).data(), d_, weights_.begin());
        std::ranges::fill(gradient_, 0.0);
        std::array<double, most_block_rows> value, x;
        double sum = 0.0;
        double slopes = 0.0;
        double squared_slopes = 0.0;
        const double damping = t > 0 ? method_.algorithm().damping : 0.0;
        pass_.accumulate(
            samples_.count, [&](std::size_t i) { return samples_.row(i); }, weights_.data(), 1,
            gradient_.data(),
            [&](std::size_t first, std::size_t width, const double* g, double* c) {
                const double* y = samples_.labels.data() + first;
                double* force = run_.force.row(t).data() + first;
                double* slope = run_.slope.row(t).data() + first;
                std::copy_n(g, width, run_.preactivation.row(t).data() + first);
                correct(g, t, first, width, x.data());
                method_.forces(loss_, x.data(), y, variance_, width,
                               method_.memoryless() ? nullptr : value.data(), force, slope);
                if (method_.memoryless())
                    loss_.evaluate(g, most_block_rows, y, width, {.value = value.data(), .stride = width});
                for (std::size_t r = 0; r < width; ++r) {
                    if (damping > 0.0)
                        force[r] = damping * run_.force(t - 1, static_cast<Index>(first + r)) +
                                   (1.0 - damping) * force[r];
                    c[r] = force[r];
                    slopes += slope[r];
                    squared_slopes += slope[r] * slope[r];
                    sum += value[r];
                }
            });
        run_.field.row(t) = Eigen::Map<const Eigen::RowVectorXd>(gradient_.data(), d_);
        run_.train_loss.push_back(sum / static_cast<double>(samples_.count));
        mean_slope_ = slopes / static_cast<double>(samples_.d);
        // qhat is a mean over samples. As the error goes to 0, ever fewer labels tell anything (of signs,
        // those of preactivations near 0); from a handful no step can be made, and the iterate would run away
        // again.
        constexpr double fewest = 10.0;
        constexpr double found = 1e-2;  // of the signal's norm is left to be known
        ended_ = method_.memoryless() && variance_ < found * method_.algorithm().knowledge->T &&
                 !(slopes * slopes > fewest * squared_slopes);
    }

    const Method& method_;
    const teacher_student::SampleLoss& loss_;
    const Samples& samples_;
    Index d_;
    teacher_student::FusedPass pass_;
    AlignedVector weights_, gradient_;
    RowMajor iterates_;        ///< p^t
    double mean_slope_ = 0.0;  ///< sum_i f'(x_i) / d: tau_tt
    double variance_ = 0.0;    ///< V_t of AMP
    bool ended_ = false;       ///< AMP has found the signal
    RecordedRun run_;
};

}  // namespace

double RecordedRun::overlap(std::size_t t, std::size_t s) const {
    return theta.row(static_cast<Index>(t)).dot(theta.row(static_cast<Index>(s))) /
           static_cast<double>(theta.cols());
}

double RecordedRun::force_overlap(std::size_t t, std::size_t s) const {
    return force.row(static_cast<Index>(t)).dot(force.row(static_cast<Index>(s))) /
           static_cast<double>(theta.cols());
}

RecordedRun run_method(const Method& method, const teacher_student::SampleLoss& loss, const Samples& samples,
                       const Start& start, double largest, const std::function<bool(std::size_t)>& proceed) {
    return Runner(method, loss, samples).follow(start, largest, proceed);
}

}  // namespace hidyn::generalized_linear
