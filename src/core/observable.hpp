// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hidyn {

/// What an axis is to a reader: its entries are told apart, they are times, or values along it make one
/// curve.
enum class AxisRole { index, time, profile };
/// "index", "time", "profile".
[[nodiscard]] const char* role_name(AxisRole role);

/// One named axis of an observable. Square matrices name their two axes apart ("student", "student_2"). The
/// second time of a two-time function is "time_2" (the recorded times again), or "source_time" (a few times
/// at which a response is asked for).
struct Dimension {
    std::string name;
    std::size_t size = 0;
    std::vector<double> coordinates = {};  ///< where its entries lie; empty: they are counted 1..size
    AxisRole role = AxisRole::index;

    /// A further time, at these.
    [[nodiscard]] static Dimension times(std::string name, std::vector<double> coordinates);
    /// What a density or a list of quantiles is a function of.
    [[nodiscard]] static Dimension profile(std::string name, std::vector<double> coordinates);

    [[nodiscard]] bool is_time() const { return role == AxisRole::time; }
    [[nodiscard]] double coordinate(std::size_t index) const {
        return coordinates.empty() ? static_cast<double>(index + 1) : coordinates[index];
    }
    bool operator==(const Dimension&) const = default;

    template <class Archive>
    void archive(Archive& archive) {
        archive(name, size, coordinates, role);
    }
};

/// The declaration of one quantity that simulation and theory both report. HDF5 attributes, axis labels and
/// `hidyn describe` all come from here.
struct Observable {
    std::string name;                        ///< the word used in files, e.g. "generalization_error"
    std::string long_name;                   ///< a phrase for axis labels and tables
    std::string symbol;                      ///< LaTeX without dollar signs
    std::string normalization;               ///< formula with every factor of d, K and 1/2
    std::vector<Dimension> dimensions = {};  ///< axes after [replica,] time; empty for a scalar
    bool symmetric = false;                  ///< a square matrix equal to its transpose
    /// A function of the other observables. Near its stationary points it does not fluctuate linearly, so a
    /// predicted variance is shown but not tested.
    bool derived = false;
    /// Only this route reports it; no other can be compared with it.
    bool own = false;

    /// Number of components at one time.
    [[nodiscard]] std::size_t size() const {
        std::size_t product = 1;
        for (const Dimension& dimension : dimensions) product *= dimension.size;
        return product;
    }

    /// Flat (row-major) indices of the components that carry information: the lower triangle of a symmetric
    /// matrix, else all.
    [[nodiscard]] std::vector<std::size_t> independent_components() const {
        std::vector<std::size_t> kept;
        const std::size_t width = symmetric ? dimensions.at(1).size : 1;
        for (std::size_t index = 0; index < size(); ++index)
            if (!symmetric || index % width <= index / width) kept.push_back(index);
        return kept;
    }

    /// "[1,2]" for a component of a matrix, counted from 1 as papers do; "" for a scalar. An axis with
    /// coordinates is told by them: "[1,2; s = 0.5]", and then "[s = 0.5]" where there is one student.
    [[nodiscard]] std::string component_label(std::size_t index) const;

    bool operator==(const Observable&) const = default;

    template <class Archive>
    void archive(Archive& archive) {
        archive(name, long_name, symbol, normalization, dimensions, symmetric, derived, own);
    }
};

}  // namespace hidyn
