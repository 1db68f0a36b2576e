// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "claims/claim.hpp"
#include "claims/setting.hpp"
#include "core/problem.hpp"
#include "core/time_grid.hpp"
#include "experiment/document.hpp"

namespace hidyn::experiment {

/// One named alternative of an experiment; a file without [variants] has a single one without a name.
struct Variant {
    std::string name;
    Node document;  ///< the experiment with the variant's keys applied
    std::shared_ptr<const Problem> problem;
    std::vector<std::unique_ptr<Route>> routes;
};

/// A complete and valid experiment.
struct Experiment {
    std::string title;
    std::string paper;
    std::string text;     ///< the TOML as run, overrides applied
    bool sweeps = false;  ///< the file has a section [sweep], which is not part of one run
    TimeGrid grid;
    std::vector<Variant> variants;
    std::vector<claims::Claim> claims;
};

/// What its claims may speak of.
[[nodiscard]] claims::Setting setting_of(const Experiment& experiment);

/// Reads, checks and resolves an experiment file; `quick` takes the smaller sizes of its section [quick].
/// Throws InputError with every complaint at once.
[[nodiscard]] Experiment load(const std::string& path, const std::vector<std::string>& overrides,
                              const Registry& registry, bool quick = false);
/// The same from a text; `name` is how messages call it.
[[nodiscard]] Experiment load_text(const std::string& text, const std::string& name,
                                   const std::vector<std::string>& overrides, const Registry& registry,
                                   bool quick = false);
/// The same from a document, such as a point of a sweep; `text` is what its results say was run.
[[nodiscard]] Experiment load_document(Node document, std::string text, const std::string& name,
                                       const Registry& registry);
/// Instead of a file's name: standard input.
inline constexpr const char* standard_input = "-";
/// The text of an experiment file, or of standard input. Throws InputError for what cannot be one.
[[nodiscard]] std::string read_experiment_file(const std::string& path);
/// What results are called after the file: its name without ending, "experiment" for standard input.
[[nodiscard]] std::string standard_name(const std::string& path);

/// The keys of the sections that belong to no problem, for `hidyn describe`.
[[nodiscard]] std::vector<Key> time_keys();
[[nodiscard]] std::vector<Key> figure_keys();
/// Of a range of values in [sweep].
[[nodiscard]] std::vector<Key> range_keys();

}  // namespace hidyn::experiment
