#include "solvers/dmft/events.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "core/error.hpp"
#include "core/kernel.hpp"
#include "solvers/dmft/event_groups.hpp"
#include "solvers/dmft/jump_schedule.hpp"
#include "solvers/dmft/tensor_nodes.hpp"

namespace hidyn::dmft {
namespace {

using Eigen::Index;

constexpr std::size_t lanes = event_lanes;

/// Rows m of the kernels as the lanes read them: block s at s * K * K, zero from time m on.
struct Rows {
    std::vector<double> correlation;
    std::vector<double> response;
};

/// sum += factor row . x over `count` entries, for eight lanes.
[[gnu::always_inline]] inline void subtract_products(std::size_t count, const float* factor, const double* x,
                                                     double* sum) {
    double a[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) a[lane] = sum[lane];
    for (std::size_t j = 0; j < count; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane)
            a[lane] -= static_cast<double>(factor[j * lanes + lane]) * x[j * lanes + lane];
    for (std::size_t lane = 0; lane < lanes; ++lane) sum[lane] = a[lane];
}

/// Solves L x = c in place, eight lanes; `factor` holds inverse diagonals.
HIDYN_KERNEL void forward_substitution(std::size_t size, const float* factor, double* x) {
    for (std::size_t n = 0; n < size; ++n) {
        double* sum = x + n * lanes;
        const float* row = factor + packed(n, 0) * lanes;
        subtract_products(n, row, x, sum);
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sum[lane] *= static_cast<double>(row[n * lanes + lane]);
    }
}

/// sum_n x_n y_n per lane.
HIDYN_KERNEL void lane_dot(std::size_t size, const double* x, const double* y, double* result) {
    double a[lanes] = {};
    for (std::size_t n = 0; n < size; ++n)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane) a[lane] += x[n * lanes + lane] * y[n * lanes + lane];
    for (std::size_t lane = 0; lane < lanes; ++lane) result[lane] = a[lane];
}

HIDYN_KERNEL void gather(const std::int32_t* step, std::size_t blocks, const double* row, std::size_t offset,
                         double* into) {
#pragma omp simd
    for (std::size_t lane = 0; lane < lanes; ++lane)
        into[lane] = row[static_cast<std::size_t>(step[lane]) * blocks + offset];
}

/// into += a * b per lane.
HIDYN_KERNEL void multiply_add(const double* a, const double* b, double* into) {
#pragma omp simd
    for (std::size_t lane = 0; lane < lanes; ++lane) into[lane] += a[lane] * b[lane];
}

HIDYN_KERNEL void multiply_add(const double* a, const float* b, double* into) {
#pragma omp simd
    for (std::size_t lane = 0; lane < lanes; ++lane) into[lane] += a[lane] * static_cast<double>(b[lane]);
}

/// Weighted sums over nodes of rows of eight: result = sum_n w_n x_n.
HIDYN_KERNEL void node_mean(const std::vector<double>& weights, const double* x, double* result) {
    double a[lanes] = {};
    for (std::size_t n = 0; n < weights.size(); ++n)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane) a[lane] += weights[n] * x[n * lanes + lane];
    for (std::size_t lane = 0; lane < lanes; ++lane) result[lane] = a[lane];
}

HIDYN_KERNEL void node_product_mean(const std::vector<double>& weights, const double* x, const double* y,
                                    double* result) {
    double a[lanes] = {};
    for (std::size_t n = 0; n < weights.size(); ++n)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane)
            a[lane] += weights[n] * x[n * lanes + lane] * y[n * lanes + lane];
    for (std::size_t lane = 0; lane < lanes; ++lane) result[lane] = a[lane];
}

/// fields[n] += column * node coordinate, for all nodes.
HIDYN_KERNEL void spread(const std::vector<double>& coordinates, const double* column, double* fields) {
    for (std::size_t n = 0; n < coordinates.size(); ++n)
#pragma omp simd
        for (std::size_t lane = 0; lane < lanes; ++lane)
            fields[n * lanes + lane] += column[lane] * coordinates[n];
}

/// Sums over trajectories at one step.
struct Sums {
    double loss = 0.0;
    std::vector<double> correlation;                          ///< [s][k][l]: e_1 g^s, s < m
    std::vector<double> memory;                               ///< [s][k][l]: e_2 d_s, s < m
    std::vector<double> present_correlation, present_memory;  ///< [k][l]
    std::vector<double> teacher;                              ///< [k][m]
    double largest_tangent = 0.0;
    double total_tangent = 0.0;

    void reset(std::size_t steps, std::size_t K, std::size_t M) {
        loss = largest_tangent = total_tangent = 0.0;
        correlation.assign(steps * K * K, 0.0);
        memory.assign(steps * K * K, 0.0);
        present_correlation.assign(K * K, 0.0);
        present_memory.assign(K * K, 0.0);
        teacher.assign(K * M, 0.0);
    }
};

/// The number of students is known to the compiler: its loops cost nothing for one student.
template <std::size_t K>
class EventSolver {
  public:
    EventSolver(const Process& process, const Discretization& grid, const Draw& draw, std::size_t nodes)
        : process_(process),
          grid_(grid),
          M(process.teachers),
          nodes_(nodes, K),
          kernels_(process, grid.step, grid.steps),
          trajectories_(draw.trajectories),
          groups_(event_groups(process, draw_jumps(process, grid, draw), grid.steps)) {
        rows_.correlation.assign((grid.steps + 2) * K * K, 0.0);
        rows_.response.assign((grid.steps + 2) * K * K, 0.0);
        const std::size_t points = nodes_.weights.size() * lanes;
        fields_.resize(K * points);
        value_.resize(points);
        gradient_.resize(K * points);
        hessian_.resize(K * (K + 1) / 2 * points);
        label_.resize(points);
    }

    Solution solve(Progress& progress) {
        Solution solution{.kernels = kernels_};
        for (std::size_t m = 0;; ++m) {
            if (progress.stop_requested()) throw Interrupted();
            load_rows(m);
            sums_.reset(grid_.steps + 2, K, M);
            for (EventGroup& group : groups_) visit(group, m);
            const double N = static_cast<double>(trajectories_);
            solution.train_loss.push_back(sums_.loss / N);
            if (sums_.total_tangent > 0.0)
                solution.largest_share =
                    std::max(solution.largest_share, sums_.largest_tangent / sums_.total_tangent);
            if (m == grid_.steps) break;
            kernels_.advance(averages(m));
            progress.advance(1.0 / static_cast<double>(grid_.steps));
            solution.trouble = trouble_of(kernels_, solution.train_loss.back(), grid_);
            if (!solution.trouble.empty()) break;
        }
        solution.kernels = std::move(kernels_);
        return solution;
    }

  private:
    void load_rows(std::size_t m) {
        const auto row = static_cast<Index>(m * K);
        for (std::size_t s = 0; s < m; ++s)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < K; ++l) {
                    const std::size_t place = (s * K + k) * K + l;
                    const auto column = static_cast<Index>(s * K + l);
                    rows_.correlation[place] = kernels_.correlation()(row + static_cast<Index>(k), column);
                    rows_.response[place] = kernels_.response()(row + static_cast<Index>(k), column);
                }
    }

    /// Regression of h^m on what the lanes remember: mean (with the memory's b) and the root of the variance.
    void regress(const EventGroup& group, std::size_t m, std::size_t size) {
        regression_.resize(K * size * lanes);
        gather_responses(group);
        const Eigen::MatrixXd overlap = kernels_.R(m);
        const Eigen::MatrixXd Q = kernels_.Q(m);
        for (std::size_t k = 0; k < K; ++k) {
            double* x = regression_.data() + k * size * lanes;
            for (std::size_t t = 0; t < M; ++t)
                std::fill_n(x + t * lanes, lanes, overlap(static_cast<Index>(k), static_cast<Index>(t)));
            for (std::size_t p = 0; p < group.active; ++p)
                for (std::size_t l = 0; l < K; ++l)
                    gather(group.step.data() + p * lanes, K * K, rows_.correlation.data(), k * K + l,
                           x + (M + p * K + l) * lanes);
            forward_substitution(size, group.factor.data(), x);
            lane_dot(size, x, group.white.data(), mean_.data() + k * lanes);
            for (std::size_t p = 0; p < group.active; ++p)
                for (std::size_t l = 0; l < K; ++l)
                    multiply_add(response_.data() + ((p * K + k) * K + l) * lanes,
                                 group.force.data() + (p * K + l) * lanes, mean_.data() + k * lanes);
            for (std::size_t l = 0; l <= k; ++l) {
                double* root = root_.data() + packed(k, l) * lanes;
                lane_dot(size, x, regression_.data() + l * size * lanes, root);
                for (std::size_t lane = 0; lane < lanes; ++lane)
                    root[lane] = Q(static_cast<Index>(k), static_cast<Index>(l)) - root[lane];
            }
        }
        take_root(Q);
    }

    /// R_w(m, s_p) of all active jumps.
    void gather_responses(const EventGroup& group) {
        response_.resize(group.active * K * K * lanes);
        for (std::size_t p = 0; p < group.active; ++p)
            for (std::size_t block = 0; block < K * K; ++block)
                gather(group.step.data() + p * lanes, K * K, rows_.response.data(), block,
                       response_.data() + (p * K * K + block) * lanes);
    }

    /// Cholesky factor of the conditional variance, in place, lane by lane; directions without variance get
    /// none.
    void take_root(const Eigen::MatrixXd& Q) {
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t l = 0; l <= k; ++l)
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    double sum = root_[packed(k, l) * lanes + lane];
                    for (std::size_t j = 0; j < l; ++j)
                        sum -= root_[packed(k, j) * lanes + lane] * root_[packed(l, j) * lanes + lane];
                    const double scale = Q(static_cast<Index>(k), static_cast<Index>(k));
                    if (k == l)
                        sum = sum > negligible * scale ? std::sqrt(sum) : 0.0;
                    else if (const double pivot = root_[packed(l, l) * lanes + lane]; pivot > 0.0)
                        sum /= pivot;
                    else
                        sum = 0.0;
                    root_[packed(k, l) * lanes + lane] = sum;
                }
    }

    /// d_q = dlambda^m / dh^{s_q} for all active jumps.
    void respond(const EventGroup& group) {
        tangent_.assign(group.active * K * K * lanes, 0.0);
        for (std::size_t p = 0; p < group.active; ++p)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t j = 0; j < K; ++j)
                    for (std::size_t q = 0; q <= p; ++q)
                        for (std::size_t l = 0; l < K; ++l)
                            multiply_add(response_.data() + ((p * K + k) * K + j) * lanes,
                                         group.tangent.data() + ((packed(p, q) * K + j) * K + l) * lanes,
                                         tangent_.data() + ((q * K + k) * K + l) * lanes);
    }

    void visit(EventGroup& group, std::size_t m) {
        const std::size_t size = M + group.active * K;
        regress(group, m, size);
        const std::size_t points = nodes_.weights.size() * lanes;
        for (std::size_t k = 0; k < K; ++k) {
            double* fields = fields_.data() + k * points;
            for (std::size_t n = 0; n < nodes_.weights.size(); ++n)
                std::copy_n(mean_.data() + k * lanes, lanes, fields + n * lanes);
            for (std::size_t l = 0; l <= k; ++l)
                spread(nodes_.coordinates[l], root_.data() + packed(k, l) * lanes, fields);
        }
        for (std::size_t n = 0; n < nodes_.weights.size(); ++n)
            std::copy_n(group.label.data(), lanes, label_.data() + n * lanes);
        process_.loss(fields_.data(), points, label_.data(), points,
                      {.value = value_.data(),
                       .gradient = gradient_.data(),
                       .hessian = hessian_.data(),
                       .stride = points});
        respond(group);
        accumulate(group, points);
        jump(group, m, size);
    }

    void accumulate(const EventGroup& group, std::size_t points) {
        alignas(64) std::array<double, lanes> mean;
        const auto sum_of = [&](const std::array<double, lanes>& row) {
            double sum = 0.0;
            for (std::size_t lane = 0; lane < group.count; ++lane) sum += row[lane];
            return sum;
        };
        node_mean(nodes_.weights, value_.data(), mean.data());
        sums_.loss += sum_of(mean);
        for (std::size_t k = 0; k < K; ++k) {
            const double* slope = gradient_.data() + k * points;
            node_mean(nodes_.weights, slope, mean.data());
            for (std::size_t t = 0; t < M; ++t)
                for (std::size_t lane = 0; lane < group.count; ++lane)
                    sums_.teacher[k * M + t] += mean[lane] * group.teacher[t * lanes + lane];
            for (std::size_t p = 0; p < group.active; ++p)
                for (std::size_t l = 0; l < K; ++l) {
                    const double* force = group.force.data() + (p * K + l) * lanes;
                    for (std::size_t lane = 0; lane < group.count; ++lane)
                        sums_.correlation[(slot(group, p, lane) * K + k) * K + l] += mean[lane] * force[lane];
                }
            for (std::size_t l = 0; l <= k; ++l) {
                node_product_mean(nodes_.weights, slope, gradient_.data() + l * points, mean.data());
                sums_.present_correlation[k * K + l] += sum_of(mean);
            }
        }
        accumulate_tangent(group, points);
    }

    void accumulate_tangent(const EventGroup& group, std::size_t points) {
        curvature_.resize(K * K * lanes);
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t l = 0; l <= k; ++l) {
                double* mean = curvature_.data() + (k * K + l) * lanes;
                node_mean(nodes_.weights, hessian_.data() + packed(k, l) * points, mean);
                std::copy_n(mean, lanes, curvature_.data() + (l * K + k) * lanes);
                double sum = 0.0;
                for (std::size_t lane = 0; lane < group.count; ++lane) sum += mean[lane];
                sums_.present_memory[k * K + l] += sum;
                if (l < k) sums_.present_memory[l * K + k] += sum;
            }
        alignas(64) std::array<double, lanes> product;
        alignas(64) std::array<double, lanes> size{};
        for (std::size_t p = 0; p < group.active; ++p)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < K; ++l) {
                    product.fill(0.0);
                    for (std::size_t j = 0; j < K; ++j)
                        multiply_add(curvature_.data() + (k * K + j) * lanes,
                                     tangent_.data() + ((p * K + j) * K + l) * lanes, product.data());
                    for (std::size_t lane = 0; lane < group.count; ++lane) {
                        sums_.memory[(slot(group, p, lane) * K + k) * K + l] += product[lane];
                        size[lane] += std::abs(product[lane]);
                    }
                }
        for (std::size_t lane = 0; lane < group.count; ++lane) {
            sums_.total_tangent += size[lane];
            sums_.largest_tangent = std::max(sums_.largest_tangent, size[lane]);
        }
    }

    [[nodiscard]] static std::size_t slot(const EventGroup& group, std::size_t jump, std::size_t lane) {
        return static_cast<std::size_t>(group.step[jump * lanes + lane]);
    }

    /// Lanes that are drawn at step m take a value, jump, and remember it.
    void jump(EventGroup& group, std::size_t m, std::size_t size) {
        for (std::size_t lane = 0; lane < group.count; ++lane) {
            const std::size_t p = group.happened[lane];
            if (p == group.jumps || group.step_of(p, lane) != static_cast<std::int32_t>(m)) continue;
            std::array<double, K> lambda{};
            for (std::size_t k = 0; k < K; ++k) {
                lambda[k] = mean_[k * lanes + lane];
                for (std::size_t l = 0; l <= k; ++l)
                    lambda[k] +=
                        root_[packed(k, l) * lanes + lane] * group.normals[(p * K + l) * lanes + lane];
            }
            std::array<double, K> slope{};
            std::array<double, K*(K + 1) / 2> bend{};
            process_.loss(lambda.data(), 1, &group.label[lane], 1,
                          {.value = nullptr, .gradient = slope.data(), .hessian = bend.data(), .stride = 1});
            const double strength = -process_.learning_rate * group.strength[p * lanes + lane];
            for (std::size_t k = 0; k < K; ++k) group.force[(p * K + k) * lanes + lane] = strength * slope[k];
            remember_tangent(group, p, lane, strength, bend.data());
            remember_factor(group, p, lane, size);
            group.happened[lane] = p + 1;
            next_active_ = std::max(next_active_, p + 1);
        }
        group.active = std::max(group.active, next_active_);
        next_active_ = 0;
    }

    void remember_tangent(EventGroup& group, std::size_t p, std::size_t lane, double strength,
                          const double* bend) {
        const auto a = [&](std::size_t k, std::size_t j) {
            return strength * bend[k >= j ? packed(k, j) : packed(j, k)];
        };
        for (std::size_t q = 0; q <= p; ++q)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < K; ++l) {
                    double entry = q == p ? a(k, l) : 0.0;
                    for (std::size_t j = 0; q < p && j < K; ++j)
                        entry += a(k, j) * tangent_[((q * K + j) * K + l) * lanes + lane];
                    group.tangent[((packed(p, q) * K + k) * K + l) * lanes + lane] =
                        static_cast<float>(entry);
                }
    }

    /// Appends the K rows (x_k, root) of h^m to the Cholesky factor of what the lane remembers.
    void remember_factor(EventGroup& group, std::size_t p, std::size_t lane, std::size_t size) {
        for (std::size_t k = 0; k < K; ++k) {
            const std::size_t row = M + p * K + k;
            float* factor = group.factor.data() + packed(row, 0) * lanes + lane;
            const std::size_t known = std::min(size, M + p * K);
            for (std::size_t n = 0; n < known; ++n)
                factor[n * lanes] = static_cast<float>(regression_[(k * size + n) * lanes + lane]);
            for (std::size_t l = 0; l <= k; ++l) {
                const double entry = root_[packed(k, l) * lanes + lane];
                const double inverse = entry > 0.0 ? 1.0 / entry : 0.0;
                factor[(M + p * K + l) * lanes] = static_cast<float>(l == k ? inverse : entry);
            }
            group.white[row * lanes + lane] = group.normals[(p * K + k) * lanes + lane];
        }
    }

    /// The sums as averages, with the mean of the present driver taken exactly.
    [[nodiscard]] ForceRows averages(std::size_t m) const {
        const double N = static_cast<double>(trajectories_);
        const double mean = process_.driver_mean(grid_.step);
        const double eta = process_.learning_rate;
        const double second = variance_of(process_.driver, mean) + mean * mean;
        const auto width = static_cast<Index>((m + 1) * K);
        ForceRows rows{.correlation = RowMajor(static_cast<Index>(K), width),
                       .memory = RowMajor(static_cast<Index>(K), width),
                       .teacher = Eigen::MatrixXd(static_cast<Index>(K), static_cast<Index>(M))};
        const double linear = -eta * mean / N;
        for (std::size_t k = 0; k < K; ++k) {
            const auto row = static_cast<Index>(k);
            for (std::size_t s = 0; s <= m; ++s)
                for (std::size_t l = 0; l < K; ++l) {
                    const auto column = static_cast<Index>(s * K + l);
                    const std::size_t place = (s * K + k) * K + l;
                    const bool present = s == m;
                    rows.correlation(row, column) =
                        present ? eta * eta * second / N *
                                      sums_.present_correlation[k >= l ? k * K + l : l * K + k]
                                : linear * sums_.correlation[place];
                    rows.memory(row, column) =
                        process_.sample_ratio * linear *
                        (present ? sums_.present_memory[k * K + l] : sums_.memory[place]);
                }
            for (std::size_t t = 0; t < M; ++t)
                rows.teacher(row, static_cast<Index>(t)) = linear * sums_.teacher[k * M + t];
        }
        return rows;
    }

    static constexpr double negligible = 1e-12;

    const Process& process_;
    const Discretization& grid_;
    std::size_t M;
    TensorNodes nodes_;
    CausalKernels kernels_;
    std::size_t trajectories_;
    std::vector<EventGroup> groups_;
    Rows rows_;
    Sums sums_;
    std::vector<double> fields_, label_, value_, gradient_, hessian_;
    std::vector<double> regression_, response_, tangent_, curvature_;
    std::vector<double> mean_ = std::vector<double>(K * lanes);
    std::vector<double> root_ = std::vector<double>(K * (K + 1) / 2 * lanes);
    std::size_t next_active_ = 0;
};

}  // namespace

Solution solve_events(const Process& process, const Discretization& grid, const Draw& draw, std::size_t nodes,
                      Progress& progress) {
    switch (process.students) {
        case 1:
            return EventSolver<1>(process, grid, draw, nodes).solve(progress);
        case 2:
            return EventSolver<2>(process, grid, draw, nodes).solve(progress);
        case 3:
            return EventSolver<3>(process, grid, draw, nodes).solve(progress);
        case 4:
            return EventSolver<4>(process, grid, draw, nodes).solve(progress);
        default:
            throw std::logic_error("events are for at most four students");
    }
}

double events_memory_bytes(const Process& process, const Discretization& grid, std::size_t trajectories) {
    const double jumps = grid.step * static_cast<double>(grid.steps) / process.sample_ratio;
    const double K = static_cast<double>(process.students);
    const double remembered = static_cast<double>(process.teachers) + K * (jumps + 2.0 * std::sqrt(jumps));
    return 8.0 * static_cast<double>(trajectories) * (remembered * remembered + 6.0 * remembered + 16.0);
}

}  // namespace hidyn::dmft
