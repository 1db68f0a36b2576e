// SPDX-License-Identifier: MIT
#include <vector>

#include "math/gaussian/gaussian_integrals.hpp"

namespace hidyn::math::polynomial_integrals {

namespace {

/// Isserlis' theorem as a recursion: taking out one factor u_x of a moment pairs it with every other factor,
/// E[u_x f(u)] = sum_y C_xy E[df/du_y]. `moments` holds E[u_1^a u_2^b u_3^c u_4^d] for all powers below
/// `sizes`.
struct MomentTable {
    std::array<std::size_t, 4> sizes;
    std::array<std::size_t, 4> strides;
    std::vector<double> moments;

    void fill(const std::array<std::size_t, 4>& wanted, const Eigen::Matrix4d& C) {
        sizes = wanted;
        strides = {sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1};
        moments.resize(sizes[0] * strides[0]);
        std::size_t place = 0;
        std::array<std::size_t, 4> power{};
        for (power[0] = 0; power[0] < sizes[0]; ++power[0])
            for (power[1] = 0; power[1] < sizes[1]; ++power[1])
                for (power[2] = 0; power[2] < sizes[2]; ++power[2])
                    for (power[3] = 0; power[3] < sizes[3]; ++power[3], ++place)
                        moments[place] = moment(power, place, C);
    }

    [[nodiscard]] double moment(const std::array<std::size_t, 4>& power, std::size_t place,
                                const Eigen::Matrix4d& C) const {
        if (place == 0) return 1.0;
        if ((power[0] + power[1] + power[2] + power[3]) % 2 == 1) return 0.0;
        std::size_t taken = 0;
        while (power[taken] == 0) ++taken;
        double sum = 0.0;
        for (std::size_t other = taken; other < 4; ++other) {
            const std::size_t partners = power[other] - (other == taken ? 1 : 0);
            if (partners == 0) continue;
            sum += static_cast<double>(partners) *
                   C(static_cast<Eigen::Index>(taken), static_cast<Eigen::Index>(other)) *
                   moments[place - strides[taken] - strides[other]];
        }
        return sum;
    }
};

}  // namespace

double product(std::span<const double> p, std::span<const double> q, const Eigen::Matrix2d& C) {
    static constexpr std::array<double, 1> one{1.0};
    Eigen::Matrix4d padded = Eigen::Matrix4d::Zero();
    padded.topLeftCorner<2, 2>() = C;
    return product(p, q, one, one, padded);
}

double product(std::span<const double> p, std::span<const double> q, std::span<const double> r,
               std::span<const double> s, const Eigen::Matrix4d& C) {
    thread_local MomentTable table;
    table.fill({p.size(), q.size(), r.size(), s.size()}, C);
    const double* moment = table.moments.data();
    double sum = 0.0;
    for (const double a : p)
        for (const double b : q)
            for (const double c : r) {
                const double abc = a * b * c;
                if (abc != 0.0)
                    for (std::size_t d = 0; d < s.size(); ++d) sum += abc * s[d] * moment[d];
                moment += s.size();
            }
    return sum;
}

std::vector<double> derivative(std::span<const double> p) {
    std::vector<double> result;
    for (std::size_t k = 1; k < p.size(); ++k) result.push_back(static_cast<double>(k) * p[k]);
    if (result.empty()) result.push_back(0.0);
    return result;
}

}  // namespace hidyn::math::polynomial_integrals
