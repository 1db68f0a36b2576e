// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <numeric>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/messages.hpp"
#include "cli/progress_bar.hpp"
#include "core/error.hpp"
#include "core/part_file.hpp"
#include "experiment/sweep.hpp"
#include "registry.hpp"
#include "run/batch.hpp"
#include "run/batch_folder.hpp"
#include "run/crew.hpp"
#include "run/index.hpp"
#include "run/point_queue.hpp"
#include "run/point_table.hpp"
#include "run/runner.hpp"
#include "statistics/verdict.hpp"

namespace hidyn::cli {
namespace {

namespace fs = std::filesystem;
using experiment::Sweep;
using run::IndexedPoint;
using run::PointSummary;
using run::Summaries;

std::vector<IndexedPoint> indexed(const Summaries& summaries) {
    std::vector<IndexedPoint> points;
    for (const auto& [point, summary] : summaries) points.push_back({point, summary});
    return points;
}

void make_way(const run::BatchFolder& folder, std::size_t point) {
    if (const std::string aside = folder.make_way(point); !aside.empty())
        inform(fmt::format("a file that is not this point's results was moved to {}", aside));
}

/// Says how the batch stands, and what the program's exit code is.
int conclude(const Summaries& summaries) {
    const run::BatchCounts counts = run::count(summaries);
    fmt::print("{} points: {}\n", summaries.size(), counts.text());
    if (counts.verdicts.contains(statistics::Outcome::disagrees))
        fmt::print(
            "by chance about one verdict in {:.0f} disagrees with a theory that is right: repeat such a "
            "point with "
            "another seed and more replicas\n",
            1.0 / statistics::VerdictOptions{}.level);
    if (counts.unsolved() > 0) return exit_code::failure;
    return counts.all_claims_hold ? exit_code::done : exit_code::claim_failed;
}

void write_index(const Sweep& sweep, const run::BatchFolder& folder, const Summaries& summaries,
                 const std::string& suffix) {
    results::write_index(folder.index_path(suffix), run::make_index(sweep, folder, indexed(summaries)));
}

/// Before the leader lets go of the queue, the other ranks have left it.
struct QueueInUse {
    run::PointQueue& queue;
    run::Crew& crew;
    ~QueueInUse() {
        queue.close();
        crew.wait();
    }
};

std::string folder_of(const SweepArguments& arguments) {
    return arguments.output.empty() ? experiment::standard_name(arguments.file) : arguments.output;
}

/// The part of a rank that does not lead: it solves the points that it is given, and leaves words to the
/// leader.
void help(const SweepArguments& arguments, run::Crew& crew) {
    using Ending = run::Crew::Ending;
    set_quiet(true);
    try {
        const Sweep sweep = experiment::load_sweep(arguments.file, arguments.overrides, arguments.axes);
        const run::BatchFolder folder(folder_of(arguments), sweep);
        watch_for_interrupts();
        std::atomic<std::size_t> finished = 0;
        ProgressBar silent(RouteInfo(), 0.0, false);
        run::BatchOptions options{.command = arguments.command, .next = {}, .done = {}, .progress = &silent};
        options.next = [&] { return crew.ask(finished.exchange(0)); };
        options.done = [&](std::size_t, const PointSummary&) { ++finished; };
        run::run_points(sweep, folder, registry(), options);
    } catch (const InputError&) {
        crew.leave(Ending::done);  // found, and said, by the leader too
    } catch (const Interrupted&) {
        crew.leave(Ending::interrupted);
    } catch (const RunError& error) {
        complain(error.what());
        crew.leave(Ending::failed);
    }
    crew.leave(Ending::done);
}

}  // namespace

int sweep(const SweepArguments& arguments) {
    run::Crew crew;
    run::use_threads(arguments.threads);
    if (!crew.leads()) {
        help(arguments, crew);
        return exit_code::done;  // mpirun kills the others at the first other code: it is the leader's to
                                 // give
    }
    set_quiet(arguments.quiet);
    const run::Shard shard = run::read_shard(arguments.shard);
    const Sweep sweep = experiment::load_sweep(arguments.file, arguments.overrides, arguments.axes);
    const std::string output = folder_of(arguments);
    const run::BatchFolder folder(output, sweep);
    std::vector<std::size_t> missing = run::checked(sweep, shard.points(sweep.points()), registry());
    using Opening = run::BatchFolder::Opening;
    const std::string before = folder.open(arguments.resume  ? Opening::resume
                                           : shard.parts > 1 ? Opening::join
                                                             : Opening::anew);
    if (!before.empty())
        inform(fmt::format("the batch goes on changed: its sweep.toml was moved to {}", before));
    if (const std::size_t strangers = folder.strangers(); strangers > 0)
        inform(fmt::format("{}/points holds {} results files that are of no point of this batch", output,
                           strangers));

    Summaries summaries = folder.look(missing);
    const std::size_t all = missing.size();
    folder.tidy(missing, [&](std::size_t point) { return summaries[point].done(); });
    std::erase_if(missing, [&](std::size_t point) { return summaries[point].done(); });
    for (const std::size_t point : missing) make_way(folder, point);
    if (missing.size() < all)
        inform(fmt::format("{} of {} points are there already", all - missing.size(), all));

    watch_for_interrupts();
    run::PointQueue queue(missing);
    RouteInfo whole;
    whole.name = fmt::format("{} points", missing.size());
    ProgressBar bar(whole, 0.0, !arguments.quiet);
    run::BatchOptions options{.command = arguments.command, .next = {}, .done = {}, .progress = &bar};
    options.share = 1.0 / static_cast<double>(std::max<std::size_t>(missing.size(), 1));
    options.next = [&] { return interrupt_requested() ? std::nullopt : queue.next(); };
    options.done = [&](std::size_t point, const PointSummary& summary) { summaries[point] = summary; };
    using Ending = run::Crew::Ending;
    Ending ending = Ending::done;
    {
        const QueueInUse in_use{queue, crew};
        crew.serve(options.next,
                   [&](std::size_t points) { bar.advance(options.share * static_cast<double>(points)); });
        try {
            run::run_points(sweep, folder, registry(), options);
        } catch (const Interrupted&) {
            ending = Ending::interrupted;
        } catch (const RunError& error) {
            ending = Ending::failed;
            complain(error.what());
        }
        if (ending != Ending::done) queue.close();
        ending = std::max(ending, crew.wait());
    }
    // What other ranks did is in their files.
    std::erase_if(missing,
                  [&](std::size_t point) { return summaries[point].state != run::PointState::missing; });
    for (auto& [point, summary] : folder.look(missing)) summaries[point] = std::move(summary);
    if (ending == Ending::failed) {
        complain(fmt::format("{}: the points that are done are kept; --resume goes on", output));
        return exit_code::failure;
    }
    write_index(sweep, folder, summaries, shard.suffix());
    if (ending == Ending::interrupted) {
        complain(
            fmt::format("interrupted: {} of {} points are done; --resume goes on",
                        std::ranges::count_if(summaries, [](const auto& one) { return one.second.done(); }),
                        summaries.size()));
        return exit_code::interrupted;
    }
    if (!arguments.quiet) std::fputs(run::table(sweep, summaries).c_str(), stdout);
    const int code = conclude(summaries);
    inform(fmt::format("wrote {}", folder.index_path(shard.suffix())));
    return code;
}

int merge(const MergeArguments& arguments) {
    if (arguments.output.empty() && arguments.folders.size() > 1)
        throw InputError("merge: several folders need another one to go to: give it with -o");
    const auto load = [](const std::string& folder) {
        const std::string file = (fs::path(folder) / "sweep.toml").string();
        std::error_code unknown;
        if (!fs::exists(file, unknown))
            throw InputError(fmt::format("{}: holds no batch: there is no sweep.toml", folder));
        return experiment::load_sweep(file, {}, {});
    };
    const Sweep sweep = load(arguments.folders.front());
    for (const std::string& other : arguments.folders)
        if (load(other).text != sweep.text)
            throw InputError(
                fmt::format("{}: holds another batch than {}", other, arguments.folders.front()));
    const std::string output = arguments.output.empty() ? arguments.folders.front() : arguments.output;
    const run::BatchFolder folder(output, sweep);
    static_cast<void>(folder.open(run::BatchFolder::Opening::join));
    std::vector<std::size_t> missing(sweep.points());
    std::iota(missing.begin(), missing.end(), std::size_t{0});
    Summaries summaries = folder.look(missing);
    for (const std::string& from : arguments.folders) {
        std::erase_if(missing, [&](std::size_t point) { return summaries[point].done(); });
        const run::BatchFolder source(from, sweep);
        for (const auto& [point, there] : source.look(missing)) {
            if (!there.done()) continue;
            make_way(folder, point);
            PartFile copy(folder.path_of(point));
            fs::copy_file(source.path_of(point), copy.path);
            copy.move_into_place();
            summaries[point] = there;
        }
    }
    write_index(sweep, folder, summaries, "");
    std::fputs(run::table(sweep, summaries).c_str(), stdout);
    const int code = conclude(summaries);
    inform(fmt::format("wrote {}", folder.index_path()));
    return code;
}

}  // namespace hidyn::cli
