// SPDX-License-Identifier: MIT
#include "solvers/dmft/recording.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/step_schedule.hpp"
#include "models/multi_index/observer.hpp"

namespace hidyn::dmft {
namespace {

using multi_index::MultiIndex;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A recorded time as a mean over steps of the grid.
using Stencil = std::vector<Sampling>;

std::vector<Stencil> stencils(const TimeGrid& grid, double step) {
    std::vector<Stencil> all(grid.size());
    for (const Sampling& sampling : sampling_schedule(grid, 1.0 / step))
        all[sampling.time].push_back(sampling);
    return all;
}

bool reached(const Stencil& stencil, const Solution& solution) {
    return std::ranges::all_of(
        stencil, [&](const Sampling& sampling) { return sampling.step < solution.train_loss.size(); });
}

std::size_t nearest(const Stencil& stencil) {
    return static_cast<std::size_t>(std::ranges::max_element(stencil, {}, &Sampling::weight)->step);
}

/// Block (t, s) of a kernel by its entries, row-major.
void put(const Eigen::MatrixXd& block, double* into) {
    for (Eigen::Index k = 0; k < block.rows(); ++k)
        for (Eigen::Index l = 0; l < block.cols(); ++l) *into++ = block(k, l);
}

class Recorded {
  public:
    Recorded(const MultiIndex& problem, const Solution& solution, const TimeGrid& grid)
        : problem_(problem),
          solution_(solution),
          grid_(grid),
          report_(problem),
          kernels_(problem),
          at_(stencils(grid, solution.kernels.step())),
          blocks_(problem.students() * problem.students()) {}

    std::vector<Series> series() const {
        std::vector<Observable> all = report_.all();
        all.insert(all.end(), kernels_.all().begin(), kernels_.all().end());
        Recorder recorder(all, 0, grid_.size());
        multi_index::Observer observer(problem_);
        for (std::size_t time = 0; time < grid_.size(); ++time) {
            if (!reached(at_[time], solution_)) break;
            for (const Sampling& sampling : at_[time]) {
                const auto m = static_cast<std::size_t>(sampling.step);
                observer.observe(solution_.kernels.Q(m), solution_.kernels.R(m), solution_.train_loss[m],
                                 recorder.at(0, sampling));
            }
            const Slot slot = recorder.at(0, time);
            if (report_.C) slot.record(report_.C, correlations(time));
            if (report_.response) slot.record(report_.response, responses(time));
            if (problem_.recording.two_time) record_kernels(slot);
        }
        return recorder.take().series;
    }

  private:
    [[nodiscard]] Eigen::MatrixXd mean_of(const RowMajor& kernel, const Stencil& t, const Stencil& s) const {
        const auto K = static_cast<Eigen::Index>(problem_.students());
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(K, K);
        for (const Sampling& a : t)
            for (const Sampling& b : s)
                sum += a.weight * b.weight *
                       solution_.kernels.block(kernel, static_cast<std::size_t>(a.step),
                                               static_cast<std::size_t>(b.step));
        return sum;
    }

    [[nodiscard]] std::vector<double> correlations(std::size_t time) const {
        std::vector<double> row(grid_.size() * blocks_, missing);
        for (std::size_t other = 0; other < grid_.size() && reached(at_[other], solution_); ++other)
            put(mean_of(solution_.kernels.correlation(), at_[time], at_[other]),
                row.data() + other * blocks_);
        return row;
    }

    [[nodiscard]] std::vector<double> responses(std::size_t time) const {
        const std::vector<double>& sources = problem_.recording.response_at;
        std::vector<double> row(sources.size() * blocks_);
        for (std::size_t source = 0; source < sources.size(); ++source) {
            const auto step =
                static_cast<std::uint64_t>(std::round(sources[source] / solution_.kernels.step()));
            put(mean_of(solution_.kernels.response(), at_[time], {{step, 0, 1.0}}),
                row.data() + source * blocks_);
        }
        return row;
    }

    /// Where the step is the algorithm's own the kernels are per step; else they are densities in both times,
    /// without the white part at s = t, which has none.
    void record_kernels(const Slot& slot) const {
        const bool finite = problem_.finite_step().has_value();
        const double step = solution_.kernels.step();
        const std::size_t m = nearest(at_[slot.time]);
        std::vector<double> response(grid_.size() * blocks_, 0.0);
        std::vector<double> memory = response;
        std::vector<double> force = response;
        for (std::size_t other = 0; other < grid_.size() && reached(at_[other], solution_); ++other) {
            const std::size_t s = nearest(at_[other]);
            if (s > m) break;
            const std::size_t place = other * blocks_;
            // Right after a field is added the weight has moved by it.
            const auto K = static_cast<Eigen::Index>(problem_.students());
            put(s == m ? Eigen::MatrixXd(Eigen::MatrixXd::Identity(K, K))
                       : solution_.kernels.block(solution_.kernels.response(), m, s),
                response.data() + place);
            // The last step has no forces yet.
            const bool known = m < solution_.kernels.now() && (finite || s < m);
            const double unit = finite ? 1.0 : 1.0 / (step * step);
            const auto scaled = [&](const RowMajor& kernel, double* into) {
                if (known)
                    put(unit * solution_.kernels.block(kernel, m, s), into);
                else
                    std::fill_n(into, blocks_, missing);
            };
            scaled(solution_.kernels.memory(), memory.data() + place);
            scaled(solution_.kernels.force_correlation(), force.data() + place);
        }
        slot.record(kernels_.response, response);
        slot.record(kernels_.memory, memory);
        slot.record(kernels_.force_correlation, force);
    }

    const MultiIndex& problem_;
    const Solution& solution_;
    const TimeGrid& grid_;
    multi_index::Observables report_;
    Kernels kernels_;
    std::vector<Stencil> at_;
    std::size_t blocks_;
};

}  // namespace

std::vector<Observable> declare_kernels(std::size_t students, const TimeGrid& grid) {
    const auto kernel = [&](const char* name, const char* long_name, const char* symbol,
                            const char* normalization) {
        return Observable{.name = name,
                          .long_name = long_name,
                          .symbol = symbol,
                          .normalization = normalization,
                          .dimensions = {Dimension::times("time_2", grid.times),
                                         {"student", students},
                                         {"student_2", students}},
                          .own = true};
    };
    return {kernel("response_kernel", "response kernel", "R_w(t, s)",
                   "response of a weight at t to a field added to it at s < t; 1 right after it"),
            kernel("memory_kernel", "memory kernel", "\\Gamma(t, s)",
                   "alpha E dg(t)/dh(s) per step of the algorithm, or per dt ds in continuous time"),
            kernel("force_correlation", "force correlation", "C_g(t, s)",
                   "E g(t) g(s)^T per step of the algorithm, or per dt ds in continuous time, without the "
                   "white part")};
}

Kernels::Kernels(const MultiIndex& problem) : ObservableList(multi_index::Observables(problem).end()) {
    if (!problem.recording.two_time) return;
    const std::vector<Observable> kernels = declare_kernels(problem.students(), problem.recording.grid);
    response = add(kernels[0]);
    memory = add(kernels[1]);
    force_correlation = add(kernels[2]);
}

std::vector<Series> record(const MultiIndex& problem, const Solution& solution, const TimeGrid& grid) {
    return Recorded(problem, solution, grid).series();
}

}  // namespace hidyn::dmft
