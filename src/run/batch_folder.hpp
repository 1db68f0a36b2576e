// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/sweep.hpp"
#include "run/summary.hpp"

namespace hidyn::run {

/// Where a batch lives:
///
///   sweep.toml     the experiment with its [sweep], as given
///   points/        one results file per point, named by what it is
///   index.h5       parameters, status, verdict and headline observables of every point
///
/// A point is complete or absent; everything else follows from the files that are there, so a batch can be
/// stopped at any moment, continued, extended, or put together from parts.
class BatchFolder {
  public:
    BatchFolder(std::filesystem::path folder, const experiment::Sweep& sweep);

    enum class Opening {
        anew,    ///< holds no batch yet
        join,    ///< holds none, or this very one: others may be at work in it
        resume,  ///< holds anything; this batch continues it
    };
    /// Makes the folder. Throws InputError if it cannot be used, or holds what it may not. Returns where the
    /// sweep.toml of the batch that this one continues with changes was moved to, or "".
    std::string open(Opening opening) const;
    /// How many results in points/ are of no point of this batch.
    [[nodiscard]] std::size_t strangers() const;

    [[nodiscard]] std::string file_name(std::size_t point) const;  ///< within points/
    [[nodiscard]] std::string path_of(std::size_t point) const;
    [[nodiscard]] std::string checkpoint_path(std::size_t point) const {
        return path_of(point) + ".checkpoint";
    }
    [[nodiscard]] std::string index_path(const std::string& part = "") const;

    /// What is there of some points. A file that is no results file of this very experiment counts as
    /// missing.
    [[nodiscard]] std::map<std::size_t, PointSummary> look(const std::vector<std::size_t>& points) const;
    /// Removes what killed writers, not those of other starts still at work, left of these points, and
    /// checkpoints and notes of failure of those that are done.
    void tidy(const std::vector<std::size_t>& points, const std::function<bool(std::size_t)>& done) const;
    /// Moves a file out of the way that stands in a missing point's place, unless another start has just
    /// finished the point; returns where to, or "".
    [[nodiscard]] std::string make_way(std::size_t point) const;
    /// Remembers why a point has no results; an empty sentence forgets it.
    void note_failure(std::size_t point, const std::string& sentence) const;

  private:
    [[nodiscard]] bool holds_any_of_ours() const;
    [[nodiscard]] PointSummary missing(std::size_t point) const;
    /// The files' summaries; none for one that is not a whole results file of its point.
    [[nodiscard]] std::vector<std::optional<PointSummary>> read(
        const std::vector<std::pair<std::size_t, std::string>>& files) const;

    std::filesystem::path folder_;
    const experiment::Sweep& sweep_;
    std::vector<std::string> stems_;
};

}  // namespace hidyn::run
