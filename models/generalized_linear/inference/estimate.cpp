// SPDX-License-Identifier: MIT
#include "models/generalized_linear/inference/estimate.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "math/vectors/response_rows.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// A diagonal entry of tau below this has no useful inverse: no sample has any curvature.
constexpr double smallest_response = 1e-10;

class Estimator {
  public:
    Estimator(const Method& method, const teacher_student::SampleLoss& loss, const Samples& samples,
              const RecordedRun& run)
        : method_(method),
          loss_(loss),
          samples_(samples),
          run_(run),
          times_(run.finished),
          coordinates_(method.linear() ? 1 : samples.d),
          sample_rows_(samples.count, times_, !method.memoryless()),
          coordinate_rows_(coordinates_, times_, !method.memoryless()),
          sample_weight_(samples.count, 1.0 / static_cast<double>(samples.d)),
          coordinate_weight_(coordinates_, 1.0 / static_cast<double>(coordinates_)),
          one_(coordinates_, 1.0) {
        const auto size = static_cast<Index>(times_);
        found_.tau.setZero(size, size);
        found_.rho.setZero(size, size);
        mean_iterate_.setZero(size + 1, size);
        found_.Sigma.setZero(size, size);
    }

    PathEstimate estimate() {
        for (std::size_t t = 0; t < times_; ++t) {
            respond(t);
            hold_out(t);
        }
        const auto size = static_cast<Index>(times_);
        const auto u = run_.force.topRows(size);
        found_.Sigma = u * u.transpose() / static_cast<double>(samples_.d);
        debias();
        return std::move(found_);
    }

  private:
    /// Row t of rho, then of tau, then the derivatives of p^{t+1}.
    void respond(std::size_t t) {
        const auto row = static_cast<Index>(t);
        for (const Term& term : method_.e(t))
            found_.rho.row(row) += term.factor * mean_iterate_.row(static_cast<Index>(term.index));
        std::vector<double> memory(found_.rho.row(row).data(), found_.rho.row(row).data() + t);
        if (t > 0) memory.back() += method_.correction(memory.back());
        const std::span<double> tau(found_.tau.row(row).data(), t + 1);
        sample_rows_.append(memory, 1.0, run_.slope.row(row).data(), sample_weight_.data(), tau);
        if (t + 1 == times_) return;
        const double* kept = method_.linear() ? one_.data() : run_.kept.row(row + 1).data();
        coordinate_rows_.append(method_.response_memory(t, tau), method_.gain(tau.back()), kept,
                                coordinate_weight_.data(), {mean_iterate_.row(row + 1).data(), t + 1});
    }

    /// The samples as if they had not been trained on.
    void hold_out(std::size_t t) {
        const auto row = static_cast<Index>(t);
        const auto n = static_cast<std::size_t>(run_.force.cols());
        Eigen::RowVectorXd z =
            run_.preactivation.row(row) - found_.rho.row(row).head(row) * run_.force.topRows(row);
        for (std::size_t i = 0; t == 0 && i < run_.held_out.size(); ++i)
            z[static_cast<Index>(i)] *= run_.held_out[i];
        VectorXd value(static_cast<Index>(n));
        loss_.evaluate(z.data(), n, samples_.labels.data(), n, {.value = value.data(), .stride = n});
        found_.test_loss.push_back(value.mean());
        double wrong = 0.0;
        for (std::size_t i = 0; i < n; ++i)
            wrong += (z[static_cast<Index>(i)] < 0.0) != (samples_.labels[i] < 0.0) ? 1.0 : 0.0;
        found_.test_errors.push_back(wrong / static_cast<double>(n));
    }

    void debias() {
        constexpr double missing = std::numeric_limits<double>::quiet_NaN();
        const auto size = static_cast<Index>(times_);
        // Rows from the first one without curvature on cannot be debiased.
        Index good = 0;
        while (good < size && std::abs(found_.tau(good, good)) > smallest_response) ++good;
        found_.debiased.setConstant(size, run_.theta.cols(), missing);
        found_.deviation.assign(times_, missing);
        const RowMajor inverse = found_.tau.topLeftCorner(good, good)
                                     .triangularView<Eigen::Lower>()
                                     .solve(RowMajor::Identity(good, good));
        found_.debiased.topRows(good) = run_.theta.topRows(good) - inverse * run_.field.topRows(good);
        const RowMajor covariance = inverse * found_.Sigma.topLeftCorner(good, good) * inverse.transpose();
        for (Index t = 0; t < good; ++t)
            found_.deviation[static_cast<std::size_t>(t)] = std::sqrt(std::max(covariance(t, t), 0.0));
    }

    const Method& method_;
    const teacher_student::SampleLoss& loss_;
    const Samples& samples_;
    const RecordedRun& run_;
    std::size_t times_, coordinates_;
    math::ResponseRows<double> sample_rows_, coordinate_rows_;
    std::vector<double> sample_weight_, coordinate_weight_, one_;
    RowMajor mean_iterate_;  ///< mean of dp^t / dh^q
    PathEstimate found_;
};

}  // namespace

PathEstimate estimate_path(const Method& method, const teacher_student::SampleLoss& loss,
                           const Samples& samples, const RecordedRun& run) {
    return Estimator(method, loss, samples, run).estimate();
}

}  // namespace hidyn::generalized_linear
