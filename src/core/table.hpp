// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/declaration.hpp"

namespace hidyn {

/// Collects every complaint about an experiment, so that one run of the program shows them all.
class Complaints {
  public:
    /// "plateau.toml:12: algorithm.learning_rate = -1: <what is wrong>".
    void add(std::string sentence) { sentences_.push_back(std::move(sentence)); }
    [[nodiscard]] bool empty() const { return sentences_.empty(); }
    [[nodiscard]] const std::vector<std::string>& sentences() const { return sentences_; }
    /// Throws InputError if there are any.
    void raise() const;

  private:
    std::vector<std::string> sentences_;
};

/// The checked values of one section of an experiment, by key; keys that were absent hold their standard
/// value. Asking for a key that was not declared, or as another type, is a programming error and throws
/// std::logic_error.
class Table {
  public:
    struct Entry {
        Value value;
        bool given = false;
        std::string where;         ///< "plateau.toml:12: algorithm.learning_rate"
        std::string spelled = {};  ///< the value as the user gave it
    };

    void set(const std::string& key, Entry entry) { entries_[key] = std::move(entry); }
    void set_place(std::string place) { place_ = std::move(place); }

    [[nodiscard]] bool has(const std::string& key) const { return entries_.count(key) != 0; }
    [[nodiscard]] bool given(const std::string& key) const { return has(key) && entries_.at(key).given; }
    [[nodiscard]] bool boolean(const std::string& key) const { return get<bool>(key); }
    [[nodiscard]] std::int64_t integer(const std::string& key) const { return get<std::int64_t>(key); }
    [[nodiscard]] double real(const std::string& key) const { return get<double>(key); }
    [[nodiscard]] const std::string& text(const std::string& key) const { return get<std::string>(key); }
    [[nodiscard]] const std::vector<std::int64_t>& integers(const std::string& key) const {
        return get<std::vector<std::int64_t>>(key);
    }
    [[nodiscard]] const RealList& reals(const std::string& key) const { return get<RealList>(key); }
    [[nodiscard]] const std::vector<std::string>& texts(const std::string& key) const {
        return get<std::vector<std::string>>(key);
    }
    [[nodiscard]] const RealMatrix& matrix(const std::string& key) const { return get<RealMatrix>(key); }
    [[nodiscard]] const SampleCount& sample_count(const std::string& key) const {
        return get<SampleCount>(key);
    }
    [[nodiscard]] const FunctionText& function(const std::string& key) const {
        return get<FunctionText>(key);
    }

    /// A complaint about this key: where it stands, the value given, then `problem`.
    [[nodiscard]] std::string complain(const std::string& key, const std::string& problem) const;
    /// Where the section itself stands.
    [[nodiscard]] const std::string& place() const { return place_; }

  private:
    template <class T>
    [[nodiscard]] const T& get(const std::string& key) const;

    std::map<std::string, Entry> entries_;
    std::string place_;
};

}  // namespace hidyn
