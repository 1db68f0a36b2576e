// SPDX-License-Identifier: MIT
#include "run/checkpoint_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/open_file.hpp"
#include "core/part_file.hpp"
#include "run/version.hpp"

namespace hidyn::run {
namespace {

namespace fs = std::filesystem;

/// Runs shorter than this have nothing to lose.
constexpr double worth_keeping = 5.0;

std::string instruction_set() {
#if defined(__AVX512F__)
    return "avx512";
#elif defined(__AVX2__)
    return "avx2";
#else
    return "portable";
#endif
}

/// A name and bytes, with their lengths before and a checksum behind them.
std::string record(const std::string& name, const std::string& bytes, std::uint64_t seal) {
    std::string made;
    std::uint64_t name_size = name.size();
    std::uint64_t size = bytes.size();
    Archive archive(made);
    archive(name_size, size);
    made += name;
    made += bytes;
    std::uint64_t sum = fnv1a(made, seal);
    archive(sum);
    return made;
}

struct Record {
    std::string name;
    std::uint64_t size = 0;   ///< of the bytes
    std::uint64_t begin = 0;  ///< of the bytes, in the record
    std::uint64_t end = 0;    ///< of the record
};

/// The record at the beginning of `bytes`, if it is whole and of this seal.
std::optional<Record> parse(std::string_view bytes, std::uint64_t seal) {
    constexpr std::uint64_t word = sizeof(std::uint64_t);
    if (bytes.size() < 3 * word) return {};
    std::uint64_t name_size = 0;
    std::uint64_t size = 0;
    Archive{bytes}(name_size, size);
    const std::uint64_t room = bytes.size() - 3 * word;
    if (name_size > room || size > room - name_size) return {};
    const std::uint64_t body = 2 * word + name_size + size;
    std::uint64_t sum = 0;
    Archive{bytes.substr(body, word)}(sum);
    if (sum != fnv1a(bytes.substr(0, body), seal)) return {};
    return Record{std::string(bytes.substr(2 * word, name_size)), size, 2 * word + name_size, body + word};
}

std::string read_file(const fs::path& path) {
    const OpenFile file = open_own(path.string(), O_RDONLY);
    return file ? file.read() : "";
}

/// Whether another process holds the lock of this file. Where a file system knows no locks nobody does.
bool locked_by_another(int file) {
    return flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Whether something is there that is not the beginning of a checkpoint whose writer was killed.
bool holds_foreign(const fs::path& folder) {
    std::error_code unknown;
    if (fs::exists(folder, unknown) && !fs::is_directory(folder, unknown)) return true;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, unknown)) {
        const std::string name = entry.path().filename().string();
        const bool begun = name.starts_with("run.part-") ||
                           (name == "finished" && entry.is_regular_file() && entry.file_size() == 0);
        if (!begun) return true;
    }
    return false;
}

double seconds_since(std::chrono::steady_clock::time_point then) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, const experiment::Experiment& experiment, double interval)
    : folder_(std::move(folder)),
      identity_(fmt::format("hidyn {} {} {}\n{}", version, git_revision, instruction_set(), experiment.text)),
      seal_(fnv1a(identity_)),
      interval_(interval),
      begun_(std::chrono::steady_clock::now()),
      synced_(begun_) {}

template <class Action>
void CheckpointFolder::guarded(Action action) {
    if (!failure_.empty()) return;
    try {
        action();
    } catch (const std::exception& error) {
        failure_ = fmt::format("{}: no checkpoint can be kept: {}", folder_.string(), error.what());
    }
}

CheckpointFolder::Found CheckpointFolder::found() const {
    check_own_folder(folder_.string());
    if (!log_) {
        const OpenFile file = open_own((folder_ / "finished").string(), O_RDONLY);
        if (file && locked_by_another(file.descriptor())) return Found::in_use;
    }
    std::error_code unknown;
    // Who is killed while the folder is made leaves it without a name.
    if (!fs::exists(folder_ / "run", unknown)) return Found::nothing;
    return read_file(folder_ / "run") == identity_ ? Found::same : Found::other;
}

void CheckpointFolder::resume() {
    const std::scoped_lock lock(mutex_);
    guarded([&] {
        open();
        const std::string all = read_file(folder_ / "finished");
        std::string_view rest = all;
        std::uint64_t offset = 0;
        while (const std::optional<Record> one = parse(rest, seal_)) {
            finished_[one->name] = {static_cast<std::int64_t>(offset), one->end};
            offset += one->end;
            rest.remove_prefix(one->end);
        }
        if (::ftruncate(log_.descriptor(), static_cast<off_t>(offset)) != 0)
            throw RunError(std::strerror(errno));
    });
}

std::string CheckpointFolder::make_way() const {
    const Found there = found();
    const bool foreign = there == Found::other || (there == Found::nothing && holds_foreign(folder_));
    return foreign ? move_aside(folder_.string()) : "";
}

void CheckpointFolder::discard() {
    const std::scoped_lock lock(mutex_);
    waiting_.clear();
    finished_.clear();
    // What was never locked is another's, or empty.
    std::error_code ignored;
    if (log_) fs::remove_all(folder_, ignored);
    log_ = OpenFile();
}

void CheckpointFolder::open() {
    if (log_) return;
    check_own_folder(folder_.string());
    OpenFile file = open_own((folder_ / "finished").string(), O_RDWR | O_CREAT | O_APPEND);
    if (!file) throw RunError(std::strerror(errno));
    if (locked_by_another(file.descriptor())) throw RunError("another run with this output is at work");
    log_ = std::move(file);
}

void CheckpointFolder::make() {
    if (log_) return;
    fs::create_directories(folder_);
    open();
    if (read_file(folder_ / "run") != identity_) write_whole((folder_ / "run").string(), identity_);
}

void CheckpointFolder::write_waiting() {
    guarded([&] {
        make();
        for (const std::string& one : waiting_) write_all(log_.descriptor(), one);
        waiting_.clear();
    });
}

void CheckpointFolder::flush() {
    const std::scoped_lock lock(mutex_);
    if (!waiting_.empty()) write_waiting();
    if (log_) fdatasync(log_.descriptor());
}

std::string CheckpointFolder::failure() {
    const std::scoped_lock lock(mutex_);
    return failure_;
}

std::optional<std::string> CheckpointFolder::find(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    if (const auto place = finished_.find(name); place != finished_.end()) {
        const std::string bytes =
            log_.read(static_cast<std::size_t>(place->second.size), place->second.offset);
        const std::optional<Record> one = parse(bytes, seal_);
        if (one && one->name == name) return bytes.substr(one->begin, one->size);
    }
    if (!log_) return {};
    try {
        const std::string state = read_file(state_path(name));
        const std::optional<Record> one = parse(state, seal_);
        if (one && one->name == name) return state.substr(one->begin, one->size);
    } catch (const RunError&) {
        // Not ours: as good as absent.
    }
    return {};
}

void CheckpointFolder::keep(const std::string& name, const std::string& bytes) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(record(name, bytes, seal_));
    if (seconds_since(begun_) < std::min(interval_, worth_keeping)) return;
    write_waiting();
    if (log_ && seconds_since(synced_) > interval_) {
        fdatasync(log_.descriptor());
        synced_ = std::chrono::steady_clock::now();
    }
}

void CheckpointFolder::replace(const std::string& name, const std::string& bytes) {
    const std::scoped_lock lock(mutex_);
    guarded([&] {
        make();
        write_whole(state_path(name).string(), record(name, bytes, seal_));
    });
}

fs::path CheckpointFolder::state_path(const std::string& name) const {
    return folder_ / fmt::format("state-{:016x}", fnv1a(name));
}

}  // namespace hidyn::run
