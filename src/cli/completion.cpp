// SPDX-License-Identifier: MIT
#include "cli/completion.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "core/error.hpp"
#include "experiment/experiment.hpp"
#include "registry.hpp"

namespace hidyn::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words commands_of(const CLI::App& app) {
    Words names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

Words options_of(const CLI::App& command) {
    Words names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

Words papers_and_figures() {
    Words names;
    for (const Paper& paper : papers()) {
        names.push_back(paper.id);
        for (const Paper::Figure& figure : paper.figures)
            names.push_back(paper.id + "/" + fs::path(figure.file).stem().string());
    }
    return names;
}

std::string kind_in(const experiment::Node& document, const std::string& section) {
    const experiment::Node* kind = document.at_path(section + ".kind");
    return kind != nullptr ? kind->text : "";
}

// "algorithm.learning_rate=": every key that the experiment among the words could have.
Words assignments(const Words& words) {
    const auto file =
        std::ranges::find_if(words, [](const std::string& word) { return word.ends_with(".toml"); });
    if (file == words.end()) return {};
    const experiment::Node document = experiment::parse_toml(experiment::read_experiment_file(*file), *file);
    Words found;
    const auto add = [&](const std::string& section, const std::vector<Key>& keys) {
        for (const Key& key : keys) found.push_back(section + "." + key.name + "=");
    };
    for (const ProblemKind& problem : registry().problems) {
        if (problem.name != kind_in(document, "problem")) continue;
        add("problem", problem.problem_keys);
        for (const AlgorithmKind& algorithm : problem.algorithms) {
            if (algorithm.name != kind_in(document, "algorithm")) continue;
            add("algorithm", algorithm.keys);
            add("data", algorithm.data_keys);
        }
        add("initial", problem.initial_keys);
        add("time", experiment::time_keys());
        if (const experiment::Node* routes = document.find("routes"))
            for (const experiment::Entry& route : routes->entries)
                for (const RouteKind& kind : problem.routes)
                    if (kind.name == kind_in(document, "routes." + route.key))
                        add("routes." + route.key, kind.keys);
    }
    return found;
}

Words candidates(const CLI::App& app, const Words& words) {
    if (words.size() < 2) return commands_of(app);
    const std::string& command = words.front();
    const std::string& before = words[words.size() - 2];
    if (before == "--set" || before == "--sweep") return assignments(words);
    if (words.back().starts_with("-")) {
        for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; }))
            if (one->get_name() == command) return options_of(*one);
        return {};
    }
    if (before.starts_with("-") && before != "--json" && before != "--quick") return {};
    if (command == "reproduce") return papers_and_figures();
    if (command == "describe") return describable_names();
    if (command == "list") return {"problems", "routes", "papers"};
    if (command == "completion") return {"bash", "zsh", "fish"};
    return {};
}

}  // namespace

Words complete(const CLI::App& app, const Words& words) {
    Words found;
    try {
        found = candidates(app, words);
    } catch (const InputError&) {
        return {};  // a file that cannot be read is for the command itself to complain about
    }
    const std::string begun = words.empty() ? "" : words.back();
    std::erase_if(found, [&](const std::string& one) { return !one.starts_with(begun); });
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::string completion_script(const std::string& shell) {
    if (shell == "bash")
        return R"(_hidyn() {
    mapfile -t COMPREPLY < <("$1" completion words "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o bashdefault -o default -F _hidyn hidyn
)";
    if (shell == "zsh")
        return R"(#compdef hidyn
_hidyn() {
    local -a found
    found=("${(@f)$("$words[1]" completion words "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -z "$found" ]]; then _files
    elif [[ "$found[1]" == *= ]]; then compadd -S '' -- "$found[@]"
    else compadd -- "$found[@]"
    fi
}
compdef _hidyn hidyn
)";
    return R"(function __hidyn_words
    set -l line (commandline -opc) (commandline -ct)
    hidyn completion words $line[2..-1] 2>/dev/null
end
complete -c hidyn -a '(__hidyn_words)'
)";
}

}  // namespace hidyn::cli
