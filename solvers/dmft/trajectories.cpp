#include "solvers/dmft/trajectories.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/aligned.hpp"
#include "core/error.hpp"
#include "random/gaussian_lanes.hpp"
#include "random/stream.hpp"
#include "solvers/dmft/history.hpp"
#include "solvers/dmft/packed.hpp"
#include "solvers/dmft/pivoted_root.hpp"
#include "solvers/dmft/starting_normals.hpp"

namespace hidyn::dmft {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double pivot_threshold = 1e-6;
constexpr std::size_t width = tile_width;

/// Trajectories side by side. A row is `tile_width` numbers, one per trajectory. Forces are in double
/// precision: their correlation must be a Gram matrix to well below the pivots' threshold, or the noise made
/// of it grows.
struct Tile {
    std::size_t begin = 0;        ///< index of the first trajectory
    std::vector<double> start;    ///< [student]: lambda^0
    std::vector<double> teacher;  ///< [teacher]: lambda*
    std::vector<double> label;
    std::vector<double> noise;  ///< [direction]: normals of the noise
    double* force = nullptr;    ///< [time][student]: g
    float* sign = nullptr;      ///< [time][student]: the direction v of a random tangent
    float* driven = nullptr;    ///< [time][student]: a (v + q)
    float* response = nullptr;  ///< [r][s <= r][k][l]: a^r D^{r,s} of an exact tangent
};

/// Sums over trajectories at one step, blocks [s][k][l] for s < m.
struct Sums {
    double loss = 0.0;
    std::vector<double> correlation, memory;
    std::vector<double> present_correlation, curvature;  ///< [k][l]: l' l'^T and l''
    std::vector<double> teacher;                         ///< [k][m]: l' lambda*^T
    double largest_tangent = 0.0, total_tangent = 0.0;

    void reset(std::size_t m, std::size_t K, std::size_t M) {
        loss = largest_tangent = total_tangent = 0.0;
        // Also of no past the address is formed.
        const std::size_t past = std::max<std::size_t>(m, 1);
        correlation.assign(past * K * K, 0.0);
        memory.assign(past * K * K, 0.0);
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
          driver_({.seed = draw.seed,
                   .route = draw.route,
                   .replica = draw.repeat,
                   .purpose = random::Purpose::dynamics}),
          tangent_(tangent),
          deterministic_(process.constant_hessian.has_value()) {
        make_tiles();
        const auto size = static_cast<Index>((grid.steps + 1) * K);
        mean_response_.setZero(size, size);
        mean_response_.topLeftCorner(static_cast<Index>(K), static_cast<Index>(K)).setIdentity();
        mean_tangent_.setZero(static_cast<Index>(K), size);
        mean_hessian_ = MatrixXd::Zero(static_cast<Index>(K), static_cast<Index>(K));
        field_.resize(K * width);
        slope_.resize(K * width);
        bend_.resize(K * (K + 1) / 2 * width);
        tangent_now_.resize(K * width);
        mean_tangent_now_.resize(K * width);
        weighted_.resize(K * width);
        response_now_.resize(tangent_ == Tangent::exact ? (grid.steps + 1) * K * K * width : 0);
    }

    Solution solve(Progress& progress) {
        Solution solution{.kernels = kernels_};
        for (std::size_t m = 0;; ++m) {
            if (progress.stop_requested()) throw Interrupted();
            prepare(m);
            sums_.reset(m, K, M);
            for (Tile& tile : tiles_) visit(tile, m);
            solution.train_loss.push_back(sums_.loss / N);
            if (sums_.total_tangent > 0.0)
                solution.largest_share =
                    std::max(solution.largest_share, sums_.largest_tangent / sums_.total_tangent);
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
        draw.trajectories = (draw.trajectories + width - 1) / width * width;
        return draw;
    }

    [[nodiscard]] bool random_tangent() const { return !deterministic_ && tangent_ == Tangent::random; }
    [[nodiscard]] bool exact_tangent() const { return !deterministic_ && tangent_ == Tangent::exact; }

    /// lambda* = T^{1/2} n_*, lambda^0 given lambda*, labels; everything from matched normals.
    void make_tiles() {
        const auto k = static_cast<Index>(K);
        const auto m = static_cast<Index>(M);
        MatrixXd joint(m + k, m + k);
        joint << process_.T, process_.R.transpose(), process_.R, process_.Q;
        // The students may lie in the teachers' span: their own part is then zero.
        const MatrixXd teacher_root = process_.T.llt().matrixL();
        const MatrixXd along =
            teacher_root.triangularView<Eigen::Lower>().solve(process_.R.transpose()).transpose();
        const MatrixXd rest = process_.Q - along * along.transpose();
        const Eigen::LDLT<MatrixXd> own(rest);
        const MatrixXd own_root =
            own.transpositionsP().transpose() *
            (MatrixXd(own.matrixL()) * own.vectorD().cwiseMax(0.0).cwiseSqrt().asDiagonal().toDenseMatrix());
        const MatrixXd& normals = normals_.start();
        const MatrixXd teacher = normals.leftCols(m) * teacher_root.transpose();
        const MatrixXd student =
            normals.leftCols(m) * along.transpose() + normals.middleCols(m, k) * own_root.transpose();
        const std::size_t steps = grid_.steps + 1;
        for (std::size_t begin = 0; begin < draw_.trajectories; begin += width) {
            Tile& tile = tiles_.emplace_back();
            tile.begin = begin;
            const auto copy = [&](const MatrixXd& from, std::vector<double>& into) {
                for (Index column = 0; column < from.cols(); ++column)
                    into.insert(into.end(), from.col(column).data() + begin,
                                from.col(column).data() + begin + width);
            };
            copy(student, tile.start);
            copy(teacher, tile.teacher);
            tile.label.resize(width);
            process_.label(tile.teacher.data(), width, normals.col(m + k).data() + begin, width,
                           tile.label.data());
        }
        // Tile after tile in two arrays: what a step streams through lies on huge pages.
        const std::size_t history = steps * K * width;
        const std::size_t singles = random_tangent()  ? 2 * history
                                    : exact_tangent() ? packed(steps, 0) * K * K * width
                                                      : 0;
        // (Behind the last tile lies nothing, but asking for it does no harm.)
        force_ahead_ = history;
        sign_ahead_ = singles;
        driven_behind_ = 3 * history;  // from this tile's signs to the next one's `driven`
        forces_.resize(tiles_.size() * history);
        tangents_.resize(tiles_.size() * singles);
        for (std::size_t index = 0; index < tiles_.size(); ++index) {
            Tile& tile = tiles_[index];
            tile.force = forces_.data() + index * history;
            float* const first = tangents_.data() + index * singles;
            if (random_tangent()) {
                tile.sign = first;
                tile.driven = first + history;
            }
            if (exact_tangent()) tile.response = first;
        }
    }

    /// What all tiles share at step m: the coefficients of the noise's directions, the driver's strengths,
    /// the mean tangent.
    void prepare(std::size_t m) {
        draw_strengths();
        const auto k = static_cast<Index>(K);
        const auto row = static_cast<Index>(m) * k;
        if (m > 0) {
            noise_row_ = kernels_.response().block(row, 0, k, row) * root_.factor();
            // D(m, s) = sum_r R_w(m, r) a^r D(r, s) for the mean a^r = -eta E[z] E[l''].
            if (deterministic_ || random_tangent()) {
                mean_response_.block(row, 0, k, row).setZero();
                for (Index r = 0; r < static_cast<Index>(m); ++r)
                    driven_row_.block(0, r * k, k, k) =
                        kernels_.response().block(row, r * k, k, k) * mean_tangent_.block(0, r * k, k, k);
                mean_response_.block(row, 0, k, row) =
                    driven_row_.leftCols(row) * mean_response_.topLeftCorner(row, row);
                mean_response_.block(row, row, k, k).setIdentity();
            }
        } else {
            driven_row_.setZero(k, static_cast<Index>(grid_.steps + 1) * k);
        }
    }

    void draw_strengths() {
        strength_.assign(draw_.trajectories, mean_);
        if (process_.driver == Driver::constant) return;
        if (process_.driver == Driver::gaussian) {
            driver_.normals(strength_);
            const double deviation = std::sqrt(mean_);
            Eigen::Map<Eigen::ArrayXd> drawn(strength_.data(), static_cast<Index>(strength_.size()));
            // The order of Eigen's sums depends on an address; its own arrays begin at a vector's bounds.
            Eigen::ArrayXd z = drawn;
            z -= z.mean();
            drawn = mean_ + z * (deviation / std::sqrt(z.square().mean()));
            return;
        }
        driver_.uniforms(strength_);
        for (double& z : strength_)
            z = process_.driver == Driver::bernoulli ? (z <= mean_ ? 1.0 : 0.0) : poisson(z);
    }

    [[nodiscard]] double poisson(double uniform) const {
        double probability = std::exp(-mean_);
        double below = probability;
        double value = 0.0;
        while (uniform > below && value < 1000.0) {
            value += 1.0;
            probability *= mean_ / value;
            below += probability;
        }
        return value;
    }

    void visit(Tile& tile, std::size_t m) {
        move(tile, m);
        const std::span<double> value(value_);
        process_.loss(field_.data(), width, tile.label.data(), width,
                      {.value = value_.data(),
                       .gradient = slope_.data(),
                       .hessian = deterministic_ ? nullptr : bend_.data(),
                       .stride = width});
        for (const double one : value) sums_.loss += one;
        const double* z = strength_.data() + tile.begin;
        for (std::size_t k = 0; k < K; ++k) {
            double* g = tile.force + (m * K + k) * width;
            for (std::size_t i = 0; i < width; ++i)
                g[i] = -process_.learning_rate * z[i] * slope_[k * width + i];
        }
        correlate(tile, m);
        if (random_tangent()) random_response(tile, m, z);
        if (exact_tangent()) exact_response(tile, m, z);
    }

    /// lambda^m of the tile's trajectories.
    void move(const Tile& tile, std::size_t m) {
        std::ranges::fill(field_, 0.0);
        const MatrixXd from_start = kernels_.from_start(m);
        const MatrixXd from_teacher = kernels_.from_teacher(m);
        const auto row = static_cast<Index>(m * K);
        for (std::size_t k = 0; k < K; ++k) {
            const auto kk = static_cast<Index>(k);
            double* field = field_.data() + k * width;
            for (std::size_t l = 0; l < K; ++l)
                add_multiple(from_start(kk, static_cast<Index>(l)), tile.start.data() + l * width, field);
            for (std::size_t t = 0; t < M; ++t)
                add_multiple(from_teacher(kk, static_cast<Index>(t)), tile.teacher.data() + t * width, field);
            if (m == 0) continue;
            add_history({.count = root_.rank(), .rows = tile.noise.data()}, noise_row_.row(kk).data(), 1,
                        field);
            for (std::size_t l = 0; l < K; ++l)
                add_history(past(tile.force, l, m), &kernels_.response()(row + kk, static_cast<Index>(l)), K,
                            field);
        }
    }

    /// Times 0..m-1 of student l; `ahead`, if not zero, leads to what is to be fetched for the next tile.
    template <class Number>
    [[nodiscard]] History<Number> past(const Number* rows, std::size_t l, std::size_t m,
                                       std::size_t ahead = 0) const {
        const Number* first = rows + l * width;
        return {.count = m, .rows = first, .stride = K * width, .next = ahead > 0 ? first + ahead : nullptr};
    }

    static void add_multiple(double factor, const double* row, double* into) {
#pragma omp simd
        for (std::size_t i = 0; i < width; ++i) into[i] += factor * row[i];
    }

    void correlate(const Tile& tile, std::size_t m) {
        for (std::size_t k = 0; k < K; ++k) {
            const double* slope = slope_.data() + k * width;
            for (std::size_t l = 0; l < K; ++l) {
                add_products(past(tile.force, l, m, k == 0 ? force_ahead_ : 0), slope,
                             sums_.correlation.data() + k * K + l, K * K);
                sums_.present_correlation[k * K + l] += product(slope, slope_.data() + l * width);
                if (deterministic_) continue;
                sums_.curvature[k * K + l] +=
                    product(ones_.data(), bend_.data() + packed(std::max(k, l), std::min(k, l)) * width);
            }
            for (std::size_t t = 0; t < M; ++t)
                sums_.teacher[k * M + t] += product(slope, tile.teacher.data() + t * width);
        }
    }

    /// l'' times a K-vector of rows, into `weighted_`.
    void bend(const double* vector) {
        for (std::size_t k = 0; k < K; ++k) {
            double* out = weighted_.data() + k * width;
            std::fill_n(out, width, 0.0);
            for (std::size_t l = 0; l < K; ++l) {
                const double* h = bend_.data() + packed(std::max(k, l), std::min(k, l)) * width;
                const double* v = vector + l * width;
#pragma omp simd
                for (std::size_t i = 0; i < width; ++i) out[i] += h[i] * v[i];
            }
        }
    }

    /// q^m = sum_r R_w(m,r) a^r (v^r + q^r), and the same with mean a (q-bar) for the control variate: Gamma
    /// is the average of (l'' q - E[l''] q-bar) v^T, whose second part is known exactly.
    void random_response(Tile& tile, std::size_t m, const double* z) {
        std::ranges::fill(tangent_now_, 0.0);
        std::ranges::fill(mean_tangent_now_, 0.0);
        const auto row = static_cast<Index>(m * K);
        for (std::size_t k = 0; k < K && m > 0; ++k)
            for (std::size_t l = 0; l < K; ++l) {
                const auto kk = static_cast<Index>(k);
                add_history(past(tile.driven, l, m), &kernels_.response()(row + kk, static_cast<Index>(l)), K,
                            tangent_now_.data() + k * width);
                add_history(past(tile.sign, l, m, k == 0 ? driven_behind_ : 0),
                            &mean_response_(row + kk, static_cast<Index>(l)), K,
                            mean_tangent_now_.data() + k * width);
            }
        bend(tangent_now_.data());
        std::array<double, width> size{};
        for (std::size_t k = 0; k < K; ++k) {
            double* out = weighted_.data() + k * width;
            for (std::size_t i = 0; i < width; ++i) size[i] += std::abs(out[i]);
            for (std::size_t l = 0; l < K; ++l)
                add_multiple(-mean_hessian_(static_cast<Index>(k), static_cast<Index>(l)),
                             mean_tangent_now_.data() + l * width, out);
            for (std::size_t l = 0; l < K; ++l)
                add_products(past(tile.sign, l, m, k == 0 ? sign_ahead_ : 0), out,
                             sums_.memory.data() + k * K + l, K * K);
        }
        note_sizes(size);
        // New signs, and what they and the tangent drive.
        random::Stream stream({.seed = draw_.seed,
                               .route = draw_.route,
                               .replica = draw_.repeat,
                               .purpose = random::Purpose::frame,
                               .lane = static_cast<std::uint32_t>(m * tiles_.size() + tile.begin / width)});
        for (std::size_t k = 0; k < K; ++k) {
            float* v = tile.sign + (m * K + k) * width;
            const std::uint64_t bits = stream.bits();
            for (std::size_t i = 0; i < width; ++i) {
                v[i] = (bits >> i & 1U) != 0U ? 1.0F : -1.0F;
                tangent_now_[k * width + i] += static_cast<double>(v[i]);
            }
        }
        bend(tangent_now_.data());
        for (std::size_t k = 0; k < K; ++k) {
            float* b = tile.driven + (m * K + k) * width;
            for (std::size_t i = 0; i < width; ++i)
                b[i] = static_cast<float>(-process_.learning_rate * z[i] * weighted_[k * width + i]);
        }
    }

    /// D^{m,s} for every s, from the stored a^r D^{r,s}.
    void exact_response(Tile& tile, std::size_t m, const double* z) {
        const auto row = static_cast<Index>(m * K);
        std::fill_n(response_now_.data(), (m + 1) * K * K * width, 0.0);
        for (std::size_t r = 0; r < m; ++r)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t j = 0; j < K; ++j) {
                    const double factor =
                        kernels_.response()(row + static_cast<Index>(k), static_cast<Index>(r * K + j));
                    for (std::size_t s = 0; s <= r; ++s) {
                        const float* stored = tile.response + (packed(r, s) * K + j) * K * width;
                        double* into = response_now_.data() + (s * K + k) * K * width;
#pragma omp simd
                        for (std::size_t i = 0; i < K * width; ++i)
                            into[i] += factor * static_cast<double>(stored[i]);
                    }
                }
        for (std::size_t k = 0; k < K; ++k)
            std::fill_n(response_now_.data() + ((m * K + k) * K + k) * width, width, 1.0);
        std::array<double, width> size{};
        for (std::size_t s = 0; s <= m; ++s)
            for (std::size_t l = 0; l < K; ++l) {
                for (std::size_t j = 0; j < K; ++j)
                    std::copy_n(response_now_.data() + ((s * K + j) * K + l) * width, width,
                                tangent_now_.data() + j * width);
                bend(tangent_now_.data());
                for (std::size_t k = 0; k < K; ++k) {
                    const double* out = weighted_.data() + k * width;
                    if (s < m) {
                        double sum = 0.0;
                        for (std::size_t i = 0; i < width; ++i) {
                            sum += out[i];
                            size[i] += std::abs(out[i]);
                        }
                        sums_.memory[(s * K + k) * K + l] += sum;
                    }
                    float* stored = tile.response + ((packed(m, s) * K + k) * K + l) * width;
                    for (std::size_t i = 0; i < width; ++i)
                        stored[i] = static_cast<float>(-process_.learning_rate * z[i] * out[i]);
                }
            }
        note_sizes(size);
    }

    void note_sizes(const std::array<double, width>& size) {
        for (const double one : size) {
            sums_.total_tangent += one;
            sums_.largest_tangent = std::max(sums_.largest_tangent, one);
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
            rows.memory.block(0, s * k, k, k) = process_.sample_ratio * linear / N *
                                                Eigen::Map<const RowMajor>(sums_.memory.data() + place, k, k);
            if (random_tangent() || deterministic_)
                rows.memory.block(0, s * k, k, k) +=
                    process_.sample_ratio * linear *
                    (deterministic_ ? *process_.constant_hessian : mean_hessian_) *
                    mean_response_.block(static_cast<Index>(m) * k, s * k, k, k);
        }
        rows.correlation.rightCols(k) =
            eta * eta * second / N * Eigen::Map<const RowMajor>(sums_.present_correlation.data(), k, k);
        rows.memory.rightCols(k) = process_.sample_ratio * linear * present_hessian;
        mean_tangent_.block(0, static_cast<Index>(m) * k, k, k) = linear * present_hessian;
        // The control variate's coefficient may be any constant: the present mean serves the next step.
        mean_hessian_ = present_hessian;
        return rows;
    }

    void grow_noise(const ForceRows& rows) {
        const std::size_t fresh = root_.append(process_.sample_ratio * rows.correlation);
        for (std::size_t p = 0; p < fresh; ++p) {
            const VectorXd direction = normals_.next_direction();
            for (Tile& tile : tiles_)
                tile.noise.insert(tile.noise.end(), direction.data() + tile.begin,
                                  direction.data() + tile.begin + width);
        }
    }

    const Process& process_;
    const Discretization& grid_;
    Draw draw_;
    std::size_t K, M;
    double N;
    double mean_;
    CausalKernels kernels_;
    PivotedRoot root_;
    StartingNormals normals_;
    random::GaussianLanes driver_;
    std::vector<Tile> tiles_;
    AlignedVector forces_;
    std::size_t force_ahead_ = 0, sign_ahead_ = 0, driven_behind_ = 0;
    std::vector<float, CacheAligned<float>> tangents_;
    Sums sums_;
    RowMajor noise_row_;                                  ///< K x rank
    RowMajor mean_response_, mean_tangent_, driven_row_;  ///< D-bar, a-bar, R_w a-bar
    MatrixXd mean_hessian_;
    std::vector<double> strength_;
    std::array<double, width> value_{};
    std::array<double, width> ones_ = [] {
        std::array<double, width> ones;
        ones.fill(1.0);
        return ones;
    }();
    std::vector<double> field_, slope_, bend_, tangent_now_, mean_tangent_now_, weighted_, response_now_;
    Tangent tangent_;
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
