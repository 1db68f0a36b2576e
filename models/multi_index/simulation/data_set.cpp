// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/data_set.hpp"

#include <algorithm>
#include <cmath>

#include "math/vectors/fused_pass.hpp"
#include "models/teacher_student/placement.hpp"
#include "random/gaussian_lanes.hpp"

namespace hidyn::multi_index {
namespace {

random::StreamKey with_purpose(random::StreamKey key, random::Purpose purpose) {
    key.purpose = purpose;
    return key;
}

}  // namespace

DataSet::DataSet(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key,
                 const double* teachers)
    : stride_(teacher_student::padded_length(d)),
      rows_(problem.samples(d) * stride_),
      labels_(problem.samples(d)) {
    random::GaussianLanes gaussian(with_purpose(key, random::Purpose::data));
    const double unit = 1.0 / std::sqrt(static_cast<double>(d));
    for (std::size_t sample = 0; sample < samples(); ++sample) {
        const std::span<double> row(rows_.data() + sample * stride_, stride_);
        gaussian.normals(row);
        for (std::size_t j = 0; j < d; ++j) row[j] *= unit;
        std::ranges::fill(row.subspan(d), 0.0);
    }

    random::GaussianLanes noise_source(with_purpose(key, random::Purpose::label_noise));
    std::vector<double> noise(teacher_student::padded_length(samples()));
    noise_source.normals(noise);
    const std::size_t count = problem.teachers();
    teacher_student::FusedPass pass(stride_, count);
    pass.project(
        samples(), [&](std::size_t i) { return row(i); }, teachers, count,
        [&](std::size_t first, std::size_t width, const double* lambda) {
            problem.label.evaluate(lambda, teacher_student::most_block_rows, noise.data() + first, width,
                                   labels_.data() + first);
        });
}

double DataSet::bytes(const MultiIndex& problem, std::uint64_t d) {
    return 8.0 * static_cast<double>(problem.samples(d)) *
           static_cast<double>(teacher_student::padded_length(d) + 2);
}

}  // namespace hidyn::multi_index
