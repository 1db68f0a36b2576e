// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/aligned.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "models/spectral/leading_vector.hpp"
#include "random/stream.hpp"

namespace hidyn::generalized_linear {

/// A design matrix A = X / sqrt(d) as rows padded with zeros to `stride`, and its labels.
struct Samples {
    std::size_t count = 0;  ///< n
    std::size_t d = 0;
    std::size_t stride = 0;  ///< a multiple of 16
    AlignedVector rows;
    std::vector<double> labels;

    Samples(std::size_t samples, std::size_t dimensions);
    [[nodiscard]] const double* row(std::size_t sample) const { return rows.data() + sample * stride; }
    [[nodiscard]] static double bytes(double samples, double dimensions);
};

/// The signal and the start, padded to the samples' stride, with T, Q and R exact.
struct Signal {
    AlignedVector truth;  ///< theta*
    AlignedVector start;  ///< theta^0
};

[[nodiscard]] Signal draw_signal(const GeneralizedLinear& problem, std::uint64_t d,
                                 const random::StreamKey& key);
/// The weights of a spectral start and what they lead to.
struct SampleSpectrum {
    Eigen::VectorXd weight;  ///< T(y_i / sqrt(T))
    spectral::LeadingPair leading;
};
[[nodiscard]] SampleSpectrum leading_direction(const GeneralizedLinear& problem, const Samples& samples);
/// Scales the leading eigenvector of the samples to the predicted overlap, with the signal's sign, which no
/// label tells, and makes it the start. Returns per sample the factor that leaves its own part out of g^0;
/// none if the eigenvector was not found.
[[nodiscard]] std::optional<std::vector<double>> start_spectrally(const GeneralizedLinear& problem,
                                                                  const Samples& samples, Signal& signal);
/// The design and the labels of this signal.
[[nodiscard]] Samples draw_samples(const GeneralizedLinear& problem, std::uint64_t d, const Signal& signal,
                                   const random::StreamKey& key);
/// The same, but so many of them; the first ones are the same for any number.
[[nodiscard]] Samples draw_samples(const GeneralizedLinear& problem, std::uint64_t d, std::uint64_t count,
                                   const Signal& signal, const random::StreamKey& key);

}  // namespace hidyn::generalized_linear
