// SPDX-License-Identifier: MIT
#include "models/sparse_regression/simulation.hpp"

#include <cmath>
#include <utility>

#include "core/replicas.hpp"
#include "math/integrator.hpp"

namespace hidyn::sparse_regression {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The agents' u and v, a column an agent, and their data. One step costs the products with all data, 4 N n d
/// flops, and with the mixing matrix, 4 N d times its nonzeros in a row.
class Agents {
  public:
    Agents(const SparseRegression& problem, std::uint64_t d, std::uint32_t replica)
        : problem_(problem), report_(problem), teacher_(problem.teacher(d)) {
        const auto N = static_cast<Index>(problem.agents());
        if (!problem.population()) data_ = problem.data(d, replica);
        u_ = MatrixXd::Constant(static_cast<Index>(d), N, problem.scale);
        v_ = u_;
        r_ = MatrixXd::Zero(u_.rows(), u_.cols());
        rest_ = VectorXd::Zero(static_cast<Index>(problem.samples));
    }

    void advance(std::uint64_t steps) {
        for (std::uint64_t done = 0; done < steps; ++done) step();
    }
    /// du/dt = -u r and dv/dt = v r of a single agent.
    void flow(const math::State& state, math::State& change) {
        unpack(state);
        fill_residuals();
        const Index d = u_.rows();
        Eigen::Map<VectorXd> to(change.data(), 2 * d);
        to.head(d) = -u_.cwiseProduct(r_);
        to.tail(d) = v_.cwiseProduct(r_);
    }
    void unpack(const math::State& state) {
        const Eigen::Map<const VectorXd> from(state.data(), 2 * u_.rows());
        u_ = from.head(u_.rows());
        v_ = from.tail(u_.rows());
    }
    [[nodiscard]] math::State packed() const {
        math::State state(u_.data(), u_.data() + u_.size());
        state.insert(state.end(), v_.data(), v_.data() + v_.size());
        return state;
    }
    [[nodiscard]] bool finite() const { return u_.squaredNorm() + v_.squaredNorm() < 1e12; }

    void observe(const Slot& slot) {
        fill_weights();
        const VectorXd mean = w_.rowwise().mean();
        const double consensus =
            std::sqrt((w_.colwise() - mean).squaredNorm() / static_cast<double>(w_.cols()));
        record_weights(problem_, report_, mean, consensus, slot);
    }

    void archive(Archive& archive) { archive(u_, v_); }

  private:
    void step() {
        fill_residuals();
        const double eta = problem_.learning_rate;
        mixed_.noalias() = u_ * problem_.mixing;
        mixed_ -= eta * u_.cwiseProduct(r_);
        u_.swap(mixed_);
        mixed_.noalias() = v_ * problem_.mixing;
        mixed_ += eta * v_.cwiseProduct(r_);
        v_.swap(mixed_);
    }
    /// u^2 - v^2, exactly 0 where they are equal.
    void fill_weights() { w_ = (u_ - v_).cwiseProduct(u_ + v_); }
    void fill_residuals() {
        fill_weights();
        if (problem_.population()) {
            r_ = w_.colwise() - teacher_;
            return;
        }
        const auto n = static_cast<Index>(problem_.samples);
        for (Index agent = 0; agent < w_.cols(); ++agent) {
            const auto X = data_.X.middleRows(agent * n, n);
            rest_.noalias() = X * w_.col(agent);
            rest_ -= data_.y.segment(agent * n, n);
            r_.col(agent).noalias() = X.transpose() * rest_ / static_cast<double>(n);
        }
    }

    const SparseRegression& problem_;
    Observables report_;
    VectorXd teacher_, rest_;
    SparseRegression::Data data_;
    MatrixXd u_, v_, w_, r_, mixed_;
};

/// Gradient flow of one agent.
void flow(const SparseRegression& problem, const RouteRun& run, std::size_t replica, BlockWatch& watch) {
    Agents agents(problem, run.info.d, static_cast<std::uint32_t>(replica));
    const math::Integration integration{.derivative = [&](const math::State& state, math::State& change,
                                                          double) { agents.flow(state, change); },
                                        .record =
                                            [&](std::size_t time, const math::State& state) {
                                                agents.unpack(state);
                                                agents.observe(run.recorder.at(replica, time));
                                            },
                                        .relative_tolerance = 1e-10,
                                        .absolute_tolerance = 1e-14};
    PartialProgress part(run.progress, 1.0 / static_cast<double>(run.info.replicas));
    const math::IntegrationReport report =
        math::integrate(integration, agents.packed(), run.grid.times, part);
    if (report.status != Status::complete) watch.mark_diverged_at(replica, report.reached, report.reached);
}

}  // namespace

Outcome simulate(const SparseRegression& problem, const RouteRun& run) {
    const double rate = problem.steps_per_unit_time(1.0);
    Outcome outcome = problem.flow
                          ? run_replicas(run.info.replicas, 1, rate, run.grid, run.recorder, run.progress,
                                         [&](std::size_t replica, BlockWatch& watch) {
                                             flow(problem, run, replica, watch);
                                         })
                          : run_steppers(run, rate, [&](std::size_t replica) {
                                return Agents(problem, run.info.d, static_cast<std::uint32_t>(replica));
                            });
    outcome.attributes["mixing_rate"] = problem.mixing_rate();
    return outcome;
}

}  // namespace hidyn::sparse_regression
