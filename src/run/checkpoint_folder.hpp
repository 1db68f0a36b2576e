// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint.hpp"
#include "core/open_file.hpp"
#include "experiment/experiment.hpp"

namespace hidyn::run {

/// A folder beside the results file:
///
///   run            the experiment and the build it belongs to: other bytes would come of another build
///   finished       one record after the other; what follows a damaged one is not there
///   state-<name>   the record of where an unfinished block stands, replaced as a whole
///
/// A record's checksum begins with what `run` says: one of another experiment is as good as damaged.
/// `finished` is locked by the process that writes there; another one reads and writes nothing. The folder is
/// made only when there is something worth keeping: a run of a few seconds leaves nothing.
class CheckpointFolder final : public Checkpoint {
  public:
    CheckpointFolder(std::filesystem::path folder, const experiment::Experiment& experiment, double interval);
    CheckpointFolder(const CheckpointFolder&) = delete;
    CheckpointFolder& operator=(const CheckpointFolder&) = delete;

    enum class Found { nothing, same, other, in_use };
    /// What an earlier start left there, or that another process is at work. Throws RunError where a link or
    /// another user's files stand in its place: they are neither read nor written.
    [[nodiscard]] Found found() const;
    /// Makes what was left there available.
    void resume();
    /// Moves what is there and not of this experiment out of the way; returns where to, or "".
    [[nodiscard]] std::string make_way() const;
    /// Nothing is left of what this process kept or resumed.
    void discard();
    /// Brings what is kept to the disk.
    void flush();
    /// Why the last attempt to keep something failed; "" if none did. A run goes on without.
    [[nodiscard]] std::string failure();

    [[nodiscard]] std::optional<std::string> find(const std::string& name) override;
    void keep(const std::string& name, const std::string& bytes) override;
    void replace(const std::string& name, const std::string& bytes) override;
    [[nodiscard]] double interval() const override { return interval_; }

  private:
    struct Place {  ///< of a record in `finished`
        std::int64_t offset = 0;
        std::uint64_t size = 0;
    };
    /// Opens and locks `finished`. Throws RunError.
    void open();
    void make();
    void write_waiting();
    [[nodiscard]] std::filesystem::path state_path(const std::string& name) const;
    template <class Action>
    void guarded(Action action);

    std::filesystem::path folder_;
    std::string identity_;
    std::uint64_t seal_;  ///< the hash of the identity
    double interval_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point begun_, synced_;
    std::vector<std::string> waiting_;
    std::map<std::string, Place> finished_;
    OpenFile log_;
    std::string failure_;
};

}  // namespace hidyn::run
