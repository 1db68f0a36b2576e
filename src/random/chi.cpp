// SPDX-License-Identifier: MIT
#include "random/chi.hpp"

#include <cmath>

#include "core/kernel.hpp"

namespace hidyn::random {

ChiLanes::ChiLanes(std::span<const StreamKey, lane_count> keys) {
    rejection_.reserve(lane_count);
    for (StreamKey key : keys) {
        key.purpose = Purpose::rejection;
        rejection_.emplace_back(key);
    }
}

HIDYN_KERNEL void ChiLanes::draw(double degrees_of_freedom, RowSource& source, double* row) {
    const double* normal = source.normal_row();
    if (degrees_of_freedom < 2.0) {
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            row[lane] = degrees_of_freedom <= 0.0 ? 0.0 : std::abs(normal[lane]);
        return;
    }
    const double* uniform = source.uniform_row();
    const double shift = 0.5 * degrees_of_freedom - 1.0 / 3.0;
    const double scale = 1.0 / std::sqrt(9.0 * shift);
    const double squeeze = 0.0157 / shift;
    std::array<double, lane_count> accepted{};
    double all_accepted = 1.0;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        const double x = normal[lane];
        const double root = 1.0 + scale * x;
        row[lane] = std::sqrt(2.0 * shift * std::abs(root)) * std::abs(root);
        const double square = x * x;
        accepted[lane] = root > 0.5 && uniform[lane] < 1.0 - squeeze * square * square ? 1.0 : 0.0;
    }
    for (std::size_t lane = 0; lane < lane_count; ++lane) all_accepted *= accepted[lane];
    if (all_accepted != 0.0) return;
    for (std::size_t lane = 0; lane < lane_count; ++lane)
        if (accepted[lane] == 0.0) row[lane] = finish_lane(lane, shift, scale, normal[lane], uniform[lane]);
}

double ChiLanes::finish_lane(std::size_t lane, double shift, double scale, double normal, double uniform) {
    for (;;) {
        const double root = 1.0 + scale * normal;
        if (root > 0.0) {
            const double cube = root * root * root;
            if (std::log(uniform) < 0.5 * normal * normal + shift * (1.0 - cube + std::log(cube)))
                return std::sqrt(2.0 * shift * cube);
        }
        normal = rejection_[lane].normal();
        uniform = rejection_[lane].uniform();
    }
}

}  // namespace hidyn::random
