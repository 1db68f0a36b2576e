// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiment/document.hpp"
#include "experiment/experiment.hpp"

namespace hidyn::experiment {

/// A key and the values it takes along an axis.
struct SweepKey {
    std::string path;  ///< "algorithm.learning_rate"
    std::vector<Node> values;
};

/// Keys that move together; one, unless [sweep] zip says otherwise.
struct SweepAxis {
    std::vector<SweepKey> keys;
    [[nodiscard]] std::size_t size() const { return keys.front().values.size(); }
};

/// A batch: one experiment at every point of the product of its axes. Points are numbered from 0, the last
/// axis fastest.
struct Sweep {
    std::string name;  ///< how messages call the file
    Node document;     ///< the experiment without [sweep], overrides applied
    std::vector<SweepAxis> axes;
    std::string text;  ///< the TOML of the whole batch, [sweep] included

    [[nodiscard]] std::size_t points() const;
    /// Along every axis, where a point is.
    [[nodiscard]] std::vector<std::size_t> places(std::size_t point) const;
    [[nodiscard]] Node document_at(std::size_t point) const;
    /// The point's experiment as TOML text: what its results file says that was run.
    [[nodiscard]] std::string text_at(std::size_t point) const { return to_toml(document_at(point)); }
    /// The last word of a key's path, or its last two where several keys end alike.
    [[nodiscard]] std::string short_name(const std::string& path) const;
    /// "learning_rate=0.1,d=400-1f6a09c4": says what the point is, and is another for every other experiment.
    [[nodiscard]] std::string file_stem(std::size_t point) const;
};

/// Reads an experiment file with a section [sweep], and axes given as KEY=[...] beside it. Throws InputError.
[[nodiscard]] Sweep load_sweep(const std::string& path, const std::vector<std::string>& overrides,
                               const std::vector<std::string>& axes);
/// The same from a text; `name` is how messages call it.
[[nodiscard]] Sweep load_sweep_text(const std::string& text, const std::string& name,
                                    const std::vector<std::string>& overrides,
                                    const std::vector<std::string>& axes);

}  // namespace hidyn::experiment
