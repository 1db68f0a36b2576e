// SPDX-License-Identifier: MIT
#include "statistics/simultaneous_test.hpp"

#include <algorithm>
#include <cmath>

#include "statistics/draws.hpp"
#include "statistics/tail.hpp"

namespace hidyn::statistics {

namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;

/// One size, after its missing entries have been replaced by zeros and counted.
struct Prepared {
    double weight = 0;
    MatrixXd rows;     ///< replicas with the null imposed, zero where missing
    MatrixXd present;  ///< 1 or 0; empty if nothing is missing
    ArrayXd count;     ///< n(c)
    ArrayXd mean;
    ArrayXd mean_variance;  ///< a^2 s^2/n, this size's share of se^2
    ArrayXd squares;        ///< sum over replicas of rows^2
};

Prepared prepare(const ReplicaGroup& group, double weight) {
    Prepared result;
    result.weight = weight;
    const auto finite = group.deviations.array().isFinite();
    result.present = finite.cast<double>();
    result.rows = finite.select(group.deviations, 0.0);
    result.count = result.present.colwise().sum().transpose();
    result.mean = result.rows.colwise().sum().transpose().array() / result.count.max(1.0);
    result.rows.rowwise() -= result.mean.matrix().transpose();
    result.rows.array() *= result.present.array();
    result.mean_variance = weight * weight * result.rows.colwise().squaredNorm().transpose().array() /
                           (result.count * (result.count - 1)).max(1.0);
    if (result.count.minCoeff() == static_cast<double>(result.rows.rows())) result.present.resize(0, 0);
    return result;
}

void keep_columns(Prepared& group, const std::vector<Index>& kept) {
    group.rows = MatrixXd(group.rows(Eigen::all, kept));
    if (group.present.size() > 0) group.present = MatrixXd(group.present(Eigen::all, kept));
    group.count = ArrayXd(group.count(kept));
    group.mean = ArrayXd(group.mean(kept));
    group.mean_variance = ArrayXd(group.mean_variance(kept));
}

/// Gives each size back the part of its mean that the question asks about, distributed as least squares
/// would: shift_j = excess Cov(mean_j, estimate)/Var(estimate). The centred rows have lost a degree of
/// freedom of which this restores the share a_j^2 v_j/se^2; the factor restores the rest, so that sizes keep
/// their proportions.
void impose_null(Prepared& group, const ArrayXd& excess, const ArrayXd& variance) {
    const ArrayXd share = (variance > 0).select(group.mean_variance / variance, 0.0);
    const ArrayXd shift = excess * share / group.weight;
    const ArrayXd factor = (group.count / (group.count - 1 + share)).sqrt();
    group.rows.rowwise() += shift.matrix().transpose();
    group.rows.array().rowwise() *= factor.transpose();
    if (group.present.size() > 0) group.rows.array() *= group.present.array();
    group.squares = group.rows.colwise().squaredNorm().transpose().array();
}

template <class Array>
auto squared_score(const Array& t_squared, const Array& dof) {
    return ((8 * dof + 1) / (8 * dof + 3)).square() * dof * (1 + t_squared / dof).log();
}

/// For each draw the largest squared score over the coordinates.
class Rotations {
  public:
    Rotations(const std::vector<Prepared>& groups, const ArrayXd& floor, unsigned seed)
        : groups_(groups), floor_(floor), draws_(seed) {}

    std::vector<double> maxima(std::size_t draws) {
        std::vector<double> result;
        while (result.size() < draws) {
            const auto rows = static_cast<Index>(std::min<std::size_t>(block, draws - result.size()));
            const ArrayXd largest = draw(rows).sqrt();
            result.insert(result.end(), largest.begin(), largest.end());
        }
        return result;
    }

  private:
    static constexpr Index block = 256;

    ArrayXd draw(Index draws) {
        std::vector<MatrixXd> directions;
        for (const Prepared& group : groups_) {
            MatrixXd gaussian(draws, group.rows.rows());
            for (double& entry : gaussian.reshaped()) entry = draws_.normal();
            if (group.present.size() == 0) gaussian.rowwise().normalize();
            directions.push_back(std::move(gaussian));
        }
        ArrayXd largest = ArrayXd::Zero(draws);
        std::vector<MatrixXd> projections(groups_.size());
        for (Index first = 0; first < floor_.size(); first += block) {
            const Index width = std::min(block, floor_.size() - first);
            for (std::size_t j = 0; j < groups_.size(); ++j)
                project(j, first, width, directions, projections);
            for (Index column = 0; column < width; ++column)
                largest = largest.max(scores(first + column, column, projections));
        }
        return largest;
    }

    /// h.y for unit vectors h over the replicas present at each coordinate.
    void project(std::size_t j, Index first, Index width, const std::vector<MatrixXd>& directions,
                 std::vector<MatrixXd>& projections) const {
        const Prepared& group = groups_[j];
        projections[j].noalias() = directions[j] * group.rows.middleCols(first, width);
        if (group.present.size() == 0) return;
        const MatrixXd length = directions[j].cwiseAbs2() * group.present.middleCols(first, width);
        projections[j].array() /= length.array().sqrt();
    }

    ArrayXd scores(Index coordinate, Index column, const std::vector<MatrixXd>& projections) const {
        const Index draws = projections.front().rows();
        ArrayXd estimate = ArrayXd::Zero(draws);
        ArrayXd variance = ArrayXd::Constant(draws, floor_[coordinate] * floor_[coordinate]);
        ArrayXd welch = ArrayXd::Constant(draws, 1e-300);
        for (std::size_t j = 0; j < groups_.size(); ++j) {
            const Prepared& group = groups_[j];
            const double n = group.count[coordinate];
            const auto projection = projections[j].col(column).array();
            const double scale = group.weight * group.weight / (n * (n - 1));
            const ArrayXd part = scale * (group.squares[coordinate] - projection.square()).max(0.0);
            estimate += group.weight / std::sqrt(n) * projection;
            variance += part;
            welch += part.square() / (n - 1);
        }
        const ArrayXd dof = (variance.square() / welch).min(1e6);
        return squared_score(ArrayXd(estimate.square() / variance), dof);
    }

    const std::vector<Prepared>& groups_;
    const ArrayXd& floor_;
    Draws draws_;
};

/// Coordinates at which every size has enough replicas.
std::vector<Index> judged_columns(const std::vector<Prepared>& groups) {
    std::vector<Index> kept;
    const auto enough = static_cast<double>(fewest_replicas);
    for (Index column = 0; !groups.empty() && column < groups.front().count.size(); ++column)
        if (std::all_of(groups.begin(), groups.end(),
                        [=](const Prepared& group) { return group.count[column] >= enough; }))
            kept.push_back(column);
    return kept;
}

}  // namespace

double student_score(double t, double degrees_of_freedom) {
    const double factor = (8 * degrees_of_freedom + 1) / (8 * degrees_of_freedom + 3);
    return std::copysign(factor * std::sqrt(degrees_of_freedom * std::log1p(t * t / degrees_of_freedom)), t);
}

SimultaneousResult test_means(const Coordinates& data, const MeanQuestion& question) {
    std::vector<Prepared> groups;
    std::vector<double> sizes;
    for (std::size_t j = 0; j < data.groups.size(); ++j)
        if (question.weights[j] != 0.0) {
            groups.push_back(prepare(data.groups[j], question.weights[j]));
            sizes.push_back(data.groups[j].d);
        }
    const std::vector<Index> kept = judged_columns(groups);
    SimultaneousResult result;
    if (kept.empty()) return result;
    for (Prepared& group : groups) keep_columns(group, kept);

    ArrayXd estimate = ArrayXd::Zero(static_cast<Index>(kept.size()));
    ArrayXd variance = estimate, welch = estimate, per_unit = estimate;
    for (std::size_t j = 0; j < groups.size(); ++j) {
        const Prepared& group = groups[j];
        estimate += group.weight * group.mean;
        variance += group.mean_variance;
        welch += group.mean_variance.square() / (group.count - 1);
        per_unit += group.weight * group.weight / (group.count * sizes[j]);
    }
    const ArrayXd floor = data.floor.array()(kept);
    ArrayXd theory_error = data.theory_error.array()(kept);
    if (!question.use_theory_error) theory_error.setZero();
    const ArrayXd scale = data.theory.array()(kept).abs().max((variance / per_unit).sqrt());
    const ArrayXd bound = theory_error + floor + question.bias * scale;
    const ArrayXd excess = estimate.sign() * (estimate.abs() - bound).max(0.0);
    const ArrayXd error = (variance + theory_error.square() + floor.square()).sqrt();

    double largest = -1;
    for (Index column = 0; column < estimate.size(); ++column) {
        const double dof = welch[column] > 0 ? variance[column] * variance[column] / welch[column]
                                             : groups[0].count[column] - 1;
        const double z = student_score(excess[column] / error[column], dof);
        if (std::abs(z) <= largest) continue;
        largest = std::abs(z);
        result.coordinate = static_cast<std::size_t>(kept[static_cast<std::size_t>(column)]);
        result.estimate = estimate[column];
        result.standard_error = error[column];
        result.z = z;
    }

    for (Prepared& group : groups) impose_null(group, excess, variance);
    const TailProbability tail =
        upper_tail(Rotations(groups, floor, question.seed).maxima(question.draws), largest, kept.size());
    result.judged = true;
    result.tested = kept.size();
    result.p_value = tail.p_value;
    result.effective_tests = tail.effective_tests;
    return result;
}

}  // namespace hidyn::statistics
