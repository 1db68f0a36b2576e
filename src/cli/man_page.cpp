// SPDX-License-Identifier: MIT
#include "cli/man_page.hpp"

#include <fmt/format.h>

#include <cctype>

namespace hidyn::cli {
namespace {

// No text may look like a request, and hyphens are those that a terminal copies.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\\')
            out += "\\e";
        else if (letter == '-')
            out += "\\-";
        else if (letter == ',')
            out += ",\\:";  // long values may be broken there
        else
            out += letter;
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string bold(const std::string& text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + escaped(text) + "\\fR";
}

std::string head_of(const OptionText& option) {
    if (option.positional) return italic(option.names.front() + (option.several ? "..." : ""));
    std::string head;
    for (const std::string& name : option.names) head += (head.empty() ? "" : ", ") + bold(name);
    return option.argument.empty() ? head : head + " " + italic(option.argument);
}

std::string sentence(std::string text) {
    if (!text.empty())
        text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return escaped(text) + ".";
}

std::string entry(const std::string& head, const std::string& text) {
    return fmt::format(".TP\n{}\n{}\n", head, text);
}

std::string option_entry(const OptionText& option) {
    std::string text = escaped(option.meaning);
    if (option.required && !option.positional) text += " (required)";
    if (!option.standard.empty()) text += escaped("; standard: " + option.standard);
    return entry(head_of(option), text);
}

std::string example(const std::string& why, const std::string& line) {
    return fmt::format(".TP\n{}\n{}\n", bold(line), escaped(why));
}

constexpr const char* description = R"(.PP
An experiment, written once in a TOML file, is solved along several independent routes: finite\-size simulations on real
vectors, and theories of the limit of high dimension.
All report the same observables on the same time grid into one HDF5 file.
They are compared with statistics, the predictions that the file claims are checked, and the figure is drawn.
.PP
Results and tables go to standard output, messages and progress to standard error.
)";

constexpr const char* ending = R"(.SH SEE ALSO
.BR hidyn\ describe ,
which prints the mathematics, keys and observables of any name;
.BR hidyn\ manual ,
which writes all of it as one page to search.
)";

}  // namespace

std::string man_page(const ProgramText& program) {
    const std::string version = program.version.substr(0, program.version.find(" ("));
    std::string page = fmt::format(".TH HIDYN 1 \"\" \"{}\" \"User commands\"\n", escaped(version));
    page += ".nh\n.ad l\n.SH NAME\nhidyn \\- high\\-dimensional theory beside finite\\-size algorithms\n";
    page += ".SH SYNOPSIS\n.nf\n";
    for (const CommandText& command : program.commands) page += escaped(command.usage()) + "\n";
    page +=
        escaped("hidyn --version") + "\n" + escaped("hidyn [COMMAND] --help") + "\n.fi\n.SH DESCRIPTION\n";
    page += description;
    page += ".SH COMMANDS\n";
    for (const CommandText& command : program.commands) {
        page += fmt::format(".SS hidyn {}\n{}\n", escaped(command.name), sentence(command.summary));
        for (const OptionText& option : command.options) page += option_entry(option);
    }
    page += ".SH EXIT STATUS\n";
    page += entry("0", "done, and all claims hold");
    page += entry("1", "a claim failed");
    page += entry("2", "bad input; nothing was written");
    page += entry("3", "a failure while running");
    page += entry("130", "interrupted; an older results file is untouched");
    page += ".SH FILES\n";
    page += entry(italic("EXPERIMENT.h5"), "the results; complete or absent");
    page += entry(italic("RESULTS.h5.checkpoint"), escaped("what a long run keeps for --resume"));
    page += entry(italic("PREFIX/share/hidyn/papers"), "reproduced papers, an experiment file per figure");
    page += entry(italic("PREFIX/share/doc/hidyn/manual.html"), "the manual");
    page += ".SH ENVIRONMENT\n";
    page += entry(bold("HIDYN_PYTHON"), escaped("the Python that draws figures and writes the manual, "
                                                "instead of the one found when hidyn was built"));
    page += ".SH EXAMPLES\n";
    page += example("routes, comparison, verdict; writes question.h5", "hidyn run question.toml");
    page +=
        example("theory lines over simulation points, to zoom", "hidyn plot question.h5 -o question.html");
    page += example("another learning rate",
                    "hidyn run question.toml --set algorithm.learning_rate=0.3 -o slow.h5");
    page += example("a batch: one results file per point, and an index",
                    "hidyn sweep question.toml --sweep problem.label_noise=[0.0,0.1]");
    page += example("a paper's figures with its predictions checked", "hidyn reproduce saxe-2014");
    page += example("the mathematics, every key, scaling and observable", "hidyn describe committee");
    return page + ending;
}

}  // namespace hidyn::cli
