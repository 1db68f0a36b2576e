// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>

#include "experiment_text.hpp"

namespace experiment_tests {

using hidyn::experiment::Experiment;
using hidyn::test::load;
using hidyn::test::valid_experiment;
using hidyn::test::with;

TEST_CASE("a simulation is one route per size, a theory is one route") {
    const Experiment experiment = load(valid_experiment);
    REQUIRE(experiment.variants.size() == 1);
    std::vector<std::string> names;
    for (const auto& route : experiment.variants.front().routes) names.push_back(route->info.name);
    CHECK(names == std::vector<std::string>{"sim-d50", "sim-d100", "ode"});
    CHECK(experiment.variants.front().routes.front()->info.replicas == 4);
    CHECK(experiment.variants.front().routes.back()->info.theory);
}

TEST_CASE("variants keep the file's order and change only what they say") {
    const Experiment experiment = load(valid_experiment +
                                       "[variants.zeta]\nalgorithm.learning_rate = 1.0\n"
                                       "[variants.alpha]\nroutes.ode.tolerance = 1e-6\n");
    REQUIRE(experiment.variants.size() == 2);
    CHECK(experiment.variants[0].name == "zeta");
    CHECK(experiment.variants[1].name == "alpha");
    CHECK(experiment.variants[0].document.number_at("algorithm.learning_rate") == 1.0);
    CHECK(experiment.variants[1].document.number_at("algorithm.learning_rate") == 0.5);
    CHECK(experiment.variants[1].routes.back()->info.name == "alpha.ode");
}

TEST_CASE("an override replaces a value, a bare word is a text") {
    const Experiment experiment = load(valid_experiment, {"algorithm.learning_rate=0.25",
                                                          "problem.activation=relu", "routes.sim.d=[7,1e3]"});
    const auto& only = experiment.variants.front();
    CHECK(only.document.number_at("algorithm.learning_rate") == 0.25);
    CHECK(only.document.at_path("problem.activation")->text == "relu");
    CHECK(only.routes[1]->info.name == "sim-d1000");
}

TEST_CASE("the stored text with overrides loads to the same experiment, in the same order") {
    const std::string text = with("title = \"A small committee\"", R"(title = "q\"uo\\te\tη")") +
                             "[variants.\"z one\"]\nalgorithm.learning_rate = 0.1\n[variants.a]\n"
                             "[[claims]]\nname = \"c\"\nobservable = \"generalization_error\"\n"
                             "variant = \"a\"\npredicted = 1e-300\n";
    const Experiment once = load(text, {"algorithm.learning_rate=0.1000000000000000055"});
    const Experiment twice = load(once.text);
    CHECK(twice.title == "q\"uo\\te\tη");
    CHECK(twice.variants.front().name == "z one");
    CHECK(twice.variants.back().document.number_at("algorithm.learning_rate") == 0.1);
    REQUIRE(twice.claims.size() == 1);
    CHECK(twice.claims.front().predicted == 1e-300);
    CHECK(load(once.text, {"title=x"}).variants.front().name == "z one");
}

TEST_CASE("a document is written with every number to its last bit") {
    using hidyn::experiment::parse_toml;
    using hidyn::experiment::to_toml;
    const std::string text =
        "a = 1.0\nb = 1e+22\nc = -inf\nd = 9223372036854775807\ne = [[1, 2.5], []]\n"
        "f = { x = 1, \"y z\" = \"t\" }\ng = 4.9406564584124654e-324\n";
    const std::string written = to_toml(parse_toml(text, "t"));
    CHECK(to_toml(parse_toml(written, "t")) == written);
    const auto document = parse_toml(written, "t");
    CHECK(document.find("a")->type == hidyn::experiment::Node::Type::real);
    CHECK(document.find("b")->real == 1e22);
    CHECK(document.find("c")->real == -std::numeric_limits<double>::infinity());
    CHECK(document.find("d")->integer == std::numeric_limits<std::int64_t>::max());
    CHECK(document.find("g")->real == std::numeric_limits<double>::denorm_min());
    CHECK(document.at_path("f.y z")->text == "t");
}

TEST_CASE("a whole number may be written as 1e6") {
    CHECK(load(valid_experiment, {"routes.sim.d=1e6"}).variants.front().routes.front()->info.d == 1000000);
}

}  // namespace experiment_tests
