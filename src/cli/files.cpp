// SPDX-License-Identifier: MIT
#include "cli/files.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/part_file.hpp"

namespace hidyn::cli {
namespace {

namespace fs = std::filesystem;

fs::path shared(const std::string& installed, const std::string& in_source) {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path beside = program.parent_path().parent_path() / "share" / "hidyn" / installed;
    if (!error && fs::exists(beside)) return beside;
    return fs::path(HIDYN_SOURCE_DIRECTORY) / in_source;
}

std::string text_at(const experiment::Node& node, const std::string& key) {
    const experiment::Node* found = node.find(key);
    return found != nullptr ? found->text : "";
}

}  // namespace

fs::path plot_script() {
    return shared("plots", "plots") / "hidyn_plot.py";
}

fs::path gallery_script() {
    return shared("plots", "plots") / "hidyn_gallery.py";
}

fs::path manual_script() {
    return shared("plots", "plots") / "hidyn_manual.py";
}

fs::path readme_root() {
    return shared("README.md", "README.md").parent_path();
}

std::string python_program() {
    const char* chosen = std::getenv("HIDYN_PYTHON");
    return chosen != nullptr ? chosen : HIDYN_PYTHON_PROGRAM;
}

std::vector<Paper> papers() {
    std::vector<Paper> found;
    const fs::path folder = shared("papers", "validation/papers");
    if (!fs::is_directory(folder)) return found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string file = (entry.path() / "paper.toml").string();
        const std::optional<std::string> text = read_whole(file);
        if (!text) continue;
        const experiment::Node document = experiment::parse_toml(*text, file);
        Paper paper{.id = entry.path().filename().string(),
                    .folder = entry.path(),
                    .title = text_at(document, "title"),
                    .citation = text_at(document, "citation"),
                    .figures = {}};
        if (const experiment::Node* figures = document.find("figures"))
            for (const experiment::Node& figure : figures->items)
                paper.figures.push_back({text_at(figure, "file"), text_at(figure, "shows")});
        found.push_back(std::move(paper));
    }
    std::ranges::sort(found, {}, &Paper::id);
    return found;
}

}  // namespace hidyn::cli
