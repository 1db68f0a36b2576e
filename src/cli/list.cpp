// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "registry.hpp"

namespace hidyn::cli {
namespace {

using nlohmann::ordered_json;

void print_problems() {
    fmt::print("problems\n");
    for (const ProblemKind& problem : registry().problems) {
        fmt::print("  {:<24} {}\n", problem.name, problem.summary);
        for (const AlgorithmKind& algorithm : problem.algorithms)
            fmt::print("    {:<22} {}\n", algorithm.name, algorithm.summary);
    }
}

void print_routes() {
    fmt::print("routes\n");
    for (const ProblemKind& problem : registry().problems) {
        fmt::print("  {}\n", problem.name);
        for (const RouteKind& route : problem.routes)
            fmt::print("    {:<14} {:<11} {}\n", route.name, route.theory ? "theory" : "simulation",
                       route.summary);
    }
}

void print_papers() {
    fmt::print("papers\n");
    for (const Paper& paper : papers()) {
        fmt::print("  {:<24} {}\n", paper.id, paper.citation);
        for (const Paper::Figure& figure : paper.figures)
            fmt::print("    {:<30} {}\n", figure.file, figure.shows);
    }
}

}  // namespace

ordered_json listed(const std::string& what) {
    const bool all = what.empty();
    ordered_json json;
    for (const char* part : {"problems", "routes", "papers"})
        if (all || what == part) json[part] = ordered_json::array();
    for (const ProblemKind& problem : registry().problems) {
        if (all || what == "problems") {
            ordered_json entry{{"name", problem.name}, {"summary", problem.summary}};
            for (const AlgorithmKind& algorithm : problem.algorithms)
                entry["algorithms"].push_back(algorithm.name);
            json["problems"].push_back(entry);
        }
        if (all || what == "routes")
            for (const RouteKind& route : problem.routes)
                json["routes"].push_back({{"problem", problem.name},
                                          {"name", route.name},
                                          {"theory", route.theory},
                                          {"summary", route.summary},
                                          {"source", route.source}});
    }
    if (all || what == "papers")
        for (const Paper& paper : papers()) {
            ordered_json entry{{"id", paper.id}, {"title", paper.title}, {"citation", paper.citation}};
            for (const Paper::Figure& figure : paper.figures)
                entry["figures"].push_back(
                    {{"file", (paper.folder / figure.file).string()}, {"shows", figure.shows}});
            json["papers"].push_back(entry);
        }
    return json;
}

int list(const ListArguments& arguments) {
    if (arguments.json) {
        fmt::print("{}\n", listed(arguments.what).dump(2));
        return exit_code::done;
    }
    if (arguments.what.empty() || arguments.what == "problems") print_problems();
    if (arguments.what.empty() || arguments.what == "routes") print_routes();
    if (arguments.what.empty() || arguments.what == "papers") print_papers();
    return exit_code::done;
}

}  // namespace hidyn::cli
