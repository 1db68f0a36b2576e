// SPDX-License-Identifier: MIT
#include "statistics/variance_test.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "math/matrices/spectrum.hpp"
#include "statistics/draws.hpp"
#include "statistics/tail.hpp"

namespace hidyn::statistics {

namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;

/// One size: its spread in units of the prediction, and what is needed to imitate it.
struct Spread {
    double weight = 0;
    double d = 0;
    double dof = 0;       ///< R - 1
    ArrayXd ratio;        ///< d s^2 / V
    ArrayXd amplitude;    ///< at least 1: how much wider than predicted by V alone d s^2/V may fluctuate
    MatrixXf directions;  ///< unit columns whose inner products are the observed correlations
};

/// Columns at which there is a variance to test, thinned evenly.
std::vector<std::size_t> testable(const Coordinates& data, std::size_t largest) {
    double d = 1;
    for (const ReplicaGroup& group : data.groups) d = std::max(d, group.d);
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < data.list.size(); ++column) {
        const auto index = static_cast<Index>(column);
        const double rounding_variance = d * data.floor[index] * data.floor[index];
        if (data.predicted_variance[index] > rounding_variance) columns.push_back(column);
    }
    if (columns.size() <= largest) return columns;
    std::vector<std::size_t> kept;
    for (std::size_t index = 0; index < largest; ++index)
        kept.push_back(columns[index * (columns.size() - 1) / (largest - 1)]);
    return kept;
}

/// Unit vectors, one per coordinate, whose inner products are the observed correlations; in the principal
/// axes, as correlated paths need far fewer dimensions than there are replicas. The dependence between
/// coordinates is read off at most 64 replicas: more would only make the imitation slower. What the cut
/// loses, one part in 10^4 of the variance, is below that noise, and single precision further below.
MatrixXf correlation_vectors(const MatrixXd& centred) {
    MatrixXd columns = centred.topRows(std::min<Index>(centred.rows(), 64));
    columns.colwise().normalize();
    const math::SymmetricSpectrum solver(columns * columns.transpose());
    const Eigen::VectorXd& power = solver.eigenvalues();
    Index cut = 0;
    for (double lost = power[0]; cut + 1 < power.size() && lost < 1e-4 * power.sum(); lost += power[cut])
        ++cut;
    MatrixXd result = solver.eigenvectors().rightCols(power.size() - cut).transpose() * columns;
    result.colwise().normalize();
    // A coordinate without spread has no direction of its own, but is still held against the chi-square law.
    for (Index column = 0; column < result.cols(); ++column)
        if (!(result.col(column).norm() > 0.5)) result.col(column) = Eigen::VectorXd::Unit(result.rows(), 0);
    return result.cast<float>();
}

/// Unbiased (for Gaussian data: zero-mean) excess kurtosis of each column, averaged over the times of each
/// component: one coordinate alone is too noisy to be asked.
ArrayXd pooled_kurtosis(const MatrixXd& centred, const Coordinates& data) {
    const double n = static_cast<double>(centred.rows());
    const auto part_of = [&](Index column) {
        const Coordinate& where = data.list[static_cast<std::size_t>(column)];
        return std::pair(where.observable, where.component);
    };
    std::map<std::pair<std::size_t, std::size_t>, std::pair<double, double>> sums;
    for (Index column = 0; column < centred.cols(); ++column) {
        const auto squares = centred.col(column).array().square();
        const double second = squares.mean();
        if (!(second > 0)) continue;
        const double raw = squares.square().mean() / (second * second) - 3;
        auto& [sum, points] = sums[part_of(column)];
        sum += (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * raw + 6);
        points += 1;
    }
    ArrayXd result = ArrayXd::Zero(centred.cols());
    for (Index column = 0; column < centred.cols(); ++column) {
        const auto [sum, points] = sums[part_of(column)];
        if (points > 0) result[column] = sum / points;
    }
    return result;
}

std::vector<Spread> spreads(const Coordinates& data, const std::vector<double>& weights) {
    std::vector<Spread> result;
    for (std::size_t j = 0; j < data.groups.size(); ++j) {
        if (weights[j] == 0.0) continue;
        MatrixXd rows = complete_replicas(data.groups[j]);
        if (rows.rows() < static_cast<Index>(fewest_replicas)) return {};
        rows.rowwise() -= rows.colwise().mean().eval();
        Spread spread;
        spread.weight = weights[j];
        spread.d = data.groups[j].d;
        spread.dof = static_cast<double>(rows.rows() - 1);
        spread.ratio = spread.d / spread.dof * rows.colwise().squaredNorm().transpose().array() /
                       data.predicted_variance.array();
        const ArrayXd kurtosis = pooled_kurtosis(rows, data).max(0.0);
        spread.amplitude = (1 + kurtosis * spread.dof / (2 * (spread.dof + 1))).sqrt();
        spread.directions = correlation_vectors(rows);
        result.push_back(std::move(spread));
    }
    return result;
}

/// Finite-size excess V_j/V = 1 + slope/d_j with the limit held at the prediction, where it widens. Only what
/// exceeds the fit's own standard error counts: noise taken for an excess would blunt the test for few
/// replicas.
void widen_by_slope(std::vector<Spread>& sizes) {
    ArrayXd slope = ArrayXd::Zero(sizes.front().ratio.size());
    double norm = 0;
    for (const Spread& size : sizes) {
        slope += size.dof / size.d * (size.ratio - 1);
        norm += size.dof / (size.d * size.d);
    }
    for (Spread& size : sizes) size.amplitude *= 1 + ((slope / norm - std::sqrt(2 / norm)) / size.d).max(0.0);
}

/// Score of the deviation sum_j a_j r_j (S_j - 1), S_j = chi-square/dof, through its second and third
/// cumulants.
class CubeRootScore {
  public:
    explicit CubeRootScore(const std::vector<Spread>& sizes) {
        variance = ArrayXd::Zero(sizes.front().ratio.size());
        ArrayXd third = variance;
        for (const Spread& size : sizes) {
            const ArrayXd part = size.weight * size.amplitude;
            variance += 2 * part.square() / size.dof;
            third += 8 * part.cube() / (size.dof * size.dof);
        }
        sign_ = third.sign();
        dof_ = (8 * variance.cube() / third.square().max(1e-300)).min(1e8);
        gain_ = sign_ * (2 / (dof_ * variance)).sqrt();
        width_ = 2 / (9 * dof_);
    }

    [[nodiscard]] ArrayXd operator()(const ArrayXd& deviation) const {
        const ArrayXd x = 1 + gain_ * deviation;
        const ArrayXd root = x.unaryExpr([](double value) { return std::cbrt(value); });
        return sign_ * (root - 1 + width_) / width_.sqrt();
    }

    ArrayXd variance;

  private:
    ArrayXd sign_, dof_, gain_, width_;
};

/// s^2/sigma^2 for all coordinates at once: squared lengths under Bartlett's factor of a Wishart matrix.
class Wishart {
  public:
    explicit Wishart(unsigned seed) : draws_(seed) {}

    ArrayXd ratios(const Spread& size) {
        const Index rank = size.directions.rows();
        MatrixXf factor = MatrixXf::Zero(rank, rank);
        for (Index row = 0; row < rank; ++row) {
            const double dof = size.dof - static_cast<double>(row);
            const double chi_squared = draws_.chi_squared(dof);
            factor(row, row) = static_cast<float>(std::sqrt(chi_squared));
            for (Index column = row + 1; column < rank; ++column)
                factor(row, column) = static_cast<float>(draws_.normal());
        }
        image_.noalias() = factor * size.directions;
        return image_.colwise().squaredNorm().transpose().array().cast<double>() / size.dof;
    }

  private:
    Draws draws_;
    MatrixXf image_;
};

}  // namespace

SimultaneousResult test_variances(const Coordinates& all, const VarianceQuestion& question) {
    SimultaneousResult result;
    const std::vector<std::size_t> columns = testable(all, question.largest);
    if (columns.empty()) return result;
    const Coordinates data = select(all, columns);
    std::vector<Spread> sizes = spreads(data, question.weights);
    if (sizes.empty()) return result;
    if (sizes.size() > 1) widen_by_slope(sizes);

    const CubeRootScore score(sizes);
    ArrayXd deviation = ArrayXd::Constant(data.predicted_variance.size(), -1.0);
    for (const Spread& size : sizes) deviation += size.weight * size.ratio;
    const ArrayXd excess = deviation.sign() * (deviation.abs() - question.bias).max(0.0);
    const ArrayXd z = score(excess);
    Index where = 0;
    const double largest = z.abs().maxCoeff(&where);

    Wishart wishart(question.seed);
    std::vector<double> maxima;
    for (std::size_t draw = 0; draw < question.draws; ++draw) {
        ArrayXd sum = ArrayXd::Zero(deviation.size());
        for (const Spread& size : sizes) sum += size.weight * size.amplitude * (wishart.ratios(size) - 1);
        maxima.push_back(score(sum).abs().maxCoeff());
    }
    const TailProbability tail = upper_tail(std::move(maxima), largest, columns.size());
    result.judged = true;
    result.p_value = tail.p_value;
    result.coordinate = columns[static_cast<std::size_t>(where)];
    result.estimate = 1 + deviation[where];
    result.standard_error = std::sqrt(score.variance[where]);
    result.z = z[where];
    result.effective_tests = tail.effective_tests;
    result.tested = columns.size();
    return result;
}

}  // namespace hidyn::statistics
