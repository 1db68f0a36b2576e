// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/interrupt.hpp"
#include "cli/messages.hpp"
#include "cli/progress_bar.hpp"
#include "cli/python.hpp"
#include "core/error.hpp"
#include "experiment/experiment.hpp"
#include "experiment/section.hpp"
#include "registry.hpp"
#include "results/results.hpp"
#include "run/conclusions.hpp"
#include "run/runner.hpp"

namespace hidyn::cli {
namespace {

namespace fs = std::filesystem;

struct Figure {
    std::string paper, name;
    fs::path file;
    [[nodiscard]] std::string full_name() const { return paper + "/" + name; }
};

struct Outcome {
    std::string name;
    double seconds = 0.0;
    std::size_t claims = 0, hold = 0, disagree = 0;
    std::string failure = {};  ///< why there is no result
};

std::vector<Figure> figures_of(const Paper& paper) {
    std::vector<Figure> found;
    for (const Paper::Figure& figure : paper.figures)
        found.push_back({paper.id, fs::path(figure.file).stem().string(), paper.folder / figure.file});
    return found;
}

void print_all(const std::vector<Paper>& all) {
    for (const Paper& paper : all) {
        fmt::print("{}  {}\n", paper.id, paper.title);
        for (const Paper::Figure& figure : paper.figures)
            fmt::print("  {}/{:<28} {}\n", paper.id, fs::path(figure.file).stem().string(), figure.shows);
    }
    fmt::print("\nhidyn reproduce ID, ID/FIGURE or --all runs them, checks their claims and draws them\n");
}

std::vector<Figure> choose(const ReproduceArguments& arguments, const std::vector<Paper>& all) {
    if (arguments.all && !arguments.what.empty())
        throw InputError(
            fmt::format("--all and {}: name figures, or take all of them", arguments.what.front()));
    std::vector<Figure> chosen;
    std::vector<std::string> names;
    for (const Paper& paper : all) {
        names.push_back(paper.id);
        for (Figure& figure : figures_of(paper)) {
            names.push_back(figure.full_name());
            const bool wanted =
                arguments.all || std::ranges::any_of(arguments.what, [&](const std::string& one) {
                    return one == paper.id || one == figure.full_name();
                });
            if (wanted) chosen.push_back(std::move(figure));
        }
    }
    for (const std::string& one : arguments.what)
        if (std::ranges::find(names, one) == names.end())
            throw InputError(fmt::format("{}: no such paper or figure{}; hidyn reproduce lists them", one,
                                         suggestion(one, names)));
    return chosen;
}

/// Solves, judges and checks one figure into its folder.
Outcome reproduce_one(const Figure& figure, const ReproduceArguments& arguments) {
    Outcome outcome{.name = figure.full_name()};
    const auto begin = std::chrono::steady_clock::now();
    const experiment::Experiment experiment =
        experiment::load(figure.file.string(), {}, registry(), arguments.quick);
    const fs::path folder = fs::path(arguments.output) / figure.paper;
    fs::create_directories(folder);
    const std::string output = (folder / (figure.name + ".h5")).string();
    results::check_writable(output);
    run::check_memory(experiment, figure.file.string());
    run::RunOptions options{.threads = arguments.threads, .command = arguments.command, .progress = {}};
    options.progress = [](const RouteInfo& route) { return std::make_unique<ProgressBar>(route, 0.0, true); };
    results::Results results = run::solve(experiment, options);
    const auto [judgements, claims] = run::conclude(experiment, results);
    results::write(output, results);
    for (const results::RouteResult& route : results.routes)
        if (route.outcome.failed(route.info.replicas))
            outcome.failure = fmt::format("{}: {}", route.info.name, route.outcome.detail);
    outcome.claims = claims.size();
    outcome.hold = static_cast<std::size_t>(std::ranges::count_if(claims, &claims::ClaimResult::passed));
    outcome.disagree =
        static_cast<std::size_t>(std::ranges::count_if(judgements, [](const run::Judgement& one) {
            return one.verdict.outcome == statistics::Outcome::disagrees;
        }));
    outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return outcome;
}

void print_row(const Outcome& outcome) {
    if (!outcome.failure.empty()) {
        fmt::print("{:<52} failed: {}\n", outcome.name, outcome.failure);
        return;
    }
    fmt::print("{:<52} {:>7.1f} s   {:>2} of {:>2} claims{}\n", outcome.name, outcome.seconds, outcome.hold,
               outcome.claims,
               outcome.disagree > 0
                   ? fmt::format("   {} disagreement{}", outcome.disagree, outcome.disagree > 1 ? "s" : "")
                   : "");
    std::fflush(stdout);
}

}  // namespace

int reproduce(const ReproduceArguments& arguments) {
    const std::vector<Paper> all = papers();
    if (arguments.what.empty() && !arguments.all) {
        print_all(all);
        return exit_code::done;
    }
    const std::vector<Figure> chosen = choose(arguments, all);
    run::use_threads(arguments.threads);
    watch_for_interrupts();
    std::error_code refused;
    fs::create_directories(arguments.output, refused);
    if (refused)
        throw InputError(
            fmt::format("{}: the folder cannot be made: {}", arguments.output, refused.message()));
    const std::string page = (fs::path(arguments.output) / "index.html").string();
    std::vector<std::string> words{arguments.output, "-o", page};
    for (const Paper& paper : all) words.insert(words.end(), {"--paper", paper.folder.string()});
    // While one figure is computed, those before it are drawn.
    ScriptBeside gallery(gallery_script().string(), words);
    bool all_hold = true;
    bool all_ran = true;
    bool stopped = false;
    for (const Figure& figure : chosen) {
        Outcome outcome{.name = figure.full_name()};
        try {
            outcome = reproduce_one(figure, arguments);
            gallery.tell(figure.full_name());
        } catch (const Interrupted&) {
            stopped = true;
            break;
        } catch (const std::exception& error) {
            outcome.failure = error.what();
        }
        all_hold = all_hold && outcome.hold == outcome.claims;
        all_ran = all_ran && outcome.failure.empty();
        print_row(outcome);
    }
    const bool all_drawn = gallery.finish() == 0;
    if (stopped) {
        complain(fmt::format("interrupted: {} has the figures that were finished", page));
        return exit_code::interrupted;
    }
    inform(fmt::format("wrote {}", page));
    return !all_ran || !all_drawn ? exit_code::failure : all_hold ? exit_code::done : exit_code::claim_failed;
}

}  // namespace hidyn::cli
