// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.hpp"
#include "experiment/experiment.hpp"
#include "registry.hpp"

namespace hidyn::test {

/// A valid experiment, line by line known to the tests: 1 title, 3 [problem], 9 [algorithm], 13 [initial],
/// 18 [time], 22 [routes.sim], 29 [routes.ode].
inline const std::string valid_experiment = R"(title = "A small committee"

[problem]
kind = "committee"
students = 2
teachers = 2
activation = "erf"

[algorithm]
kind = "online-sgd"
learning_rate = 0.5

[initial]
Q = [[0.5, 0.0], [0.0, 0.5]]
R = [[0.1, 0.0], [0.0, 0.1]]
T = [[1.0, 0.0], [0.0, 1.0]]

[time]
end = 2.0
points = 5

[routes.sim]
kind = "simulation"
method = "reduced"
d = [50, 100]
replicas = 4
seed = 3

[routes.ode]
kind = "ode"
)";

inline experiment::Experiment load(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return experiment::load_text(text, "file.toml", overrides, registry());
}

/// The complaints about a text; none if it is valid.
inline std::vector<std::string> complaints_about(const std::string& text,
                                                 const std::vector<std::string>& overrides = {}) {
    try {
        static_cast<void>(load(text, overrides));
    } catch (const InputError& error) {
        return error.messages;
    }
    return {};
}

/// The valid experiment with one piece of text replaced.
inline std::string with(const std::string& piece, const std::string& replacement) {
    std::string text = valid_experiment;
    return text.replace(text.find(piece), piece.size(), replacement);
}

}  // namespace hidyn::test
