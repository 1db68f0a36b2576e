// SPDX-License-Identifier: MIT
#include "run/batch.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/machine.hpp"
#include "results/results.hpp"
#include "run/checkpoint_folder.hpp"
#include "run/conclusions.hpp"
#include "run/runner.hpp"

namespace hidyn::run {
namespace {

using experiment::Experiment;
using experiment::Sweep;

Experiment load_point(const Sweep& sweep, std::size_t point, const Registry& registry) {
    experiment::Node document = sweep.document_at(point);
    std::string text = experiment::to_toml(document);
    return experiment::load_document(std::move(document), std::move(text), sweep.name, registry);
}

double cost(const Experiment& experiment) {
    double sum = 0.0;
    for (const experiment::Variant& variant : experiment.variants)
        for (const auto& route : variant.routes) {
            const auto d = static_cast<double>(std::max<std::uint64_t>(route->info.d, 1));
            if (!route->info.theory)
                sum += experiment.grid.end() * static_cast<double>(route->info.replicas) * d *
                       std::max(variant.problem->steps_per_unit_time(d), 1.0);
        }
    return sum;
}

/// Points run side by side: the largest ones may.
void check_memory_together(std::vector<double> points, const std::string& name) {
    std::ranges::sort(points, std::greater<>());
    const double memory = machine_memory();
    double needed = 0.0;
    for (std::size_t index = 0; index < points.size(); ++index) {
        needed += points[index];
        if (needed <= memory) continue;
        if (static_cast<int>(index) < omp_get_max_threads())
            throw InputError(
                fmt::format("{}: the trajectories of {} points side by side take up to {:.3g} GB, this "
                            "machine has {:.3g} GB; "
                            "use --threads {}",
                            name, index + 1, needed / 1e9, memory / 1e9, index));
        return;
    }
}

/// A route's progress within that of the batch.
class RouteShare final : public Progress {
  public:
    RouteShare(Progress& whole, double share) : whole_(whole), share_(share) {}
    ~RouteShare() override { whole_.advance(share_ * std::max(0.0, 1.0 - done_)); }
    RouteShare(const RouteShare&) = delete;
    RouteShare& operator=(const RouteShare&) = delete;

    void advance(double fraction) override {
        const std::scoped_lock lock(mutex_);
        const double part = std::min(fraction, 1.0 - done_);
        done_ += part;
        whole_.advance(share_ * part);
    }
    [[nodiscard]] bool stop_requested() const override { return whole_.stop_requested(); }

  private:
    std::mutex mutex_;
    Progress& whole_;
    double share_;
    double done_ = 0.0;
};

struct SolvedPoint {
    results::Results results;
    Conclusions conclusions;
};

SolvedPoint solve_point(const Experiment& experiment, const BatchOptions& options, Checkpoint& checkpoint) {
    std::size_t routes = 0;
    for (const experiment::Variant& variant : experiment.variants) routes += variant.routes.size();
    RunOptions one{.threads = 0, .command = options.command, .progress = {}};
    one.progress = [&](const RouteInfo&) {
        return std::make_unique<RouteShare>(*options.progress, options.share / static_cast<double>(routes));
    };
    one.checkpoint = &checkpoint;
    SolvedPoint solved{solve(experiment, one), {}};
    solved.conclusions = conclude(experiment, solved.results);
    return solved;
}

}  // namespace

std::string describe_point(const Sweep& sweep, std::size_t point) {
    std::string text;
    const std::vector<std::size_t> places = sweep.places(point);
    for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis)
        for (const experiment::SweepKey& key : sweep.axes[axis].keys)
            text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key.path,
                                experiment::value_text(key.values[places[axis]]));
    return text;
}

std::vector<std::size_t> checked(const Sweep& sweep, std::vector<std::size_t> points,
                                 const Registry& registry) {
    struct Complaint {
        std::size_t first = 0, count = 0;
    };
    std::map<std::string, Complaint> seen;
    std::vector<std::string> order;
    std::map<std::size_t, double> costs;
    std::vector<double> memory;
    for (const std::size_t point : points) try {
            const Experiment experiment = load_point(sweep, point, registry);
            check_memory(experiment, sweep.name);
            costs[point] = cost(experiment);
            memory.push_back(needed_memory(experiment));
        } catch (const InputError& error) {
            for (const std::string& sentence : error.messages) {
                const auto [found, fresh] = seen.try_emplace(sentence, Complaint{point, 0});
                if (fresh) order.push_back(sentence);
                ++found->second.count;
            }
        }
    std::vector<std::string> sentences;
    for (const std::string& sentence : order) {
        const Complaint& complaint = seen[sentence];
        sentences.push_back(
            complaint.count == points.size()
                ? sentence
                : fmt::format("{} (at {})", sentence, describe_point(sweep, complaint.first)));
    }
    if (!sentences.empty()) throw InputError(std::move(sentences));
    check_memory_together(std::move(memory), sweep.name);
    std::ranges::stable_sort(points, std::greater<>(), [&](std::size_t point) { return costs[point]; });
    return points;
}

void run_points(const Sweep& sweep, const BatchFolder& folder, const Registry& registry,
                const BatchOptions& options) {
    std::exception_ptr failure;
    std::mutex mutex;
    const auto failed = [&] {
        const std::scoped_lock lock(mutex);
        return failure != nullptr;
    };
    const auto fail = [&] {
        const std::scoped_lock lock(mutex);
        if (!failure) failure = std::current_exception();
    };
    const auto tell = [&](std::size_t point, const PointSummary& summary) {
        const std::scoped_lock lock(mutex);
        options.done(point, summary);
    };
    const auto run_one = [&](std::size_t point) {
        std::optional<SolvedPoint> solved;
        const Experiment experiment = load_point(sweep, point, registry);
        CheckpointFolder checkpoint(folder.checkpoint_path(point), experiment, options.checkpoint_interval);
        try {
            if (checkpoint.found() == CheckpointFolder::Found::same)
                checkpoint.resume();
            else
                static_cast<void>(checkpoint.make_way());
            solved = solve_point(experiment, options, checkpoint);
        } catch (const Interrupted&) {
            checkpoint.flush();
            throw;
        } catch (const std::exception& error) {
            // Whatever ails this point, the others go on.
            PointSummary summary;
            summary.state = PointState::failed;
            summary.detail = error.what();
            folder.note_failure(point, error.what());
            tell(point, summary);
            return;
        }
        results::write(folder.path_of(point), solved->results);
        checkpoint.discard();
        folder.note_failure(point, "");
        tell(point, summarize(solved->results, findings(solved->conclusions)));
    };
#pragma omp parallel
    while (!failed() && !options.progress->stop_requested()) {
        try {
            const std::optional<std::size_t> point = options.next();
            if (!point) break;
            run_one(*point);
        } catch (...) {
            fail();
        }
    }
    if (options.progress->stop_requested()) throw Interrupted();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace hidyn::run
