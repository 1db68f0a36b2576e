// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "math/vectors/fused_pass.hpp"
#include "models/teacher_student/placement.hpp"
#include "random/gaussian_lanes.hpp"

namespace hidyn::generalized_linear {
namespace {

using Eigen::Map;
using Eigen::VectorXd;
using teacher_student::most_block_rows;

random::StreamKey with_purpose(random::StreamKey key, random::Purpose purpose) {
    key.purpose = purpose;
    return key;
}

/// Entries of a design, independent with mean 0 and variance 1, a row at a time.
class DesignSource {
  public:
    DesignSource(const DesignLaw& law, const random::StreamKey& key)
        : lanes_(with_purpose(key, random::Purpose::data)),
          chi_(with_purpose(key, random::Purpose::rejection)),
          law_(law) {}

    void fill(std::span<double> row) {
        switch (law_.kind) {
            case Design::gaussian:
                lanes_.normals(row);
                return;
            case Design::rademacher:
                lanes_.uniforms(row);
                for (double& entry : row) entry = entry <= 0.5 ? 1.0 : -1.0;
                return;
            case Design::bernoulli: {
                lanes_.uniforms(row);
                const double p = law_.probability;
                const double scale = 1.0 / std::sqrt(p * (1.0 - p));
                for (double& entry : row) entry = scale * ((entry <= p ? 1.0 : 0.0) - p);
                return;
            }
            case Design::student_t: {
                lanes_.normals(row);
                const double nu = law_.degrees_of_freedom;
                for (double& entry : row) entry *= std::sqrt(nu - 2.0) / chi_.chi(nu);
                return;
            }
        }
    }

  private:
    random::GaussianLanes lanes_;
    random::Stream chi_;
    DesignLaw law_;
};

/// Entries of the prior before their norm is made exact; a Bernoulli-Gauss signal has exactly its number of
/// entries that are not zero.
void draw_prior(const SignalLaw& law, std::size_t d, const random::StreamKey& key, AlignedVector& truth) {
    random::GaussianLanes lanes(with_purpose(key, random::Purpose::start));
    lanes.normals(truth);
    std::fill(truth.begin() + static_cast<std::ptrdiff_t>(d), truth.end(), 0.0);
    if (law.prior == Prior::rademacher)
        for (std::size_t j = 0; j < d; ++j) truth[j] = truth[j] < 0.0 ? -1.0 : 1.0;
    if (law.prior == Prior::bernoulli_gauss) {
        const auto kept = std::max<std::size_t>(
            1, static_cast<std::size_t>(std::llround(law.sparsity * static_cast<double>(d))));
        // A random subset by shuffling (Fisher & Yates).
        random::Stream stream(with_purpose(key, random::Purpose::driver));
        std::vector<std::size_t> order(d);
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t j = 0; j < kept; ++j) {
            const auto other =
                j +
                std::min(d - j - 1, static_cast<std::size_t>(stream.uniform() * static_cast<double>(d - j)));
            std::swap(order[j], order[other]);
        }
        for (std::size_t j = kept; j < d; ++j) truth[order[j]] = 0.0;
    }
}

}  // namespace

Samples::Samples(std::size_t samples, std::size_t dimensions)
    : count(samples),
      d(dimensions),
      stride(teacher_student::padded_length(dimensions)),
      rows(samples * stride),
      labels(samples) {}

double Samples::bytes(double samples, double dimensions) {
    return 8.0 * samples * (dimensions + 16.0);
}

Signal draw_signal(const GeneralizedLinear& problem, std::uint64_t d, const random::StreamKey& key) {
    const std::size_t stride = teacher_student::padded_length(d);
    Signal signal{AlignedVector(stride), AlignedVector(stride)};
    const double dimensions = static_cast<double>(d);
    draw_prior(problem.signal, d, key, signal.truth);
    const auto length = static_cast<Eigen::Index>(d);
    Map<VectorXd> truth(signal.truth.data(), length);
    truth *= std::sqrt(dimensions * problem.T() / truth.squaredNorm());
    Map<VectorXd> start(signal.start.data(), length);
    const double along = problem.R0() / problem.T();
    const double rest = problem.Q0() - along * problem.R0();
    if (rest > 1e-14 * problem.Q0()) {
        random::GaussianLanes lanes(with_purpose(key, random::Purpose::frame));
        lanes.normals(signal.start);
        std::fill(signal.start.begin() + length, signal.start.end(), 0.0);
        for (int pass = 0; pass < 2; ++pass) start -= truth * (truth.dot(start) / truth.squaredNorm());
        start *= std::sqrt(dimensions * rest / start.squaredNorm());
    }
    start += along * truth;
    return signal;
}

SampleSpectrum leading_direction(const GeneralizedLinear& problem, const Samples& samples) {
    const auto n = static_cast<Eigen::Index>(samples.count);
    const VectorXd labels = Map<const VectorXd>(samples.labels.data(), n) / std::sqrt(problem.T());
    SampleSpectrum found{VectorXd(n), {}};
    problem.spectral->preprocessing.evaluate({labels.data(), samples.count},
                                             {found.weight.data(), samples.count});
    // Of inputs x = sqrt(d) a, averaged over samples.
    const VectorXd scaled =
        found.weight * (static_cast<double>(samples.d) / static_cast<double>(samples.count));
    found.leading = spectral::leading_pair({samples.rows.data(), samples.d, samples.stride, scaled});
    return found;
}

std::optional<std::vector<double>> start_spectrally(const GeneralizedLinear& problem, const Samples& samples,
                                                    Signal& signal) {
    const auto [weight, leading] = leading_direction(problem, samples);
    if (!leading.converged) return std::nullopt;
    const auto d = static_cast<Eigen::Index>(samples.d);
    const double sign = Map<const VectorXd>(signal.truth.data(), d).dot(leading.vector) < 0.0 ? -1.0 : 1.0;
    Map<VectorXd>(signal.start.data(), d) =
        leading.vector * sign * std::sqrt(static_cast<double>(samples.d) * problem.Q0());
    std::vector<double> held_out;
    for (const double one : weight) held_out.push_back(1.0 - one / problem.spectral->prediction.root);
    return held_out;
}

Samples draw_samples(const GeneralizedLinear& problem, std::uint64_t d, const Signal& signal,
                     const random::StreamKey& key) {
    return draw_samples(problem, d, problem.samples(d), signal, key);
}

Samples draw_samples(const GeneralizedLinear& problem, std::uint64_t d, std::uint64_t count,
                     const Signal& signal, const random::StreamKey& key) {
    Samples samples(count, d);
    DesignSource source(problem.design, key);
    const double unit = 1.0 / std::sqrt(static_cast<double>(d));
    for (std::size_t sample = 0; sample < samples.count; ++sample) {
        const std::span<double> row(samples.rows.data() + sample * samples.stride, samples.stride);
        source.fill(row);
        for (std::size_t j = 0; j < d; ++j) row[j] *= unit;
        std::ranges::fill(row.subspan(d), 0.0);
    }
    random::GaussianLanes noise_source(with_purpose(key, random::Purpose::label_noise));
    std::vector<double> noise(teacher_student::padded_length(samples.count));
    noise_source.normals(noise);
    teacher_student::FusedPass pass(samples.stride, 1);
    pass.project(
        samples.count, [&](std::size_t i) { return samples.row(i); }, signal.truth.data(), 1,
        [&](std::size_t first, std::size_t width, const double* fields) {
            problem.label.evaluate(fields, most_block_rows, noise.data() + first, width,
                                   samples.labels.data() + first);
        });
    return samples;
}

}  // namespace hidyn::generalized_linear
