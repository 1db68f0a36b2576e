// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/man_page.hpp"
#include "cli/program_text.hpp"
#include "cli/python.hpp"
#include "core/error.hpp"
#include "core/part_file.hpp"

namespace hidyn::cli {
namespace {

using nlohmann::ordered_json;

ordered_json as_json(const ProgramText& program) {
    ordered_json json{{"summary", program.summary}, {"version", program.version}};
    for (const CommandText& command : program.commands) {
        ordered_json entry{{"name", command.name},
                           {"summary", command.summary},
                           {"usage", command.usage()},
                           {"options", ordered_json::array()}};
        for (const OptionText& option : command.options)
            entry["options"].push_back({{"names", option.names},
                                        {"argument", option.argument},
                                        {"meaning", option.meaning},
                                        {"standard", option.standard},
                                        {"required", option.required},
                                        {"positional", option.positional}});
        json["commands"].push_back(entry);
    }
    return json;
}

int write_man_page(const ManualArguments& arguments, const ProgramText& program) {
    const std::string page = man_page(program);
    if (arguments.output.empty()) {
        fmt::print("{}", page);
        return exit_code::done;
    }
    write_whole(arguments.output, page);
    return exit_code::done;
}

}  // namespace

int manual(const ManualArguments& arguments, const ProgramText& program) {
    if (arguments.man && !arguments.gallery.empty())
        throw InputError("--man and --gallery: a man page shows no pictures");
    if (arguments.man) return write_man_page(arguments, program);
    if (!arguments.gallery.empty() && !std::filesystem::is_directory(arguments.gallery))
        throw InputError(fmt::format("--gallery {}: there is no such folder; hidyn reproduce makes one",
                                     arguments.gallery));
    const std::string output = arguments.output.empty() ? "manual.html" : arguments.output;
    std::vector<std::string> words{readme_root().string(), "-o", output};
    if (!arguments.gallery.empty()) words.insert(words.end(), {"--gallery", arguments.gallery});
    ScriptBeside script(manual_script().string(), words);
    script.tell(
        ordered_json{{"program", as_json(program)}, {"listed", listed("")}, {"described", described()}}
            .dump());
    const int code = script.finish();
    if (code == exit_code::bad_input) return exit_code::bad_input;
    if (code != 0) return exit_code::failure;
    fmt::print("{}\n", output);
    return exit_code::done;
}

}  // namespace hidyn::cli
