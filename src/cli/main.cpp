// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/messages.hpp"
#include "cli/program_text.hpp"
#include "core/error.hpp"
#include "core/words.hpp"
#include "experiment/section.hpp"
#include "run/version.hpp"

namespace {

namespace cli = hidyn::cli;

std::string command_line(int argc, char** argv) {
    std::string line = "hidyn";
    for (int index = 1; index < argc; ++index) line += std::string(" ") + argv[index];
    return line;
}

int guarded(const std::function<int()>& command) {
    try {
        const int code = command();
        // What is still in the buffer may find the disk full or the reader gone.
        if (std::fflush(stdout) != 0) throw hidyn::RunError("standard output could not be written");
        return code;
    } catch (const hidyn::InputError& error) {
        for (const std::string& sentence : error.messages) cli::complain(sentence);
        return cli::exit_code::bad_input;
    } catch (const hidyn::Interrupted&) {
        cli::complain("interrupted: nothing was written, an older results file is untouched");
        return cli::exit_code::interrupted;
    } catch (const std::filesystem::filesystem_error& error) {
        cli::complain(fmt::format("{}: {}", error.path1().string(), error.code().message()));
        return error.code() == std::errc::filename_too_long ? cli::exit_code::bad_input
                                                            : cli::exit_code::failure;
    } catch (const std::bad_alloc&) {
        cli::complain("this machine has not enough memory for it");
        return cli::exit_code::failure;
    } catch (const std::exception& error) {
        cli::complain(error.what());
        return cli::exit_code::failure;
    }
}

// The parser only says that a sub-command is missing, whatever stands in its place.
std::string usage_mistake(const CLI::App& app, int argc, char** argv, const std::string& message) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    const std::string first = argc > 1 ? argv[1] : "";
    if (first.empty() || first.starts_with("-") || std::ranges::find(names, first) != names.end())
        return message + "; see hidyn --help";
    return fmt::format("there is no command \"{}\"; there are {}{}", first, hidyn::joined(names, ", "),
                       hidyn::suggestion(first, names));
}

// A native build on an older processor would otherwise end in an illegal instruction.
bool machine_is_capable() {
#if defined(__x86_64__) && defined(HIDYN_NATIVE) && defined(__AVX512F__)
    return __builtin_cpu_supports("avx512f") != 0;
#elif defined(__x86_64__) && defined(HIDYN_NATIVE) && defined(__AVX2__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return true;
#endif
}

/// A number within these bounds, which NaN, beyond none and within none, is not. A seed is one, too: the
/// parser would turn -1 into a large one.
CLI::Validator within(double least, double most) {
    const std::string range = fmt::format("{:.16g} to {:.16g}", least, most);
    return CLI::Validator(
        [=](const std::string& text) {
            double value = 0.0;
            const bool number = CLI::detail::lexical_cast(text, value);
            return number && value >= least && value <= most
                       ? std::string()
                       : fmt::format("{} is not within {}", text, range);
        },
        "in [" + range + "]");
}

/// Further away a square, a sum or a product overflows.
constexpr double largest_option = 1e50;
constexpr double smallest_option = 1e-50;

// Options that several commands share.
void add_texts(CLI::App* command, const std::string& name, std::vector<std::string>& texts,
               const std::string& meaning) {
    command->add_option(name, texts, meaning)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_overrides(CLI::App* command, std::vector<std::string>& overrides) {
    add_texts(command, "--set", overrides, "override a key, e.g. algorithm.learning_rate=0.3");
}

void add_threads(CLI::App* command, int& threads) {
    command->add_option("--threads", threads, "number of threads; results do not depend on it")
        ->check(within(1, 4096));
}

}  // namespace

int main(int argc, char** argv) {
    if (!machine_is_capable()) {
        cli::complain(
            "this hidyn was built for a processor with wider vector instructions; build it here, or with "
            "the preset \"portable\"");
        return cli::exit_code::failure;
    }
    CLI::App app{"hidyn: does the high-dimensional theory describe the finite-size algorithm?"};
    const std::string version = fmt::format("hidyn {} ({})", hidyn::run::version, hidyn::run::git_revision);
    app.set_version_flag("--version", version);
    app.require_subcommand(1);
    std::function<int()> chosen;

    cli::RunArguments run;
    run.command = command_line(argc, argv);
    CLI::App* run_command = app.add_subcommand("run", "solve an experiment along all its routes and judge");
    run_command->add_option("experiment", run.file, "the experiment file (TOML); - reads standard input")
        ->required();
    run_command->add_option("-o,--output", run.output,
                            "the results file; standard: the experiment's name with .h5");
    add_overrides(run_command, run.overrides);
    add_threads(run_command, run.threads);
    run_command->add_flag("--quiet", run.quiet, "only the verdict, no progress");
    run_command->add_flag("--json", run.json, "the verdict's numbers as JSON");
    run_command->add_flag("--resume", run.resume,
                          "go on where an interrupted start stopped, to the same datasets");
    run_command->add_option("--checkpoint", run.checkpoint, "seconds between two states kept of a long run")
        ->check(within(0, 1e6))
        ->capture_default_str();
    run_command->callback([&] { chosen = [&] { return cli::run(run); }; });

    cli::CompareArguments compare;
    CLI::App* compare_command = app.add_subcommand("compare", "the statistics of a results file as a table");
    compare_command->add_option("results", compare.file, "a results file")->required();
    compare_command->add_flag("--json", compare.json, "as JSON");
    compare_command->callback([&] { chosen = [&] { return cli::compare(compare); }; });

    cli::PlotArguments plot;
    CLI::App* plot_command = app.add_subcommand("plot", "draw theory lines over simulation points");
    plot_command->add_option("results", plot.file, "a results file, or the folder of a batch")->required();
    plot_command->add_option(
        "-o,--output", plot.output,
        "FIG.png, .pdf, .svg or an interactive .html; standard: the results' name with .png");
    plot_command->add_option("--observables", plot.observables,
                             "comma-separated, instead of the usual choice");
    plot_command->callback([&] { chosen = [&] { return cli::plot(plot); }; });

    cli::ReproduceArguments reproduce;
    reproduce.command = run.command;
    CLI::App* reproduce_command =
        app.add_subcommand("reproduce", "run papers' figures, check their claims, draw them into a gallery");
    reproduce_command->add_option("what", reproduce.what,
                                  "papers (saxe-2014) or figures (saxe-2014/modes); none: list them");
    reproduce_command->add_flag("--all", reproduce.all, "every figure of every paper");
    reproduce_command->add_flag("--quick", reproduce.quick, "smaller sizes, for a first look");
    reproduce_command
        ->add_option("-o,--output", reproduce.output, "folder of results, figures and the page index.html")
        ->capture_default_str();
    add_threads(reproduce_command, reproduce.threads);
    reproduce_command->callback([&] { chosen = [&] { return cli::reproduce(reproduce); }; });

    cli::SweepArguments sweep;
    sweep.command = run.command;
    CLI::App* sweep_command =
        app.add_subcommand("sweep", "run an experiment at every point of its section [sweep], into a folder");
    sweep_command->add_option("experiment", sweep.file, "the experiment file (TOML); - reads standard input")
        ->required();
    sweep_command->add_option("-o,--output", sweep.output,
                              "the batch's folder; standard: the experiment's name");
    add_overrides(sweep_command, sweep.overrides);
    add_texts(sweep_command, "--sweep", sweep.axes,
              "vary a key, e.g. data.sample_ratio=[1,2,4] or "
              "algorithm.learning_rate={from=0.1,to=10,points=7,spacing=\"log\"}");
    sweep_command->add_option("--shard", sweep.shard,
                              "I/N: only every N-th point, from the I-th; merge them later");
    sweep_command->add_flag("--resume", sweep.resume, "go on where an earlier start stopped");
    add_threads(sweep_command, sweep.threads);
    sweep_command->add_flag("--quiet", sweep.quiet, "no table, no progress");
    sweep_command->callback([&] { chosen = [&] { return cli::sweep(sweep); }; });

    cli::MergeArguments merge;
    CLI::App* merge_command = app.add_subcommand(
        "merge", "the index of a batch from the points that are there, of one folder or several");
    merge_command->add_option("folders", merge.folders, "folders of the same batch")->required();
    merge_command->add_option("-o,--output", merge.output,
                              "the folder of all; standard: the only one, in place");
    merge_command->callback([&] { chosen = [&] { return cli::merge(merge); }; });

    cli::InferArguments infer;
    infer.command = run.command;
    CLI::App* infer_command = app.add_subcommand(
        "infer",
        "from your own data: test loss along the path, where to stop, intervals for the coefficients");
    infer_command->add_option("data", infer.file, "an HDF5 file with inputs (n x d) and labels (n)")
        ->required();
    infer_command->add_option("--inputs", infer.inputs, "name of the dataset of inputs")
        ->capture_default_str();
    infer_command->add_option("--labels", infer.labels, "name of the dataset of labels")
        ->capture_default_str();
    infer_command->add_option("--loss", infer.loss, "square, logistic (labels 1 and -1, or 1 and 0) or huber")
        ->check(CLI::IsMember({"square", "logistic", "huber"}))
        ->capture_default_str();
    infer_command->add_option("--loss-scale", infer.loss_scale, "where huber turns linear")
        ->check(within(smallest_option, largest_option))
        ->capture_default_str();
    infer_command
        ->add_option("--method", infer.method, "gradient-descent, heavy-ball, nesterov, ista or fista")
        ->check(CLI::IsMember({"gradient-descent", "heavy-ball", "nesterov", "ista", "fista"}))
        ->capture_default_str();
    infer_command
        ->add_option("--learning-rate", infer.learning_rate,
                     "for the loss summed over samples, inputs of variance 1 / d; absent: one over the "
                     "largest curvature")
        ->check(within(smallest_option, largest_option));
    infer_command->add_option("--ridge", infer.ridge, "adds ridge / 2 |theta|^2")
        ->check(within(0, largest_option));
    infer_command->add_option("--l1", infer.l1, "adds l1 |theta|_1; for ista and fista")
        ->check(within(0, largest_option));
    infer_command->add_option("--momentum", infer.momentum, "for heavy-ball and nesterov")
        ->check(within(0, 0.9999));
    infer_command->add_option("--iterations", infer.iterations, "iterations")
        ->check(within(1, 2000))
        ->capture_default_str();
    infer_command
        ->add_option("--hold-out", infer.hold_out,
                     "share of the samples kept from training, to test the estimates")
        ->check(within(0, 0.9));
    infer_command->add_option("--seed", infer.seed, "which samples are held out")
        ->check(within(0, 0x1p53))
        ->capture_default_str();
    infer_command->add_option("-o,--output", infer.output,
                              "the results file; standard: the data's name with -inference.h5");
    infer_command->add_flag("--quiet", infer.quiet, "no table");
    infer_command->add_flag("--json", infer.json, "the table as JSON");
    infer_command->callback([&] { chosen = [&] { return cli::infer(infer); }; });

    cli::ListArguments list;
    CLI::App* list_command = app.add_subcommand("list", "problems, routes and papers");
    list_command->add_option("what", list.what, "problems, routes or papers; standard: all")
        ->check(CLI::IsMember({"problems", "routes", "papers"}));
    list_command->add_flag("--json", list.json, "as JSON");
    list_command->callback([&] { chosen = [&] { return cli::list(list); }; });

    cli::DescribeArguments describe;
    CLI::App* describe_command =
        app.add_subcommand("describe", "the mathematics, keys, scalings, observables and sources of a name");
    describe_command
        ->add_option("name", describe.name, "a problem, route, algorithm, observable, section or paper")
        ->required();
    describe_command->add_flag("--json", describe.json, "as JSON");
    describe_command->callback([&] { chosen = [&] { return cli::describe(describe); }; });

    cli::ManualArguments manual;
    CLI::App* manual_command = app.add_subcommand(
        "manual", "everything about problems, theories, papers, keys and commands, as one page to search");
    manual_command->add_option("-o,--output", manual.output, "the page; standard: manual.html");
    manual_command->add_option("--gallery", manual.gallery,
                               "a folder made by hidyn reproduce, whose pictures the page shows");
    manual_command->add_flag("--man", manual.man,
                             "the man page instead, to standard output unless -o names a file");
    manual_command->callback(
        [&] { chosen = [&] { return cli::manual(manual, cli::text_of(app, version)); }; });

    std::string shell;
    CLI::App* completion_command = app.add_subcommand(
        "completion", "what a shell needs to complete hidyn's words, e.g. source <(hidyn completion bash)");
    completion_command->add_option("shell", shell, "bash, zsh or fish")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}))
        ->required();
    completion_command->callback([&] {
        chosen = [&] {
            fmt::print("{}", cli::completion_script(shell));
            return cli::exit_code::done;
        };
    });
    // The shell's own question, whose words are anything.
    if (argc > 2 && argv[1] == std::string("completion") && argv[2] == std::string("words")) {
        for (const std::string& word : cli::complete(app, {argv + 3, argv + argc})) fmt::print("{}\n", word);
        return cli::exit_code::done;
    }

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        cli::complain(usage_mistake(app, argc, argv, error.what()));
        return cli::exit_code::bad_input;
    }
    return guarded(chosen);
}
