// SPDX-License-Identifier: MIT
#include "cli/program_text.hpp"

#include <CLI/App.hpp>

namespace hidyn::cli {
namespace {

// CLI11 has "INT:INT in [1 - 4096]", "TEXT:{a,b}" and "FLOAT:POSITIVE".
std::string argument_of(const CLI::Option& option) {
    if (option.get_type_size_max() == 0) return "";
    const std::string whole = option.get_type_name();
    const std::size_t colon = whole.find(':');
    if (colon == std::string::npos) return whole;
    const std::string type = whole.substr(0, colon), limits = whole.substr(colon + 1);
    if (limits == "POSITIVE") return type + " > 0";
    if (limits == "NONNEGATIVE") return type + " >= 0";
    return limits;
}

OptionText text_of(const CLI::Option& option) {
    OptionText text{.names = {},
                    .argument = argument_of(option),
                    .meaning = option.get_description(),
                    .standard = option.get_default_str(),
                    .required = option.get_required(),
                    .positional = option.get_positional(),
                    .several = option.get_positional() && option.get_items_expected_max() > 1};
    if (text.positional) {
        text.names.push_back(option.get_name(true));
        return text;
    }
    for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
    return text;
}

}  // namespace

std::string CommandText::usage() const {
    std::string line = "hidyn " + name;
    bool optional = false;
    for (const OptionText& option : options) optional = optional || !option.positional;
    if (optional) line += " [OPTIONS]";
    for (const OptionText& option : options) {
        if (!option.positional) continue;
        const std::string word = option.names.front() + (option.several ? "..." : "");
        line += option.required ? " " + word : " [" + word + "]";
    }
    return line;
}

ProgramText text_of(const CLI::App& app, const std::string& version) {
    ProgramText program{.summary = app.get_description(), .version = version, .commands = {}};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        CommandText text{.name = command->get_name(), .summary = command->get_description(), .options = {}};
        for (const CLI::Option* option : command->get_options())
            if (option != command->get_help_ptr()) text.options.push_back(text_of(*option));
        program.commands.push_back(std::move(text));
    }
    return program;
}

}  // namespace hidyn::cli
