#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>

#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "core/error.hpp"
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
    return fmt::format("there is no command \"{}\"; there are {}{}", first, fmt::join(names, ", "),
                       hidyn::experiment::suggestion(first, names));
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

}  // namespace

int main(int argc, char** argv) {
    if (!machine_is_capable()) {
        cli::complain(
            "this hidyn was built for a processor with wider vector instructions; build it here, or with "
            "the preset \"portable\"");
        return cli::exit_code::failure;
    }
    CLI::App app{"hidyn: does the high-dimensional theory describe the finite-size algorithm?"};
    app.set_version_flag("--version",
                         fmt::format("hidyn {} ({})", hidyn::run::version, hidyn::run::git_revision));
    app.require_subcommand(1);
    std::function<int()> chosen;

    cli::RunArguments run;
    run.command = command_line(argc, argv);
    CLI::App* run_command = app.add_subcommand("run", "solve an experiment along all its routes and judge");
    run_command->add_option("experiment", run.file, "the experiment file (TOML)")->required();
    run_command->add_option("-o,--output", run.output,
                            "the results file; standard: the experiment's name with .h5");
    run_command->add_option("--set", run.overrides, "override a key, e.g. algorithm.learning_rate=0.3")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    run_command->add_option("--threads", run.threads, "number of threads; results do not depend on it")
        ->check(CLI::Range(1, 4096));
    run_command->add_flag("--quiet", run.quiet, "only the verdict, no progress");
    run_command->add_flag("--json", run.json, "the verdict's numbers as JSON");
    run_command->callback([&] { chosen = [&] { return cli::run(run); }; });

    cli::CompareArguments compare;
    CLI::App* compare_command = app.add_subcommand("compare", "the statistics of a results file as a table");
    compare_command->add_option("results", compare.file, "a results file")->required();
    compare_command->add_flag("--json", compare.json, "as JSON");
    compare_command->callback([&] { chosen = [&] { return cli::compare(compare); }; });

    cli::PlotArguments plot;
    CLI::App* plot_command = app.add_subcommand("plot", "draw theory lines over simulation points");
    plot_command->add_option("results", plot.file, "a results file")->required();
    plot_command->add_option("-o,--output", plot.output,
                             "FIG.png, .pdf or .svg; standard: the results' name with .png");
    plot_command->add_option("--observables", plot.observables,
                             "comma-separated, instead of the usual choice");
    plot_command->callback([&] { chosen = [&] { return cli::plot(plot); }; });

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

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        cli::complain(usage_mistake(app, argc, argv, error.what()));
        return cli::exit_code::bad_input;
    }
    return guarded(chosen);
}
