// SPDX-License-Identifier: MIT
#include "run/batch_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/archive.hpp"
#include "core/children.hpp"
#include "core/error.hpp"
#include "core/part_file.hpp"
#include "results/results.hpp"

namespace hidyn::run {
namespace {

namespace fs = std::filesystem;

bool holds_points(const fs::path& points) {
    std::error_code unknown;
    for (const fs::directory_entry& entry : fs::directory_iterator(points, unknown))
        if (entry.path().extension() == ".h5") return true;
    return false;
}

}  // namespace

BatchFolder::BatchFolder(fs::path folder, const experiment::Sweep& sweep)
    : folder_(std::move(folder)), sweep_(sweep) {
    for (std::size_t point = 0; point < sweep.points(); ++point) stems_.push_back(sweep.file_stem(point));
}

std::string BatchFolder::open(Opening opening) const {
    std::error_code error;
    if (fs::exists(folder_, error) && !fs::is_directory(folder_, error))
        throw InputError(fmt::format("{}: is not a folder; give one with -o", folder_.string()));
    const bool in_use = holds_points(folder_ / "points") || fs::exists(folder_ / "index.h5", error);
    if (opening == Opening::join && in_use && read_whole((folder_ / "sweep.toml").string()) != sweep_.text)
        throw InputError(fmt::format(
            "{}: holds another batch, see its sweep.toml; choose another folder with -o", folder_.string()));
    if (opening == Opening::resume && holds_points(folder_ / "points") && !holds_any_of_ours())
        throw InputError(fmt::format(
            "{}: holds another batch, no point of which is one of this (its --set and --sweep are "
            "to be given again); choose another folder with -o",
            folder_.string()));
    if (opening == Opening::anew && in_use)
        throw InputError(
            fmt::format("{}: holds a batch already; --resume goes on with it, or choose another folder "
                        "with -o",
                        folder_.string()));
    fs::create_directories(folder_ / "points", error);
    if (error)
        throw InputError(fmt::format("{}: the folder cannot be made: {}", folder_.string(), error.message()));
    if (!stems_.empty()) results::check_writable((folder_ / "points" / ".writable.h5").string());
    const std::string toml = (folder_ / "sweep.toml").string();
    const std::optional<std::string> before = read_whole(toml);
    if (before == sweep_.text) return "";
    try {
        std::string aside = in_use && before ? move_aside(toml) : "";
        write_whole(toml, sweep_.text);
        return aside;
    } catch (const RunError& failure) {
        throw InputError(failure.what());
    }
}

std::size_t BatchFolder::strangers() const {
    std::set<std::string> own;
    for (std::size_t point = 0; point < stems_.size(); ++point) own.insert(file_name(point));
    std::size_t count = 0;
    std::error_code unknown;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "points", unknown))
        if (entry.path().extension() == ".h5" && !own.contains(entry.path().filename().string())) ++count;
    return count;
}

bool BatchFolder::holds_any_of_ours() const {
    std::error_code unknown;
    for (std::size_t point = 0; point < stems_.size(); ++point)
        if (fs::exists(path_of(point), unknown)) return true;
    return read_whole((folder_ / "sweep.toml").string()) == sweep_.text;
}

std::string BatchFolder::file_name(std::size_t point) const {
    return stems_[point] + ".h5";
}

std::string BatchFolder::path_of(std::size_t point) const {
    return (folder_ / "points" / file_name(point)).string();
}

std::string BatchFolder::index_path(const std::string& part) const {
    return (folder_ / ("index" + part + ".h5")).string();
}

std::vector<std::optional<PointSummary>> BatchFolder::read(
    const std::vector<std::pair<std::size_t, std::string>>& files) const {
    double longest = 0.0;
    for (const auto& [point, path] : files) longest = std::max(longest, results::longest_reading(path));
    const std::vector<std::optional<std::string>> read =
        in_children(files.size(), longest, [&](std::size_t index) {
            const auto& [point, path] = files[index];
            const results::Results results = results::read_unguarded(path);
            if (results.experiment != sweep_.text_at(point)) throw InputError("of another experiment");
            results::check_all(path);
            PointSummary summary = summarize(results, stored_findings(results));
            std::string bytes;
            Archive archive(bytes);
            archive(summary);
            return bytes;
        });
    std::vector<std::optional<PointSummary>> summaries;
    for (const std::optional<std::string>& bytes : read) {
        std::optional<PointSummary>& summary = summaries.emplace_back();
        if (!bytes) continue;
        Archive archive{std::string_view(*bytes)};
        archive(summary.emplace());
    }
    return summaries;
}

std::map<std::size_t, PointSummary> BatchFolder::look(const std::vector<std::size_t>& points) const {
    std::map<std::size_t, PointSummary> found;
    std::vector<std::pair<std::size_t, std::string>> there;
    std::error_code unknown;
    for (const std::size_t point : points) {
        found[point] = missing(point);
        if (fs::is_regular_file(path_of(point), unknown)) there.emplace_back(point, path_of(point));
    }
    const std::vector<std::optional<PointSummary>> summaries = read(there);
    // Truncated, damaged or not ours: as good as absent.
    for (std::size_t index = 0; index < there.size(); ++index)
        if (summaries[index]) found[there[index].first] = *summaries[index];
    return found;
}

PointSummary BatchFolder::missing(std::size_t point) const {
    PointSummary missing;
    if (const auto note = read_whole((folder_ / "points" / (stems_[point] + ".failed")).string())) {
        missing.state = PointState::failed;
        missing.detail = *note;
    }
    return missing;
}

void BatchFolder::tidy(const std::vector<std::size_t>& points,
                       const std::function<bool(std::size_t)>& done) const {
    std::map<std::string, std::size_t> known;
    for (const std::size_t point : points) known[file_name(point)] = point;
    std::error_code unknown;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ / "points", unknown)) {
        const std::string name = entry.path().filename().string();
        const std::size_t place = name.rfind('.');
        const auto point = known.find(name.substr(0, place));
        if (place == std::string::npos || point == known.end()) continue;
        if (abandoned_part(name)) fs::remove(entry.path(), unknown);
        if (name.substr(place) == ".checkpoint" && done(point->second)) fs::remove_all(entry.path(), unknown);
    }
    for (const std::size_t point : points)
        if (done(point)) note_failure(point, "");
}

std::string BatchFolder::make_way(std::size_t point) const {
    std::string aside = move_aside(path_of(point));
    if (aside.empty() || !fs::is_regular_file(aside) || !read({{point, aside}}).front()) return aside;
    fs::rename(aside, path_of(point));
    return "";
}

void BatchFolder::note_failure(std::size_t point, const std::string& sentence) const {
    const fs::path note = folder_ / "points" / (stems_[point] + ".failed");
    std::error_code unknown;
    if (sentence.empty())
        fs::remove(note, unknown);
    else
        write_whole(note.string(), sentence);
}

}  // namespace hidyn::run
