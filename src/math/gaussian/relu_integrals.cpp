// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/kernel.hpp"
#include "math/gaussian/gauss_rules.hpp"
#include "math/gaussian/gaussian_integrals.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::math::relu_integrals {

namespace {

using std::numbers::pi;

// a b - c^2 of a covariance, to the last bit (Kahan): a unit equal to another gives exactly 0, whose root
// matters.
double determinant(double a, double b, double c) {
    const double square = c * c;
    return std::max(0.0, std::fma(a, b, -square) + std::fma(-c, c, square));
}

// A variance this much smaller than before conditioning is rounding: the unit is determined by the others.
constexpr double negligible = 1e-14;

double clamped_asin(double x) {
    return std::asin(std::clamp(x, -1.0, 1.0));
}

/// 0 where a variable is fixed: its sign is then a coin, g'(0) = 1/2, the value that makes identical units
/// exact.
double correlation(double covariance, double variance, double other) {
    return variance > 0.0 && other > 0.0 ? std::clamp(covariance / std::sqrt(variance * other), -1.0, 1.0)
                                         : 0.0;
}

double P2(double rho) {
    return 0.25 + clamped_asin(rho) / (2.0 * pi);
}

bool dead(const Eigen::Ref<const Eigen::MatrixXd>& C) {
    return !(C.diagonal().minCoeff() > 0.0);
}

/// Covariance of the rest given u_p = 0; entries that are rounding become zero.
template <int size>
Eigen::Matrix<double, size, size> given(const Eigen::Matrix<double, size, size>& C, int p) {
    Eigen::Matrix<double, size, size> rest = C - C.col(p) * C.row(p) / C(p, p);
    for (int q = 0; q < size; ++q)
        if (rest(q, q) <= negligible * C(q, q)) {
            rest.row(q).setZero();
            rest.col(q).setZero();
        }
    return rest;
}

/// P(u_a > 0 for all a in the set).
double probability(const Eigen::Matrix4d& C, const std::array<int, 4>& set, int size) {
    const auto rho = [&](int x, int y) {
        const int a = set[static_cast<std::size_t>(x)];
        const int b = set[static_cast<std::size_t>(y)];
        return correlation(C(a, b), C(a, a), C(b, b));
    };
    switch (size) {
        case 0:
            return 1.0;
        case 1:
            return 0.5;
        case 2:
            return P2(rho(0, 1));
        case 3:
            return 0.125 +
                   (clamped_asin(rho(0, 1)) + clamped_asin(rho(0, 2)) + clamped_asin(rho(1, 2))) / (4.0 * pi);
        default:
            return orthant_probability(C);
    }
}

constexpr std::size_t most_nodes = 96;

/// Gauss-Legendre on the path s = x (2 - x), whose substitution removes the square root at its end; the
/// weights carry ds / dx and Plackett's 1 / (4 pi^2).
struct Path {
    std::array<double, most_nodes> s;
    std::array<double, most_nodes> weight;
    std::size_t count;

    explicit Path(std::size_t nodes) : count(nodes) {
        const QuadratureRule rule = gauss_legendre(nodes);
        for (std::size_t k = 0; k < nodes; ++k) {
            s[k] = rule.nodes[k] * (2.0 - rule.nodes[k]);
            weight[k] = rule.weights[k] * 2.0 * (1.0 - rule.nodes[k]) / (4.0 * pi * pi);
        }
    }
};

/// What the correlations r, switched on together by s in [0,1], add to the orthant probability: for each pair
/// ab, r_ab / sqrt(1 - s^2 r_ab^2) times the arcsine of the other two's partial correlation given ab.
HIDYN_KERNEL double plackett_integral(const Eigen::Matrix4d& r, double largest) {
    // Strongly correlated units bring a near-singular end of the path, which takes more nodes.
    static const Path few(24);
    static const Path many(most_nodes);
    const Path& path = largest <= 0.7 ? few : many;
    std::array<double, 6 * most_nodes> factor;
    std::array<double, 6 * most_nodes> angle;
    std::size_t pair = 0;
    for (int a = 0; a < 4; ++a)
        for (int b = a + 1; b < 4; ++b, ++pair) {
            const int c = a == 0 ? (b == 1 ? 2 : 1) : 0;
            const int d = 6 - a - b - c;
            const double rab = r(a, b), rcd = r(c, d), rca = r(c, a), rcb = r(c, b), rda = r(d, a),
                         rdb = r(d, b);
            double* into_factor = factor.data() + pair * path.count;
            double* into_angle = angle.data() + pair * path.count;
#pragma omp simd
            for (std::size_t k = 0; k < path.count; ++k) {
                const double s = path.s[k];
                const double open = 1.0 - s * s * rab * rab;
                const double scale = s * s / open;
                const double cd =
                    s * rcd - scale * (rca * rda + rcb * rdb - s * rab * (rca * rdb + rcb * rda));
                const double cc = 1.0 - scale * (rca * rca + rcb * rcb - 2.0 * s * rab * rca * rcb);
                const double dd = 1.0 - scale * (rda * rda + rdb * rdb - 2.0 * s * rab * rda * rdb);
                const double variance = cc > 0.0 && dd > 0.0 ? cc * dd : 1.0;
                const double rho = cd / std::sqrt(variance);
                const double below = rho > 1.0 ? 1.0 : rho;
                into_angle[k] = below < -1.0 ? -1.0 : below;
                into_factor[k] = path.weight[k] * rab / std::sqrt(open);
            }
        }
    const std::span<double> angles(angle.data(), 6 * path.count);
    asin(angles, angles);
    double sum = 0.0;
    for (std::size_t k = 0; k < angles.size(); ++k) sum += factor[k] * angles[k];
    return sum;
}

/// A set of distinct places without one or two of them.
struct PlaceSet {
    std::array<int, 4> places{};
    int size = 0;

    void add(int place) { places[static_cast<std::size_t>(size++)] = place; }
    [[nodiscard]] PlaceSet without(int p, int q) const {
        PlaceSet rest;
        for (int x = 0; x < size; ++x) {
            const int place = places[static_cast<std::size_t>(x)];
            if (place != p && place != q) rest.add(place);
        }
        return rest;
    }
};

}  // namespace

double I2(const Eigen::Matrix2d& C) {
    if (dead(C)) return 0.0;
    const double root = std::sqrt(determinant(C(0, 0), C(1, 1), C(0, 1)));
    // The arcsine of the correlation, which near 1 would lose half of the digits.
    return (root + C(0, 1) * (pi / 2.0 + std::atan2(C(0, 1), root))) / (2.0 * pi);
}

double J2(const Eigen::Matrix2d& C, const std::array<int, 2>& unit) {
    if (dead(C)) return 0.0;
    return unit[0] == unit[1] ? 0.5 : P2(correlation(C(0, 1), C(0, 0), C(1, 1)));
}

double I3(const Eigen::Matrix3d& C, const std::array<int, 3>& unit) {
    if (!(C(0, 0) > 0.0) || !(C(2, 2) > 0.0)) return 0.0;
    if (unit[0] == unit[2]) return 0.5 * C(0, 1);
    return C(0, 1) * std::sqrt(determinant(C(0, 0), C(2, 2), C(0, 2))) / (2.0 * pi * C(0, 0)) +
           C(1, 2) * P2(correlation(C(0, 2), C(0, 0), C(2, 2)));
}

double I4(const Eigen::Matrix4d& C, const std::array<int, 4>& unit) {
    if (dead(C)) return 0.0;
    PlaceSet all;
    std::array<int, 4> place_of{};  // the place in the set that stands for each argument's unit
    for (std::size_t x = 0; x < 4; ++x) {
        std::size_t first = 0;
        while (unit[first] != unit[x]) ++first;
        place_of[x] = static_cast<int>(first);
        if (first == x) all.add(static_cast<int>(x));
    }
    const int j = place_of[2];
    const int l = place_of[3];
    // Stein's lemma twice: u_j, then u_l, differentiates the step functions of the set.
    double sum = C(j, l) * probability(C, all.places, all.size);
    for (int x = 0; x < all.size; ++x) {
        const int p = all.places[static_cast<std::size_t>(x)];
        if (p == l) continue;  // u_l = 0 there
        const Eigen::Matrix4d once = given<4>(C, p);
        double inner = 0.0;
        for (int y = 0; y < all.size; ++y) {
            const int q = all.places[static_cast<std::size_t>(y)];
            if (q == p || !(once(q, q) > 0.0)) continue;
            const PlaceSet rest = all.without(p, q);
            inner += once(l, q) / std::sqrt(2.0 * pi * once(q, q)) *
                     probability(given<4>(once, q), rest.places, rest.size);
        }
        sum += C(j, p) / std::sqrt(2.0 * pi * C(p, p)) * inner;
    }
    return sum;
}

double orthant_probability(const Eigen::Matrix4d& C) {
    Eigen::Matrix4d r;
    double largest = 0.0;
    for (int a = 0; a < 4; ++a)
        for (int b = 0; b < 4; ++b) {
            r(a, b) = a == b ? 1.0 : correlation(C(a, b), C(a, a), C(b, b));
            if (a != b) largest = std::max(largest, std::abs(r(a, b)));
        }
    for (int a = 0; a < 4; ++a)
        for (int b = 0; b < a; ++b)
            if (1.0 - std::abs(r(a, b)) < negligible) {  // two units of one sign, or of opposite signs
                std::array<int, 4> others{};
                int size = 0;
                for (int c = 0; c < 4; ++c)
                    if (c != a) others[static_cast<std::size_t>(size++)] = c;
                return r(a, b) > 0.0 ? probability(C, others, 3) : 0.0;
            }

    double sum = 1.0 / 16.0;
    for (int a = 0; a < 4; ++a)
        for (int b = a + 1; b < 4; ++b) sum += clamped_asin(r(a, b)) / (8.0 * pi);
    return sum + plackett_integral(r, largest);
}

}  // namespace hidyn::math::relu_integrals
