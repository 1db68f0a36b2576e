// SPDX-License-Identifier: MIT
#include "models/spectral/preprocessing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn::spectral {
namespace {

// An expression is looked at on this grid, and far out.
constexpr double grid_reach = 40.0;
constexpr std::size_t grid_cells = 16384;

double grid_point(std::size_t index) {
    return grid_reach * (2.0 * static_cast<double>(index) / static_cast<double>(grid_cells) - 1.0);
}

}  // namespace

Preprocessing Preprocessing::optimal(double Delta, double lowest) {
    return {Kind::optimal, Delta, lowest};
}

Preprocessing Preprocessing::mondelli_montanari(double alpha) {
    return {Kind::mondelli_montanari, std::sqrt(2.0 * alpha), 0.0};
}

Preprocessing Preprocessing::trimmed(double largest) {
    return {Kind::trimmed, 0.0, largest};
}

Preprocessing Preprocessing::subset(double smallest) {
    return {Kind::subset, 0.0, smallest};
}

Preprocessing Preprocessing::expression(math::MultivariateExpression function) {
    Preprocessing made(Kind::expression, 0.0, 0.0);
    made.expression_ = std::move(function);
    return made;
}

void Preprocessing::evaluate(std::span<const double> y, std::span<double> value) const {
    if (kind_ == Kind::expression) {
        const double* inputs[] = {y.data()};
        expression_->evaluate(inputs, y.size(), value.data());
        return;
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double square = y[i] * y[i];
        switch (kind_) {
            case Kind::optimal: {
                const double S = 1.0 + parameter_;
                value[i] = std::max(1.0 - S * S / (parameter_ * S + square), bound_);
                break;
            }
            case Kind::mondelli_montanari:
                value[i] = (square - 1.0) / (square + parameter_ - 1.0);
                break;
            case Kind::trimmed:
                value[i] = std::abs(y[i]) <= bound_ ? square : 0.0;
                break;
            case Kind::subset:
                value[i] = std::abs(y[i]) > bound_ ? 1.0 : 0.0;
                break;
            case Kind::expression:
                break;
        }
    }
}

double Preprocessing::operator()(double y) const {
    double value = 0.0;
    evaluate({&y, 1}, {&value, 1});
    return value;
}

std::optional<double> Preprocessing::supremum() const {
    switch (kind_) {
        case Kind::optimal:
        case Kind::mondelli_montanari:
        case Kind::subset:
            return 1.0;
        case Kind::trimmed:
            return bound_ * bound_;
        case Kind::expression:
            break;
    }
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i <= grid_cells; ++i) highest = std::max(highest, (*this)(grid_point(i)));
    // Bounded functions have settled far out; others keep growing.
    for (const double side : {-1.0, 1.0}) {
        const double far = (*this)(side * 1e12);
        const double farther = (*this)(side * 1e24);
        if (!std::isfinite(far) || !std::isfinite(farther) ||
            farther > far + 1e-6 * std::max(1.0, std::abs(far)))
            return std::nullopt;
        highest = std::max({highest, far, farther});
    }
    return highest;
}

std::vector<double> Preprocessing::breaks(double reach) const {
    std::vector<double> found{0.0};
    const auto both = [&](double y) {
        if (y < reach) found.insert(found.end(), {-y, y});
    };
    if (kind_ == Kind::trimmed || kind_ == Kind::subset) both(bound_);
    if (kind_ == Kind::optimal) {
        const double S = 1.0 + parameter_;
        const double square = S * S / (1.0 - bound_) - parameter_ * S;
        if (square > 0.0) both(std::sqrt(square));
    }
    if (kind_ != Kind::expression) return found;
    // A jump shows as one cell that changes much more than both its neighbours.
    const auto change = [&](std::size_t cell) {
        return std::abs((*this)(grid_point(cell + 1)) - (*this)(grid_point(cell)));
    };
    for (std::size_t cell = 1; cell + 2 < grid_cells; ++cell) {
        if (change(cell) <= 1e-9 + 10.0 * std::max(change(cell - 1), change(cell + 1))) continue;
        double low = grid_point(cell);
        double high = grid_point(cell + 1);
        for (int halving = 0; halving < 50; ++halving) {
            const double middle = 0.5 * (low + high);
            const bool left =
                std::abs((*this)(middle) - (*this)(low)) > std::abs((*this)(high) - (*this)(middle));
            (left ? high : low) = middle;
        }
        if (std::abs(high) < reach) found.push_back(high);
    }
    return found;
}

}  // namespace hidyn::spectral
