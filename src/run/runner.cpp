// SPDX-License-Identifier: MIT
#include "run/runner.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <new>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/machine.hpp"
#include "run/missing.hpp"
#include "run/version.hpp"

namespace hidyn::run {
namespace {

std::string now_utc() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

// The problem's observables, then those of this route alone.
std::vector<Observable> observables_of(const Problem& problem, const Route& route) {
    std::vector<Observable> all = problem.observables();
    for (Observable one : route.own_observables()) {
        one.own = true;
        all.push_back(std::move(one));
    }
    return all;
}

/// What a finished route leaves: numbers, outcome and the time it took.
void list(Archive& archive, results::RouteResult& result) {
    for (Series& series : result.trajectory.series) archive(series.values, series.error, series.variance);
    Outcome& outcome = result.outcome;
    archive(outcome.status, outcome.diverged_at, outcome.diverged_replicas, outcome.detail, result.threads,
            result.wall_seconds);
    std::size_t count = outcome.attributes.size();
    archive(count);
    auto next = outcome.attributes.begin();
    for (std::size_t place = 0; place < count; ++place) {
        std::string name = archive.loading() ? "" : next->first;
        std::variant<double, std::string> value = archive.loading() ? 0.0 : next++->second;
        bool text = std::holds_alternative<std::string>(value);
        archive(name, text);
        if (archive.loading() && text) value = "";
        std::visit([&](auto& plain) { archive(plain); }, value);
        outcome.attributes[name] = value;
    }
}

std::string reason(const std::exception& error) {
    return dynamic_cast<const std::bad_alloc*>(&error) != nullptr
               ? "this machine has not enough memory for it"
               : error.what();
}

results::RouteResult solve_route(const Route& route, const Problem& problem, const TimeGrid& grid,
                                 int threads, Progress& progress, Checkpoint* checkpoint) {
    const auto begin = std::chrono::steady_clock::now();
    Recorder recorder(observables_of(problem, route), route.info.replicas, grid.size());
    results::RouteResult result;
    result.info = route.info;
    const std::string kept = "route/" + route.info.name;
    if (const auto done = checkpoint != nullptr ? checkpoint->find(kept) : std::nullopt) {
        result.trajectory = recorder.take();
        Archive archive{std::string_view(*done)};
        list(archive, result);
        progress.advance(1.0);
        return result;
    }
    recorder.keep_in(checkpoint, route.info.name);
    try {
        result.outcome = route.solve(grid, recorder, progress);
    } catch (const Interrupted&) {
        throw;
    } catch (const std::exception& error) {
        // What ails this route is told with the results of the others.
        result.outcome = {.status = Status::failed,
                          .failed_replicas = route.info.replicas,
                          .detail = reason(error),
                          .attributes = {}};
        for (std::size_t replica = 0; replica < std::max<std::size_t>(route.info.replicas, 1); ++replica)
            recorder.truncate(replica, 0);
    }
    result.trajectory = recorder.take();
    account_for_missing(result, grid);
    result.threads = threads;
    result.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (checkpoint != nullptr && result.outcome.status != Status::failed) {
        std::string bytes;
        Archive archive(bytes);
        list(archive, result);
        checkpoint->keep(kept, bytes);
    }
    return result;
}

// More threads than this bring nothing, and at some number the system refuses them.
int sensible(int threads) {
    return std::min(threads, std::max(16, 4 * omp_get_num_procs()));
}

}  // namespace

void stamp(const std::string& command, results::Results& results) {
    results.command = command;
    results.created = now_utc();
    results.version = version;
    results.git_revision = git_revision;
}

void use_threads(int threads) {
    if (threads > 0) omp_set_num_threads(sensible(threads));
}

double needed_memory(const experiment::Experiment& experiment) {
    double needed = 0.0;
    for (const experiment::Variant& variant : experiment.variants)
        for (const auto& route : variant.routes)
            for (const Observable& observable : observables_of(*variant.problem, *route))
                needed += 8.0 * static_cast<double>(observable.size()) *
                          static_cast<double>(experiment.grid.size()) *
                          static_cast<double>(std::max<std::size_t>(route->info.replicas, 1));
    return needed;
}

void check_memory(const experiment::Experiment& experiment, const std::string& name) {
    const double memory = machine_memory();
    const double needed = needed_memory(experiment);
    std::size_t most_replicas = 0;
    for (const experiment::Variant& variant : experiment.variants)
        for (const auto& route : variant.routes)
            most_replicas = std::max(most_replicas, route->info.replicas);
    if (needed > memory)
        throw InputError(
            fmt::format("{}: the trajectories of {} times and up to {} replicas take {:.3g} GB, this machine "
                        "has {:.3g} GB; "
                        "ask for fewer [time] points or fewer replicas",
                        name, experiment.grid.size(), most_replicas, needed / 1e9, memory / 1e9));
}

results::Results solve(const experiment::Experiment& experiment, const RunOptions& options) {
    use_threads(options.threads);
    results::Results results;
    results.title = experiment.title;
    results.paper = experiment.paper;
    results.experiment = experiment.text;
    stamp(options.command, results);
    results.grid = experiment.grid;
    for (const experiment::Variant& variant : experiment.variants) {
        results.starts.push_back({variant.name, variant.problem->start_replicas(), variant.problem->start()});
        for (const auto& route : variant.routes) {
            const std::unique_ptr<Progress> progress =
                options.progress ? options.progress(route->info) : std::make_unique<Progress>();
            results.routes.push_back(solve_route(*route, *variant.problem, experiment.grid,
                                                 omp_get_max_threads(), *progress, options.checkpoint));
        }
    }
    return results;
}

}  // namespace hidyn::run
