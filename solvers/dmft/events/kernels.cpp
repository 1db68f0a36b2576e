// SPDX-License-Identifier: MIT
#include "solvers/dmft/events/kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "core/kernel.hpp"
#include "math/vectors/vector_rows.hpp"
#include "solvers/dmft/packed.hpp"

namespace hidyn::dmft {
namespace {

using Row = math::VectorRow<event_lanes>;

// Directions with less than this share of the variance have none.
constexpr double negligible = 1e-12;

/// Entry `entry` of the rows of the past at which the event_lanes jumped.
[[gnu::always_inline]] inline Row gather(const std::int32_t* step, const double* past, std::size_t blocks,
                                         std::size_t entry) {
    alignas(64) std::array<double, event_lanes> row;
    for (std::size_t lane = 0; lane < event_lanes; ++lane)
        row[lane] = past[static_cast<std::size_t>(step[lane]) * blocks + entry];
    return Row::at(row.data());
}

/// x_n = (c - sum_{i < n} L_ni x_i) / L_nn, with inverse diagonals.
[[gnu::always_inline]] inline Row substitute(const Row& c, const float* factor, const double* x,
                                             std::size_t n) {
    Row even = c;
    Row odd = Row::of(0.0);
    std::size_t i = 0;
    for (; i + 1 < n; i += 2) {
        even.subtract_product(Row::at(factor + i * event_lanes), Row::at(x + i * event_lanes));
        odd.subtract_product(Row::at(factor + (i + 1) * event_lanes), Row::at(x + (i + 1) * event_lanes));
    }
    if (i < n) even.subtract_product(Row::at(factor + i * event_lanes), Row::at(x + i * event_lanes));
    even.add(odd);
    return even.times(Row::at(factor + n * event_lanes));
}

/// Cholesky factor of the conditional variance, in place; directions without variance get none.
[[gnu::always_inline]] inline void take_root(const StepRows& rows, std::size_t K, double* root) {
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t l = 0; l <= k; ++l)
            for (std::size_t lane = 0; lane < event_lanes; ++lane) {
                double sum = root[packed(k, l) * event_lanes + lane];
                for (std::size_t j = 0; j < l; ++j)
                    sum -= root[packed(k, j) * event_lanes + lane] * root[packed(l, j) * event_lanes + lane];
                const double pivot = root[packed(l, l) * event_lanes + lane];
                if (k == l)
                    sum = sum > negligible * rows.scale[k] ? std::sqrt(sum) : 0.0;
                else
                    sum = pivot > 0.0 ? sum / pivot : 0.0;
                root[packed(k, l) * event_lanes + lane] = sum;
            }
}

template <std::size_t K>
[[gnu::always_inline]] inline void recall_of(const StepRows& rows, const EventLayout& layout,
                                             const EventGroup& group, Recollection& now) {
    const std::size_t M = rows.teachers;
    constexpr std::size_t blocks = 2 * K * K;
    const double* past = rows.past.data();
    double* response = now.response.data();
    Row mean[K];
    Row variance[K * (K + 1) / 2];
    for (std::size_t k = 0; k < K; ++k) {
        mean[k] = Row::of(0.0);
        const double* white = layout.teacher_white(group.memory);
        for (std::size_t t = 0; t < M; ++t)
            mean[k].add_product(rows.along_teachers[k * M + t], Row::at(white + t * event_lanes));
        for (std::size_t l = 0; l <= k; ++l) variance[packed(k, l)] = Row::of(rows.rest[packed(k, l)]);
    }
    for (std::size_t p = 0; p < group.active; ++p) {
        const JumpRecord jump = layout.jump(group.memory, p);
        Row weight[K * K];
        for (std::size_t block = 0; block < K * K; ++block)
            weight[block] = gather(jump.step, past, blocks, K * K + block);
        for (std::size_t k = 0; k < K; ++k) {
            double* x = now.regression.data() + k * now.stride * event_lanes;
            const float* factor = jump.factor;
            for (std::size_t j = 0; j < K; ++j) {
                const std::size_t n = M + p * K + j;
                const Row entry = substitute(gather(jump.step, past, blocks, k * K + j), factor, x, n);
                entry.store(x + n * event_lanes);
                factor += (n + 1) * event_lanes;
                mean[k].add_product(entry, Row::at(jump.white + j * event_lanes));
                mean[k].add_product(weight[k * K + j], Row::at(jump.force + j * event_lanes));
                for (std::size_t l = 0; l <= k; ++l)
                    variance[packed(k, l)].subtract_product(
                        entry, Row::at(now.regression.data() + (l * now.stride + n) * event_lanes));
            }
        }
        // d_q = sum_p R_w(m, s_p) a^{s_p} D^{s_p, s_q}; jump p is the first that q = p appears in.
        for (std::size_t q = 0; q <= p; ++q)
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < K; ++l) {
                    double* place = response + ((q * K + k) * K + l) * event_lanes;
                    Row sum = q < p ? Row::at(place) : Row::of(0.0);
                    for (std::size_t j = 0; j < K; ++j)
                        sum.add_product(weight[k * K + j],
                                        Row::at(jump.tangent + ((q * K + j) * K + l) * event_lanes));
                    sum.store(place);
                }
    }
    for (std::size_t k = 0; k < K; ++k) mean[k].store(now.mean.data() + k * event_lanes);
    for (std::size_t pair = 0; pair < K * (K + 1) / 2; ++pair)
        variance[pair].store(now.root.data() + pair * event_lanes);
    take_root(rows, K, now.root.data());
}

template <std::size_t K>
[[gnu::always_inline]] inline void average_of(const TensorNodes& nodes, const NodeLosses& losses,
                                              NodeMeans& means) {
    constexpr std::size_t pairs = K * (K + 1) / 2;
    const std::size_t points = nodes.weights.size() * event_lanes;
    Row value = Row::of(0.0);
    Row gradient[K], square[pairs], hessian[pairs];
    for (Row& row : gradient) row = value;
    for (Row& row : square) row = value;
    for (Row& row : hessian) row = value;
    for (std::size_t n = 0; n < nodes.weights.size(); ++n) {
        const double weight = nodes.weights[n];
        value.add_product(weight, Row::at(losses.value.data() + n * event_lanes));
        Row slope[K];
        for (std::size_t k = 0; k < K; ++k) {
            slope[k] = Row::at(losses.gradient.data() + k * points + n * event_lanes);
            const Row weighted = slope[k].times(weight);
            gradient[k].add(weighted);
            for (std::size_t l = 0; l <= k; ++l) square[packed(k, l)].add_product(weighted, slope[l]);
        }
        for (std::size_t pair = 0; pair < pairs; ++pair)
            hessian[pair].add_product(weight,
                                      Row::at(losses.hessian.data() + pair * points + n * event_lanes));
    }
    value.store(means.value.data());
    for (std::size_t k = 0; k < K; ++k) gradient[k].store(means.gradient.data() + k * event_lanes);
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        square[pair].store(means.square.data() + pair * event_lanes);
        hessian[pair].store(means.hessian.data() + pair * event_lanes);
    }
}

[[gnu::always_inline]] inline void add_to(AlignedVector& sum, const AlignedVector& rows) {
    for (std::size_t place = 0; place < rows.size(); ++place) sum[place] += rows[place];
}

template <std::size_t K>
[[gnu::always_inline]] inline void credit_of(const StepRows& rows, const EventLayout& layout,
                                             const EventGroup& group, const Recollection& now,
                                             const NodeMeans& means, EventSums& sums) {
    const std::size_t M = rows.teachers;
    constexpr std::size_t blocks = 2 * K * K;
    add_to(sums.present.value, means.value);
    add_to(sums.present.gradient, means.gradient);
    add_to(sums.present.square, means.square);
    add_to(sums.present.hessian, means.hessian);
    Row gradient[K], hessian[K * K];
    for (std::size_t k = 0; k < K; ++k) {
        gradient[k] = Row::at(means.gradient.data() + k * event_lanes);
        for (std::size_t l = 0; l < K; ++l)
            hessian[k * K + l] =
                Row::at(means.hessian.data() + packed(std::max(k, l), std::min(k, l)) * event_lanes);
        const double* teacher = layout.teacher(group.memory);
        for (std::size_t t = 0; t < M; ++t) {
            double* place = sums.teacher.data() + (k * M + t) * event_lanes;
            Row sum = Row::at(place);
            sum.add_product(gradient[k], Row::at(teacher + t * event_lanes));
            sum.store(place);
        }
    }
    alignas(64) std::array<double, event_lanes> size{};
    alignas(64) double products[blocks][event_lanes];
    for (std::size_t p = 0; p < group.active; ++p) {
        const JumpRecord jump = layout.jump(group.memory, p);
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t l = 0; l < K; ++l) {
                gradient[k].times(Row::at(jump.force + l * event_lanes)).store(products[k * K + l]);
                Row memory = Row::of(0.0);
                for (std::size_t j = 0; j < K; ++j)
                    memory.add_product(hessian[k * K + j],
                                       Row::at(now.response.data() + ((p * K + j) * K + l) * event_lanes));
                double* stored = products[K * K + k * K + l];
                memory.store(stored);
                for (std::size_t lane = 0; lane < event_lanes; ++lane) size[lane] += std::abs(stored[lane]);
            }
        for (std::size_t lane = 0; lane < event_lanes; ++lane) {
            double* place = sums.past.data() + static_cast<std::size_t>(jump.step[lane]) * blocks;
            for (std::size_t block = 0; block < blocks; ++block) place[block] += products[block][lane];
        }
    }
    for (const double one : size) {
        sums.total_tangent += one;
        sums.largest_tangent = std::max(sums.largest_tangent, one);
    }
}

/// Calls `use` with the number of students as a constant: loops over one student cost nothing.
template <class Use>
[[gnu::always_inline]] inline void with_students(std::size_t students, const Use& use) {
    switch (students) {
        case 1:
            return use.template operator()<1>();
        case 2:
            return use.template operator()<2>();
        case 3:
            return use.template operator()<3>();
        case 4:
            return use.template operator()<4>();
        default:
            throw std::logic_error("events are for at most four students");
    }
}

}  // namespace

Recollection::Recollection(std::size_t students, std::size_t teachers, std::size_t most_jumps)
    : regression(students * (teachers + most_jumps * students) * event_lanes),
      response(most_jumps * students * students * event_lanes),
      mean(students * event_lanes),
      root(packed(students, 0) * event_lanes),
      stride(teachers + most_jumps * students) {}

NodeLosses::NodeLosses(std::size_t students, std::size_t nodes)
    : field(students * nodes * event_lanes),
      label(nodes * event_lanes),
      value(nodes * event_lanes),
      gradient(students * nodes * event_lanes),
      hessian(packed(students, 0) * nodes * event_lanes) {}

NodeMeans::NodeMeans(std::size_t students)
    : value(event_lanes),
      gradient(students * event_lanes),
      square(packed(students, 0) * event_lanes),
      hessian(packed(students, 0) * event_lanes) {}

EventSums::EventSums(std::size_t students, std::size_t teachers, std::size_t steps)
    : past(2 * students * students * (steps + 2)),
      present(students),
      teacher(students * teachers * event_lanes) {}

void EventSums::reset() {
    for (AlignedVector* rows :
         {&present.value, &present.gradient, &present.square, &present.hessian, &teacher})
        std::ranges::fill(*rows, 0.0);
    std::ranges::fill(past, 0.0);
    largest_tangent = total_tangent = 0.0;
}

HIDYN_KERNEL void recall(const StepRows& rows, const EventLayout& layout, const EventGroup& group,
                         Recollection& now) {
    with_students(
        rows.students, [&]<std::size_t K>()
                           __attribute__((always_inline)) { recall_of<K>(rows, layout, group, now); });
}

HIDYN_KERNEL void place_nodes(const TensorNodes& nodes, std::size_t students, const Recollection& now,
                              const double* label, NodeLosses& losses) {
    const std::size_t count = nodes.weights.size();
    const Row labels = Row::at(label);
    for (std::size_t n = 0; n < count; ++n) labels.store(losses.label.data() + n * event_lanes);
    for (std::size_t k = 0; k < students; ++k) {
        double* fields = losses.field.data() + k * count * event_lanes;
        const Row mean = Row::at(now.mean.data() + k * event_lanes);
        for (std::size_t n = 0; n < count; ++n) {
            Row field = mean;
            for (std::size_t l = 0; l <= k; ++l)
                field.add_product(nodes.coordinates[l][n],
                                  Row::at(now.root.data() + packed(k, l) * event_lanes));
            field.store(fields + n * event_lanes);
        }
    }
}

HIDYN_KERNEL void average(const TensorNodes& nodes, std::size_t students, const NodeLosses& losses,
                          NodeMeans& means) {
    with_students(
        students, [&]<std::size_t K>()
                      __attribute__((always_inline)) { average_of<K>(nodes, losses, means); });
}

HIDYN_KERNEL void credit(const StepRows& rows, const EventLayout& layout, const EventGroup& group,
                         const Recollection& now, const NodeMeans& means, EventSums& sums) {
    with_students(
        rows.students, [&]<std::size_t K>() __attribute__((always_inline)) {
            credit_of<K>(rows, layout, group, now, means, sums);
        });
}

}  // namespace hidyn::dmft
