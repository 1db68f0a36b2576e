// SPDX-License-Identifier: MIT
#include "check_values.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace hidyn::test {
namespace {

namespace fs = std::filesystem;
using experiment::Entry;
using experiment::Node;

const fs::path folder = fs::path(HIDYN_DATA_DIRECTORY) / "check-values";

std::string content(const fs::path& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(fmt::format("{} cannot be read", path.string()));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void append_numbers(const Node& node, std::vector<double>& found) {
    if (node.type == Node::Type::array)
        for (const Node& item : node.items) append_numbers(item, found);
    else if (node.type == Node::Type::integer)
        found.push_back(static_cast<double>(node.integer));
    else if (node.type == Node::Type::real && std::isfinite(node.real))
        found.push_back(node.real);
    else
        throw std::runtime_error(fmt::format("{}: {} is not a finite number", node.where, spell(node)));
}

bool has_text(const Node& table, const std::string& key) {
    const Node* found = table.find(key);
    return found != nullptr && found->type == Node::Type::text && found->text.size() > 10;
}

/// Every number under a table can be read; returns how many there are.
std::size_t count_numbers(const Node& table) {
    std::vector<double> found;
    std::size_t count = 0;
    for (const Entry& entry : table.entries) {
        if (entry.value.type == Node::Type::table)
            count += count_numbers(entry.value);
        else if (entry.value.type != Node::Type::text)
            append_numbers(entry.value, found);
    }
    return count + found.size();
}

}  // namespace

CheckValues::CheckValues(const std::string& family)
    : file_((folder / (family + ".toml")).string()),
      document_(experiment::parse_toml(content(file_), family + ".toml")) {}

const Node& CheckValues::at(const std::string& path) const {
    const Node* found = document_.at_path(path);
    if (found == nullptr) throw std::runtime_error(fmt::format("{}: there is no {}", file_, path));
    return *found;
}

std::vector<double> CheckValues::numbers(const std::string& path) const {
    std::vector<double> found;
    append_numbers(at(path), found);
    if (found.empty()) throw std::runtime_error(fmt::format("{}: {} is empty", file_, path));
    return found;
}

double CheckValues::number(const std::string& path) const {
    const std::vector<double> found = numbers(path);
    if (found.size() != 1) throw std::runtime_error(fmt::format("{}: {} is not one number", file_, path));
    return found.front();
}

doctest::Approx CheckValues::approx(const std::string& path) const {
    return approx(path, "value");
}

doctest::Approx CheckValues::approx(const std::string& name, const std::string& key,
                                    std::size_t index) const {
    const std::vector<double> found = numbers(name + "." + key);
    // One epsilon for all numbers of a case, or one for each.
    const std::vector<double> epsilon = numbers(name + ".epsilon");
    if (index >= found.size() || (epsilon.size() != 1 && epsilon.size() != found.size()))
        throw std::runtime_error(fmt::format("{}: {} numbers and {} epsilons of {}.{}, asked for number {}",
                                             file_, found.size(), epsilon.size(), name, key, index));
    // Doctest would add 1 to the number's size, and let small numbers be anything; of 0 itself that is what
    // is left.
    return doctest::Approx(found[index])
        .epsilon(epsilon.size() == 1 ? epsilon[0] : epsilon[index])
        .scale(found[index] == 0.0 ? 1.0 : 0.0);
}

std::vector<std::vector<double>> CheckValues::rows(const std::string& path) const {
    std::vector<std::vector<double>> found;
    for (const Node& item : at(path).items) append_numbers(item, found.emplace_back());
    if (found.empty()) throw std::runtime_error(fmt::format("{}: {} has no rows", file_, path));
    for (const std::vector<double>& row : found)
        if (row.size() != found.front().size())
            throw std::runtime_error(fmt::format("{}: {} has rows of different length", file_, path));
    return found;
}

TEST_CASE("check values: every number says what it means, where it belongs and how it was computed") {
    const std::string provenance = content(folder.parent_path() / "README.md");
    std::size_t files = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        CAPTURE(entry.path());
        ++files;
        CHECK(provenance.find("`check-values/" + entry.path().filename().string() + "`") !=
              std::string::npos);
        const CheckValues values(entry.path().stem().string());
        for (const char* key : {"meaning", "source", "obtained"}) CHECK(has_text(values.document(), key));
        for (const Entry& one : values.document().entries) {
            if (one.value.type != Node::Type::table) continue;
            CAPTURE(one.key);
            CHECK(has_text(one.value, "meaning"));
            CHECK(count_numbers(one.value) > 0);
        }
    }
    CHECK(files >= 15);
    CHECK_THROWS(static_cast<void>(CheckValues("online-sgd").numbers("erf22v.nothing")));
    CHECK_THROWS(static_cast<void>(CheckValues("online-sgd").number("erf22v.times")));
    CHECK_THROWS(static_cast<void>(CheckValues("online-sgd").approx("erf22v", "times")));
    CHECK_THROWS(static_cast<void>(CheckValues("polar-factor").approx("muon", "singular_values", 2)));
    CHECK_THROWS(static_cast<void>(CheckValues("nothing")));
}

}  // namespace hidyn::test
