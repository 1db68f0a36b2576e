// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

/// Inputs x ~ N(0, C) in coordinates in which C is diagonal. The first `probes` axes carry the teacher and
/// the spike; the others come in blocks of equal variance, about which nothing but the students' weights in
/// them is to be known.
namespace hidyn::quadratic_network {

struct BulkBlock {
    double variance = 1.0;
    std::uint64_t dimensions = 0;
};

/// At size d.
struct Covariance {
    Eigen::VectorXd probes;       ///< their variances
    std::vector<BulkBlock> bulk;  ///< the other d - probes.size() axes, in this order

    [[nodiscard]] std::uint64_t dimensions() const;
    /// Variances of all axes.
    [[nodiscard]] Eigen::VectorXd diagonal() const;
    [[nodiscard]] bool spiked() const { return bulk.size() == 1 && bulk.front().variance == 1.0; }
};

/// What is said of the inputs, at any size.
struct InputLaw {
    enum class Kind { spiked, blocks, power_law };
    Kind kind = Kind::spiked;
    bool has_spike = false;
    double spike = 0.0;                       ///< lambda_s: variance 1 + lambda_s along the spike
    double spike_overlap = 0.0;               ///< cosine of the angle between spike and the (first) teacher
    std::vector<double> variances = {};       ///< of blocks
    std::vector<double> fractions = {};       ///< of the dimensions in each block
    std::vector<double> teacher_shares = {};  ///< of the teacher's squared norm in each block
    double exponent = 0.0;  ///< of a power law: variance of axis i proportional to i^-exponent, mean 1

    [[nodiscard]] Covariance at(std::uint64_t d, std::size_t teachers) const;
    /// Teachers as rows in the probes' coordinates, M x p, teacher r of squared norm strengths[r].
    [[nodiscard]] Eigen::MatrixXd teachers(std::uint64_t d, const std::vector<double>& strengths) const;
    /// The probe that is the spike; -1: none.
    [[nodiscard]] Eigen::Index spike_probe(std::size_t teachers) const;
    /// Smallest d that has room for probes and one axis in every block.
    [[nodiscard]] std::uint64_t smallest_dimension(std::size_t teachers) const;
};

}  // namespace hidyn::quadratic_network
