#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
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
/// The design and the labels of this signal.
[[nodiscard]] Samples draw_samples(const GeneralizedLinear& problem, std::uint64_t d, const Signal& signal,
                                   const random::StreamKey& key);

}  // namespace hidyn::generalized_linear
