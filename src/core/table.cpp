// SPDX-License-Identifier: MIT
#include "core/table.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "core/error.hpp"

namespace hidyn {

void Complaints::raise() const {
    if (!empty()) throw InputError(sentences_);
}

std::string Table::complain(const std::string& key, const std::string& problem) const {
    const auto found = entries_.find(key);
    if (found == entries_.end() || !found->second.given)
        return fmt::format("{}: {}: {}", place_, key, problem);
    return fmt::format("{} = {}: {}", found->second.where, found->second.spelled, problem);
}

template <class T>
const T& Table::get(const std::string& key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) throw std::logic_error("key without a value: " + key);
    const T* value = std::get_if<T>(&found->second.value);
    if (value == nullptr) throw std::logic_error("key of another type: " + key);
    return *value;
}

template const bool& Table::get<bool>(const std::string&) const;
template const std::int64_t& Table::get<std::int64_t>(const std::string&) const;
template const double& Table::get<double>(const std::string&) const;
template const std::string& Table::get<std::string>(const std::string&) const;
template const std::vector<std::int64_t>& Table::get<std::vector<std::int64_t>>(const std::string&) const;
template const RealList& Table::get<RealList>(const std::string&) const;
template const RealMatrix& Table::get<RealMatrix>(const std::string&) const;
template const std::vector<std::string>& Table::get<std::vector<std::string>>(const std::string&) const;
template const SampleCount& Table::get<SampleCount>(const std::string&) const;
template const FunctionText& Table::get<FunctionText>(const std::string&) const;

}  // namespace hidyn
