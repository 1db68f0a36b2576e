// SPDX-License-Identifier: MIT
#include "solvers/dmft/events/events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "core/error.hpp"
#include "math/matrices/linear_systems.hpp"
#include "solvers/dmft/events/groups.hpp"
#include "solvers/dmft/events/jump_schedule.hpp"
#include "solvers/dmft/events/kernels.hpp"
#include "solvers/dmft/events/tensor_nodes.hpp"
#include "solvers/dmft/packed.hpp"

namespace hidyn::dmft {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::size_t most_students = 4;

Draw rounded_up(Draw draw) {
    draw.trajectories = (draw.trajectories + event_lanes - 1) / event_lanes * event_lanes;
    return draw;
}

class EventSolver {
  public:
    EventSolver(const Process& process, const Discretization& grid, const Draw& draw, std::size_t nodes)
        : process_(process),
          grid_(grid),
          K(process.students),
          M(process.teachers),
          nodes_(nodes, K),
          kernels_(process, grid.step, grid.steps),
          trajectories_(draw.trajectories),
          groups_(process, draw_jumps(process, grid, draw), grid.steps),
          now_(K, M, groups_.most_jumps()),
          losses_(K, nodes_.weights.size()),
          means_(K),
          sums_(K, M, grid.steps),
          teacher_root_(math::cholesky_factor(process.T)) {
        rows_.students = K;
        rows_.teachers = M;
        rows_.past.resize(2 * K * K * (grid.steps + 2));
    }

    Solution solve(Progress& progress) {
        Solution solution{.kernels = kernels_};
        for (std::size_t m = 0;; ++m) {
            if (progress.stop_requested()) throw Interrupted();
            load_rows(m);
            sums_.reset();
            for (std::size_t g = 0; g < groups_.size(); ++g)
                visit(groups_[g], groups_[std::min(g + 1, groups_.size() - 1)], m);
            const ForceRows rows = averages(m);
            solution.train_loss.push_back(over_lanes(sums_.present.value, 0) /
                                          static_cast<double>(trajectories_));
            if (sums_.total_tangent > 0.0)
                solution.largest_share =
                    std::max(solution.largest_share, sums_.largest_tangent / sums_.total_tangent);
            if (m == grid_.steps) break;
            kernels_.advance(rows);
            progress.advance(1.0 / static_cast<double>(grid_.steps));
            solution.trouble = trouble_of(kernels_, solution.train_loss.back(), grid_);
            if (!solution.trouble.empty()) break;
        }
        solution.kernels = std::move(kernels_);
        return solution;
    }

  private:
    void load_rows(std::size_t m) {
        const auto k = static_cast<Index>(K);
        const auto row = static_cast<Index>(m) * k;
        for (Index s = 0; s < static_cast<Index>(m); ++s) {
            double* place = rows_.past.data() + static_cast<std::size_t>(s) * 2 * K * K;
            Eigen::Map<RowMajor>(place, k, k) = kernels_.correlation().block(row, s * k, k, k);
            Eigen::Map<RowMajor>(place + K * K, k, k) = kernels_.response().block(row, s * k, k, k);
        }
        const MatrixXd Q = kernels_.Q(m);
        const RowMajor along =
            teacher_root_.triangularView<Eigen::Lower>().solve(kernels_.R(m).transpose()).transpose();
        const MatrixXd rest = Q - along * along.transpose();
        rows_.along_teachers.assign(along.data(), along.data() + along.size());
        rows_.rest.clear();
        rows_.scale.clear();
        for (Index i = 0; i < k; ++i) {
            rows_.scale.push_back(Q(i, i));
            for (Index j = 0; j <= i; ++j) rows_.rest.push_back(rest(i, j));
        }
        for (std::size_t i = 0; i < K; ++i)
            for (std::size_t t = 0; t < M; ++t)
                std::fill_n(now_.regression.data() + (i * now_.stride + t) * event_lanes, event_lanes,
                            rows_.along_teachers[i * M + t]);
    }

    void visit(EventGroup& group, const EventGroup& next, std::size_t m) {
        const EventLayout& layout = groups_.layout();
        recall(rows_, layout, group, now_);
        place_nodes(nodes_, K, now_, layout.label(group.memory), losses_);
        layout.fetch(next);
        const std::size_t points = nodes_.weights.size() * event_lanes;
        process_.loss(losses_.field.data(), points, losses_.label.data(), points,
                      {.value = losses_.value.data(),
                       .gradient = losses_.gradient.data(),
                       .hessian = losses_.hessian.data(),
                       .stride = points});
        average(nodes_, K, losses_, means_);
        credit(rows_, layout, group, now_, means_, sums_);
        jump(group, m);
    }

    /// Lanes that are drawn at step m take a value, jump, and remember it.
    void jump(EventGroup& group, std::size_t m) {
        for (std::size_t lane = 0; lane < event_lanes; ++lane) {
            if (group.next[lane] != static_cast<std::int32_t>(m)) continue;
            const std::size_t p = group.happened[lane];
            const JumpRecord record = groups_.layout().jump(group.memory, p);
            std::array<double, most_students> lambda{};
            for (std::size_t k = 0; k < K; ++k) {
                lambda[k] = now_.mean[k * event_lanes + lane];
                for (std::size_t l = 0; l <= k; ++l)
                    lambda[k] += now_.root[packed(k, l) * event_lanes + lane] *
                                 group.normals[(p * K + l) * event_lanes + lane];
                record.white[k * event_lanes + lane] = group.normals[(p * K + k) * event_lanes + lane];
            }
            std::array<double, most_students> slope{};
            std::array<double, most_students*(most_students + 1) / 2> bend{};
            process_.loss(lambda.data(), 1, groups_.layout().label(group.memory) + lane, 1,
                          {.value = nullptr, .gradient = slope.data(), .hessian = bend.data(), .stride = 1});
            const double strength = -process_.learning_rate * group.strength[p * event_lanes + lane];
            for (std::size_t k = 0; k < K; ++k) record.force[k * event_lanes + lane] = strength * slope[k];
            remember_tangent(record, p, lane, strength, bend.data());
            remember_factor(record, p, lane);
            groups_.advance(group, lane);
        }
    }

    void remember_tangent(const JumpRecord& record, std::size_t p, std::size_t lane, double strength,
                          const double* bend) const {
        const auto a = [&](std::size_t k, std::size_t j) {
            return strength * bend[packed(std::max(k, j), std::min(k, j))];
        };
        for (std::size_t q = 0; q <= p; ++q)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < K; ++l) {
                    double entry = q == p ? a(k, l) : 0.0;
                    for (std::size_t j = 0; q < p && j < K; ++j)
                        entry += a(k, j) * now_.response[((q * K + j) * K + l) * event_lanes + lane];
                    record.tangent[((q * K + k) * K + l) * event_lanes + lane] = static_cast<float>(entry);
                }
    }

    /// Appends the K rows (x_k, root) of h^m to the Cholesky factor of what the lane remembers.
    void remember_factor(const JumpRecord& record, std::size_t p, std::size_t lane) const {
        float* factor = record.factor + lane;
        const std::size_t known = M + p * K;
        for (std::size_t k = 0; k < K; ++k) {
            const double* x = now_.regression.data() + k * now_.stride * event_lanes + lane;
            for (std::size_t n = 0; n < known; ++n)
                factor[n * event_lanes] = static_cast<float>(x[n * event_lanes]);
            for (std::size_t l = 0; l <= k; ++l) {
                const double entry = now_.root[packed(k, l) * event_lanes + lane];
                const double inverse = entry > 0.0 ? 1.0 / entry : 0.0;
                factor[(known + l) * event_lanes] = static_cast<float>(l == k ? inverse : entry);
            }
            factor += (known + k + 1) * event_lanes;
        }
    }

    static double over_lanes(const AlignedVector& rows, std::size_t row) {
        double sum = 0.0;
        for (std::size_t lane = 0; lane < event_lanes; ++lane) sum += rows[row * event_lanes + lane];
        return sum;
    }

    /// A packed row of sums as a symmetric matrix.
    [[nodiscard]] RowMajor symmetric(const AlignedVector& rows) const {
        RowMajor matrix(static_cast<Index>(K), static_cast<Index>(K));
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t l = 0; l <= k; ++l)
                matrix(static_cast<Index>(k), static_cast<Index>(l)) =
                    matrix(static_cast<Index>(l), static_cast<Index>(k)) = over_lanes(rows, packed(k, l));
        return matrix;
    }

    /// The sums as averages, with the mean of the present driver taken exactly.
    [[nodiscard]] ForceRows averages(std::size_t m) const {
        const double N = static_cast<double>(trajectories_);
        const double mean = process_.driver_mean(grid_.step);
        const double eta = process_.learning_rate;
        const double second = variance_of(process_.driver, mean) + mean * mean;
        const double linear = -eta * mean / N;
        const auto k = static_cast<Index>(K);
        const auto width = static_cast<Index>(m + 1) * k;
        ForceRows rows{.correlation = RowMajor(k, width),
                       .memory = RowMajor(k, width),
                       .teacher = MatrixXd(k, static_cast<Index>(M))};
        for (Index s = 0; s < static_cast<Index>(m); ++s) {
            const double* place = sums_.past.data() + static_cast<std::size_t>(s) * 2 * K * K;
            rows.correlation.block(0, s * k, k, k) = linear * Eigen::Map<const RowMajor>(place, k, k);
            rows.memory.block(0, s * k, k, k) =
                process_.sample_ratio * linear * Eigen::Map<const RowMajor>(place + K * K, k, k);
        }
        rows.correlation.rightCols(k) = eta * eta * second / N * symmetric(sums_.present.square);
        rows.memory.rightCols(k) = process_.sample_ratio * linear * symmetric(sums_.present.hessian);
        for (std::size_t i = 0; i < K; ++i)
            for (std::size_t t = 0; t < M; ++t)
                rows.teacher(static_cast<Index>(i), static_cast<Index>(t)) =
                    linear * over_lanes(sums_.teacher, i * M + t);
        return rows;
    }

    const Process& process_;
    const Discretization& grid_;
    std::size_t K, M;
    TensorNodes nodes_;
    CausalKernels kernels_;
    std::size_t trajectories_;
    EventGroups groups_;
    StepRows rows_;
    Recollection now_;
    NodeLosses losses_;
    NodeMeans means_;
    EventSums sums_;
    MatrixXd teacher_root_;
};

}  // namespace

Solution solve_events(const Process& process, const Discretization& grid, const Draw& draw, std::size_t nodes,
                      Progress& progress) {
    if (process.students > most_students) throw std::logic_error("events are for at most four students");
    return EventSolver(process, grid, rounded_up(draw), nodes).solve(progress);
}

double events_memory_bytes(const Process& process, const Discretization& grid, std::size_t trajectories) {
    const double jumps = grid.step * static_cast<double>(grid.steps) / process.sample_ratio;
    const double K = static_cast<double>(process.students);
    const double remembered = static_cast<double>(process.teachers) + K * (jumps + 2.0 * std::sqrt(jumps));
    return 4.0 * static_cast<double>(trajectories) * (remembered * remembered + 8.0 * remembered + 16.0);
}

}  // namespace hidyn::dmft
