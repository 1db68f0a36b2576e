// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/interrupt.hpp"
#include "cli/messages.hpp"
#include "cli/progress_bar.hpp"
#include "cli/report.hpp"
#include "core/error.hpp"
#include "core/open_file.hpp"
#include "experiment/experiment.hpp"
#include "registry.hpp"
#include "results/index.hpp"
#include "results/results.hpp"
#include "run/checkpoint_folder.hpp"
#include "run/conclusions.hpp"
#include "run/runner.hpp"

namespace hidyn::cli {
namespace {

// The steps of all replicas of a simulation; 0 where there are none to count.
double all_steps(const experiment::Experiment& experiment, const RouteInfo& route) {
    if (route.theory) return 0.0;
    const auto variant = std::ranges::find(experiment.variants, route.variant, &experiment::Variant::name);
    return experiment.grid.end() * static_cast<double>(route.replicas) *
           variant->problem->steps_per_unit_time(static_cast<double>(route.d));
}

// What an earlier start left is gone on with, or not lost without being asked for.
void begin(run::CheckpointFolder& checkpoint, const std::string& folder, bool resume) {
    using Found = run::CheckpointFolder::Found;
    const Found found = [&] {
        try {
            return checkpoint.found();
        } catch (const RunError& error) {
            throw InputError(error.what());
        }
    }();
    if (found == Found::in_use)
        throw InputError(fmt::format(
            "{}: another run with this output is at work; wait for its end, or choose another -o", folder));
    if (found == Found::same && !resume)
        throw InputError(
            fmt::format("{}: holds an unfinished run of this experiment; --resume goes on with it, "
                        "or remove the folder",
                        folder));
    if (found == Found::other && resume)
        throw InputError(
            fmt::format("{}: is of another experiment, or of another build of hidyn, whose bytes would "
                        "differ; leave --resume out to move it aside and start anew",
                        folder));
    if (found == Found::same) checkpoint.resume();
    if (const std::string aside = checkpoint.make_way(); !aside.empty())
        warn(fmt::format("{} was moved to {}",
                         found == Found::other
                             ? "an unfinished run of another experiment, or of another build of hidyn,"
                             : "something that is no checkpoint",
                         aside));
    if (resume && found == Found::nothing) inform("there is no checkpoint: starting at the beginning");
}

}  // namespace

int run(const RunArguments& arguments) {
    set_quiet(arguments.quiet);
    run::use_threads(arguments.threads);
    const experiment::Experiment experiment =
        experiment::load(arguments.file, arguments.overrides, registry());
    const std::string output =
        arguments.output.empty() ? experiment::standard_name(arguments.file) + ".h5" : arguments.output;
    // What is written replaces what is there as a whole: the file that a link leads to, not the link.
    const std::string target = behind_links(output);
    if (experiment.sweeps) inform("the section [sweep] is left out: hidyn sweep runs its points");
    results::check_writable(target);
    run::check_memory(experiment, arguments.file);

    run::CheckpointFolder checkpoint(output + ".checkpoint", experiment, arguments.checkpoint);
    begin(checkpoint, output + ".checkpoint", arguments.resume);

    watch_for_interrupts();
    run::RunOptions options{.threads = arguments.threads, .command = arguments.command, .progress = {}};
    options.checkpoint = &checkpoint;
    options.progress = [&](const RouteInfo& route) {
        return std::make_unique<ProgressBar>(route, all_steps(experiment, route), !arguments.quiet);
    };
    results::Results results;
    try {
        results = run::solve(experiment, options);
    } catch (const Interrupted&) {
        checkpoint.flush();
        const bool kept = checkpoint.found() == run::CheckpointFolder::Found::same;
        complain(!checkpoint.failure().empty() ? "interrupted; " + checkpoint.failure()
                 : kept                        ? "interrupted: --resume goes on from here"
                                               : "interrupted before anything was worth keeping");
        return exit_code::interrupted;
    }
    if (!checkpoint.failure().empty()) warn(checkpoint.failure());
    const auto [judgements, claims] = run::conclude(experiment, results);
    results::write(target, results);
    checkpoint.discard();

    if (arguments.json)
        print_json(results, judgements, claims);
    else
        print_report(results, judgements, claims, arguments.quiet);
    inform(fmt::format("wrote {}", output));
    const bool failed = std::ranges::any_of(results.routes, [](const results::RouteResult& route) {
        return route.outcome.failed(route.info.replicas);
    });
    if (failed) return exit_code::failure;
    const bool all_hold = std::ranges::all_of(claims, &claims::ClaimResult::passed);
    return all_hold ? exit_code::done : exit_code::claim_failed;
}

int compare(const CompareArguments& arguments) {
    const std::string file = results::file_meant(arguments.file);
    if (results::is_index(file))
        throw InputError(fmt::format(
            "{}: is the index of a batch: hidyn merge prints its table, hidyn plot draws it; compare "
            "takes one of its results files",
            file));
    const results::Results results = results::read(file);
    const std::vector<run::Judgement> judgements = run::judge(results);
    if (arguments.json)
        print_json(results, judgements, {});
    else
        print_report(results, judgements, {}, false);
    return exit_code::done;
}

}  // namespace hidyn::cli
