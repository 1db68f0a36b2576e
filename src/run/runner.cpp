#include "run/runner.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <omp.h>

#include <chrono>
#include <ctime>

#include "run/version.hpp"

namespace hidyn::run {
namespace {

std::string now_utc() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

results::RouteResult solve_route(const Route& route, const Problem& problem, const TimeGrid& grid,
                                 int threads, Progress& progress) {
    const auto begin = std::chrono::steady_clock::now();
    Recorder recorder(problem.observables(), route.info.replicas, grid.size());
    results::RouteResult result;
    result.info = route.info;
    result.outcome = route.solve(grid, recorder, progress);
    result.trajectory = recorder.take();
    result.threads = threads;
    result.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

}  // namespace

results::Results solve(const experiment::Experiment& experiment, const RunOptions& options) {
    if (options.threads > 0) omp_set_num_threads(options.threads);
    results::Results results;
    results.title = experiment.title;
    results.paper = experiment.paper;
    results.experiment = experiment.text;
    results.command = options.command;
    results.created = now_utc();
    results.version = version;
    results.git_revision = git_revision;
    results.grid = experiment.grid;
    for (const experiment::Variant& variant : experiment.variants) {
        results.starts.push_back({variant.name, variant.problem->start_replicas(), variant.problem->start()});
        for (const auto& route : variant.routes) {
            const std::unique_ptr<Progress> progress =
                options.progress ? options.progress(route->info) : std::make_unique<Progress>();
            results.routes.push_back(
                solve_route(*route, *variant.problem, experiment.grid, omp_get_max_threads(), *progress));
        }
    }
    return results;
}

}  // namespace hidyn::run
