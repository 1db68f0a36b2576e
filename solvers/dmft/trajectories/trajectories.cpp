// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/trajectories.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/aligned.hpp"
#include "core/error.hpp"
#include "math/matrices/pivoted_root.hpp"
#include "solvers/dmft/trajectories/driver_strengths.hpp"
#include "solvers/dmft/trajectories/exact_tangent.hpp"
#include "solvers/dmft/trajectories/mean_tangent.hpp"
#include "solvers/dmft/trajectories/random_tangent.hpp"
#include "solvers/dmft/trajectories/starting_normals.hpp"
#include "solvers/dmft/trajectories/tile.hpp"

namespace hidyn::dmft {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double pivot_threshold = 1e-6;

/// Sums over trajectories at one step m.
struct Sums {
    double loss = 0.0;
    std::vector<double> correlation;          ///< [s][k][l], s < m: l' g^s^T
    std::vector<double> present_correlation;  ///< [k][l]: l' l'^T
    std::vector<double> curvature;            ///< [k][l]: l''
    std::vector<double> teacher;              ///< [k][t]: l' lambda*^T
    MemorySums memory;

    void reset(std::size_t m, std::size_t K, std::size_t M) {
        // Also of no past the address is formed.
        const std::size_t past = std::max<std::size_t>(m, 1);
        loss = memory.largest = memory.total = 0.0;
        correlation.assign(past * K * K, 0.0);
        memory.blocks.assign(past * K * K, 0.0);
        present_correlation.assign(K * K, 0.0);
        curvature.assign(K * K, 0.0);
        teacher.assign(K * M, 0.0);
    }
};

class TrajectorySolver {
  public:
    TrajectorySolver(const Process& process, const Discretization& grid, const Draw& draw, Tangent tangent)
        : process_(process),
          grid_(grid),
          draw_(rounded_up(draw)),
          K(process.students),
          M(process.teachers),
          N(static_cast<double>(draw_.trajectories)),
          mean_(process.driver_mean(grid.step)),
          kernels_(process, grid.step, grid.steps),
          root_((grid.steps + 1) * K, pivot_threshold),
          normals_(draw_, M + K + 1),
          strengths_(process.driver, mean_, draw_),
          tiles_(make_tiles(process, normals_.start())),
          deterministic_(process.constant_hessian.has_value()) {
        forces_.resize(tiles_.size() * force_size());
        for (std::size_t index = 0; index < tiles_.size(); ++index)
            tiles_[index].force = forces_.data() + index * force_size();
        const auto k = static_cast<Index>(K);
        if (deterministic_)
            mean_tangent_.emplace(grid.steps, *process.constant_hessian);
        else if (tangent == Tangent::random) {
            mean_tangent_.emplace(grid.steps, MatrixXd::Zero(k, k));
            random_tangent_.emplace(process, grid.steps, draw_, tiles_.size());
        } else
            exact_tangent_.emplace(process, grid.steps, tiles_.size());
        field_.resize(K * tile_width);
        slope_.resize(K * tile_width);
        bend_.resize(K * (K + 1) / 2 * tile_width);
    }

    Solution solve(Progress& progress) {
        Solution solution{.kernels = kernels_};
        for (std::size_t m = 0;; ++m) {
            if (progress.stop_requested()) throw Interrupted();
            prepare(m);
            sums_.reset(m, K, M);
            for (std::size_t index = 0; index < tiles_.size(); ++index) visit(index, m);
            solution.train_loss.push_back(sums_.loss / N);
            if (sums_.memory.total > 0.0)
                solution.largest_share =
                    std::max(solution.largest_share, sums_.memory.largest / sums_.memory.total);
            if (m == grid_.steps) break;
            const ForceRows rows = averages(m);
            kernels_.advance(rows);
            grow_noise(rows);
            progress.advance(1.0 / static_cast<double>(grid_.steps));
            solution.trouble = trouble_of(kernels_, solution.train_loss.back(), grid_);
            if (!solution.trouble.empty()) break;
        }
        solution.kernels = std::move(kernels_);
        return solution;
    }

  private:
    static Draw rounded_up(Draw draw) {
        draw.trajectories = (draw.trajectories + tile_width - 1) / tile_width * tile_width;
        return draw;
    }

    /// Numbers of one tile's forces, [time][student].
    [[nodiscard]] std::size_t force_size() const { return (grid_.steps + 1) * K * tile_width; }

    /// What all tiles share at step m: the driver's strengths, the coefficients of the noise's directions,
    /// the mean tangent.
    void prepare(std::size_t m) {
        strengths_.draw();
        if (m > 0) {
            const auto k = static_cast<Index>(K);
            const auto row = static_cast<Index>(m) * k;
            noise_row_ = kernels_.response().block(row, 0, k, row) * root_.factor();
        }
        if (mean_tangent_) mean_tangent_->advance(m, kernels_.response());
    }

    void visit(std::size_t index, std::size_t m) {
        const Tile& tile = tiles_[index];
        move(tile, m);
        process_.loss(field_.data(), tile_width, tile.label.data(), tile_width,
                      {.value = value_.data(),
                       .gradient = slope_.data(),
                       .hessian = deterministic_ ? nullptr : bend_.data(),
                       .stride = tile_width});
        for (const double one : value_) sums_.loss += one;
        const double* z = strengths_.now() + tile.begin;
        for (std::size_t k = 0; k < K; ++k) {
            double* g = tile.force + (m * K + k) * tile_width;
            for (std::size_t i = 0; i < tile_width; ++i)
                g[i] = -process_.learning_rate * z[i] * slope_[k * tile_width + i];
        }
        correlate(tile, m);
        const TileNow now{.index = index, .time = m, .students = K, .driver = z, .hessian = bend_.data()};
        if (random_tangent_) random_tangent_->add(now, kernels_.response(), *mean_tangent_, sums_.memory);
        if (exact_tangent_) exact_tangent_->add(now, kernels_.response(), sums_.memory);
    }

    /// lambda^m of the tile's trajectories.
    void move(const Tile& tile, std::size_t m) {
        std::ranges::fill(field_, 0.0);
        const MatrixXd from_start = kernels_.from_start(m);
        const MatrixXd from_teacher = kernels_.from_teacher(m);
        const auto row = static_cast<Index>(m * K);
        for (std::size_t k = 0; k < K; ++k) {
            const auto kk = static_cast<Index>(k);
            double* field = field_.data() + k * tile_width;
            for (std::size_t l = 0; l < K; ++l)
                add_multiple(from_start(kk, static_cast<Index>(l)), tile.start.data() + l * tile_width,
                             field);
            for (std::size_t t = 0; t < M; ++t)
                add_multiple(from_teacher(kk, static_cast<Index>(t)), tile.teacher.data() + t * tile_width,
                             field);
            if (m == 0) continue;
            add_history({.count = root_.rank(), .rows = tile.noise.data()}, noise_row_.row(kk).data(), 1,
                        field);
            for (std::size_t l = 0; l < K; ++l)
                add_history(past(tile.force, l, K, m), &kernels_.response()(row + kk, static_cast<Index>(l)),
                            K, field);
        }
    }

    void correlate(const Tile& tile, std::size_t m) {
        for (std::size_t k = 0; k < K; ++k) {
            const double* slope = slope_.data() + k * tile_width;
            for (std::size_t l = 0; l < K; ++l) {
                add_products(past(tile.force, l, K, m, k == 0 ? force_size() : 0), slope,
                             sums_.correlation.data() + k * K + l, K * K);
                sums_.present_correlation[k * K + l] += product(slope, slope_.data() + l * tile_width);
                if (deterministic_) continue;
                sums_.curvature[k * K + l] +=
                    product(ones_.data(), bend_.data() + packed(std::max(k, l), std::min(k, l)) * tile_width);
            }
            for (std::size_t t = 0; t < M; ++t)
                sums_.teacher[k * M + t] += product(slope, tile.teacher.data() + t * tile_width);
        }
    }

    /// The sums as averages, with the mean of the present driver taken exactly.
    ForceRows averages(std::size_t m) {
        const double eta = process_.learning_rate;
        const double linear = -eta * mean_;
        const double second = variance_of(process_.driver, mean_) + mean_ * mean_;
        const auto k = static_cast<Index>(K);
        const auto width_of_row = static_cast<Index>(m + 1) * k;
        const MatrixXd present_hessian =
            deterministic_ ? *process_.constant_hessian
                           : MatrixXd(Eigen::Map<const RowMajor>(sums_.curvature.data(), k, k) / N);
        ForceRows rows{.correlation = RowMajor(k, width_of_row),
                       .memory = RowMajor(k, width_of_row),
                       .teacher = linear / N *
                                  Eigen::Map<const RowMajor>(sums_.teacher.data(), k, static_cast<Index>(M))};
        for (Index s = 0; s < static_cast<Index>(m); ++s) {
            const auto place = static_cast<std::size_t>(s) * K * K;
            rows.correlation.block(0, s * k, k, k) =
                linear / N * Eigen::Map<const RowMajor>(sums_.correlation.data() + place, k, k);
            rows.memory.block(0, s * k, k, k) =
                process_.sample_ratio * linear / N *
                Eigen::Map<const RowMajor>(sums_.memory.blocks.data() + place, k, k);
            if (mean_tangent_)
                rows.memory.block(0, s * k, k, k) +=
                    process_.sample_ratio * linear * mean_tangent_->hessian() *
                    mean_tangent_->response().block(static_cast<Index>(m) * k, s * k, k, k);
        }
        rows.correlation.rightCols(k) =
            eta * eta * second / N * Eigen::Map<const RowMajor>(sums_.present_correlation.data(), k, k);
        rows.memory.rightCols(k) = process_.sample_ratio * linear * present_hessian;
        if (mean_tangent_) mean_tangent_->note(m, present_hessian, linear);
        return rows;
    }

    void grow_noise(const ForceRows& rows) {
        const std::size_t fresh = root_.append(process_.sample_ratio * rows.correlation);
        for (std::size_t p = 0; p < fresh; ++p) {
            const VectorXd direction = normals_.next_direction();
            for (Tile& tile : tiles_)
                tile.noise.insert(tile.noise.end(), direction.data() + tile.begin,
                                  direction.data() + tile.begin + tile_width);
        }
    }

    const Process& process_;
    const Discretization& grid_;
    Draw draw_;
    std::size_t K, M;
    double N;
    double mean_;
    CausalKernels kernels_;
    math::PivotedRoot root_;
    StartingNormals normals_;
    DriverStrengths strengths_;
    std::vector<Tile> tiles_;
    AlignedVector forces_;  ///< tile after tile, as a step streams through them
    std::optional<MeanTangent> mean_tangent_;
    std::optional<RandomTangent> random_tangent_;
    std::optional<ExactTangent> exact_tangent_;
    Sums sums_;
    RowMajor noise_row_;  ///< K x rank
    std::array<double, tile_width> value_{};
    std::array<double, tile_width> ones_ = [] {
        std::array<double, tile_width> ones;
        ones.fill(1.0);
        return ones;
    }();
    std::vector<double> field_, slope_, bend_;
    bool deterministic_;
};

}  // namespace

Solution solve_trajectories(const Process& process, const Discretization& grid, const Draw& draw,
                            Tangent tangent, Progress& progress) {
    return TrajectorySolver(process, grid, draw, tangent).solve(progress);
}

double trajectories_memory_bytes(const Process& process, const Discretization& grid, std::size_t trajectories,
                                 Tangent tangent) {
    const double N = static_cast<double>(trajectories);
    const double T = static_cast<double>(grid.steps + 1);
    const double K = static_cast<double>(process.students);
    const double directions = process.driver == Driver::constant ? 40.0 : T * K;
    const double histories = N * (8.0 * T * K + 8.0 * directions);
    if (process.constant_hessian) return histories;
    return histories + (tangent == Tangent::exact ? 2.0 * N * T * T * K * K : 8.0 * N * T * K);
}

}  // namespace hidyn::dmft
