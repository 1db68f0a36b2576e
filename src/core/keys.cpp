// SPDX-License-Identifier: MIT
#include "core/keys.hpp"

#include <iterator>
#include <utility>

namespace hidyn::keys {
namespace {

Key plain(KeyType type, std::string name, std::string meaning) {
    Key key;
    key.name = std::move(name);
    key.type = type;
    key.meaning = std::move(meaning);
    return key;
}

}  // namespace

Key boolean(std::string name, std::string meaning, bool otherwise) {
    return plain(KeyType::boolean, std::move(name), std::move(meaning)).otherwise(otherwise);
}

Key integer(std::string name, std::string meaning) {
    return plain(KeyType::integer, std::move(name), std::move(meaning));
}

Key real(std::string name, std::string meaning) {
    return plain(KeyType::real, std::move(name), std::move(meaning));
}

Key text(std::string name, std::string meaning) {
    return plain(KeyType::text, std::move(name), std::move(meaning));
}

Key text_list(std::string name, std::string meaning) {
    return plain(KeyType::text_list, std::move(name), std::move(meaning));
}

Key real_list(std::string name, std::string meaning) {
    return plain(KeyType::real_list, std::move(name), std::move(meaning));
}

Key integer_or_list(std::string name, std::string meaning) {
    return plain(KeyType::integer_or_list, std::move(name), std::move(meaning));
}

Key matrix(std::string name, std::string meaning) {
    return plain(KeyType::matrix, std::move(name), std::move(meaning));
}

Key sample_count(std::string name, std::string meaning) {
    return plain(KeyType::sample_count, std::move(name), std::move(meaning)).otherwise(SampleCount{});
}

Key choice(std::string name, std::string meaning, std::vector<std::string> choices) {
    Key key = plain(KeyType::choice, std::move(name), std::move(meaning));
    key.standard = choices.front();
    key.choices = std::move(choices);
    return key;
}

Key function(std::string name, std::string meaning, std::vector<std::string> names, std::string variables) {
    Key key = plain(KeyType::function, std::move(name), std::move(meaning));
    key.choices = std::move(names);
    key.variables = std::move(variables);
    return key;
}

Key learning_rate(std::string meaning) {
    return real("learning_rate", std::move(meaning)).written("\\eta").above(0).needed();
}

Key momentum(std::string meaning) {
    return real("momentum", std::move(meaning)).written("\\beta").at_least(0).below(1).otherwise(0.0);
}

Key batch_size(std::string meaning, double most) {
    return integer("batch_size", std::move(meaning))
        .written("B")
        .at_least(1)
        .at_most(most)
        .otherwise(std::int64_t{1});
}

Key sample_ratio(std::string meaning) {
    return real("sample_ratio", std::move(meaning)).written("\\alpha").above(0).needed();
}

Key seed(std::string of_what) {
    return integer("seed", std::move(of_what)).at_least(0).otherwise(std::int64_t{0});
}

Key replicas(std::string meaning, double most, std::int64_t otherwise) {
    return integer("replicas", std::move(meaning)).at_least(1).at_most(most).otherwise(otherwise);
}

Key members(std::string meaning, std::int64_t otherwise) {
    return integer("members", std::move(meaning)).at_least(1).at_most(1e6).otherwise(otherwise);
}

Key trajectories(std::string meaning, double most, std::int64_t otherwise) {
    return integer("trajectories", std::move(meaning)).at_least(1).at_most(most).otherwise(otherwise);
}

std::vector<Key> ensemble(double largest_d, std::int64_t count) {
    return {integer_or_list("d", "input dimension; a list makes one route per size")
                .written("d")
                .at_least(1)
                .at_most(largest_d)
                .needed(),
            replicas("independent runs per size", 1e6, count),
            seed("with the route's name and the replica's number, determines every random number")};
}

std::vector<Key> joined(std::vector<Key> first, std::vector<Key> second) {
    first.insert(first.end(), std::make_move_iterator(second.begin()), std::make_move_iterator(second.end()));
    return first;
}

}  // namespace hidyn::keys
