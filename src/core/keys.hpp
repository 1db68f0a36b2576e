// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/declaration.hpp"

/// The words in which problems and routes declare their keys: one function per type, and the keys that many
/// of them share, with the few words that differ as arguments.
namespace hidyn::keys {

[[nodiscard]] Key boolean(std::string name, std::string meaning, bool otherwise);
[[nodiscard]] Key integer(std::string name, std::string meaning);
[[nodiscard]] Key real(std::string name, std::string meaning);
[[nodiscard]] Key text(std::string name, std::string meaning);
[[nodiscard]] Key text_list(std::string name, std::string meaning);
[[nodiscard]] Key real_list(std::string name, std::string meaning);
[[nodiscard]] Key integer_or_list(std::string name, std::string meaning);
[[nodiscard]] Key matrix(std::string name, std::string meaning);
/// One sample where the key is absent.
[[nodiscard]] Key sample_count(std::string name, std::string meaning);
/// The first of the choices is taken where the key is absent.
[[nodiscard]] Key choice(std::string name, std::string meaning, std::vector<std::string> choices);
/// One of the names, or an expression in these variables.
[[nodiscard]] Key function(std::string name, std::string meaning, std::vector<std::string> names,
                           std::string variables = "z");

/// Positive, and to be given.
[[nodiscard]] Key learning_rate(std::string meaning);
/// Of the heavy ball, without damping factor, from 0 to less than 1; 0 where it is absent.
[[nodiscard]] Key momentum(std::string meaning = "of the heavy ball, without damping factor");
/// Samples of a step, a whole number from 1 on; 1 where it is absent.
[[nodiscard]] Key batch_size(std::string meaning, double most);
/// n / d, positive, and to be given.
[[nodiscard]] Key sample_ratio(std::string meaning);
[[nodiscard]] Key seed(std::string of_what);
[[nodiscard]] Key replicas(std::string meaning, double most, std::int64_t otherwise);
/// Independent runs whose means and spread one replica reports.
[[nodiscard]] Key members(std::string meaning, std::int64_t otherwise);
/// Paths that a theory follows.
[[nodiscard]] Key trajectories(std::string meaning, double most, std::int64_t otherwise);

/// Of a simulation at several sizes: `d`, `replicas` and `seed`.
[[nodiscard]] std::vector<Key> ensemble(double largest_d, std::int64_t replicas = 32);

/// One list after the other.
[[nodiscard]] std::vector<Key> joined(std::vector<Key> first, std::vector<Key> second);

}  // namespace hidyn::keys
