// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "experiment_text.hpp"

namespace experiment_mistakes_tests {

namespace {

using hidyn::test::complaints_about;
using hidyn::test::valid_experiment;
using hidyn::test::with;

struct Mistake {
    const char* piece;
    const char* replacement;
    std::vector<std::string> says;  ///< every part of the one sentence
};

void expect_one_sentence(const std::vector<std::string>& sentences, const std::vector<std::string>& says) {
    REQUIRE(sentences.size() == 1);
    CAPTURE(sentences.front());
    CHECK(sentences.front().find('\n') == std::string::npos);
    for (const std::string& part : says) {
        CAPTURE(part);
        CHECK(sentences.front().find(part) != std::string::npos);
    }
}

void expect(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
        CAPTURE(mistake.replacement);
        REQUIRE(valid_experiment.find(mistake.piece) != std::string::npos);
        expect_one_sentence(complaints_about(with(mistake.piece, mistake.replacement)), mistake.says);
    }
}

void expect_claim(const std::string& claim, const std::vector<std::string>& says,
                  const std::string& before = valid_experiment) {
    CAPTURE(claim);
    expect_one_sentence(complaints_about(before + "\n[[claims]]\nname = \"c\"\n" + claim), says);
}

const std::string with_variants = valid_experiment +
                                  "[variants.slow]\nalgorithm.learning_rate = 0.1\n"
                                  "[variants.wide]\nalgorithm.learning_rate = 0.2\nproblem.students = 3\n"
                                  "initial.Q = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\n"
                                  "initial.R = [[0, 0], [0, 0], [0, 0]]\n";

}  // namespace

TEST_CASE("the experiment the mistakes are made in is valid") {
    CHECK(complaints_about(valid_experiment).empty());
    CHECK(complaints_about(with_variants).empty());
}

TEST_CASE("a misspelt word is named with its line and the right one") {
    expect(
        {{"title =", "tilte =", {"file.toml:1:", "tilte", "did you mean \"title\"?"}},
         {"students = 2", "studnets = 2\nstudents = 2", {"file.toml:5: problem.studnets", "\"students\""}},
         {"learning_rate", "learning_rat = 1\nlearning_rate", {"file.toml:11:", "\"learning_rate\""}},
         {"points = 5", "points = 5\npoint = 5", {"file.toml:21: time.point", "\"points\""}},
         {"seed = 3", "sed = 3", {"file.toml:27: routes.sim.sed", "\"seed\""}},
         {"[routes.ode]", "[figure]\nyscale = \"log\"\n[routes.ode]", {"figure.yscale", "\"y_scale\""}},
         {"\"erf\"", "\"eref\"", {"file.toml:7:", "\"eref\"", "\"relu\"", "did you mean \"erf\"?"}},
         {"\"committee\"", "\"comittee\"", {"file.toml:4:", "problem.kind", "\"committee\"?"}},
         {"\"online-sgd\"", "\"online\"", {"file.toml:10:", "algorithm.kind", "\"online-sgd\"?"}},
         {"\"simulation\"", "\"simulaton\"", {"routes.sim.kind", "ode", "linear-noise", "\"simulation\"?"}},
         {"\"reduced\"", "\"redcued\"", {"file.toml:24:", "\"direct\"", "\"reduced\"?"}},
         {"points = 5", "points = 5\nspacing = \"lin\"", {"time.spacing", "did you mean \"linear\"?"}}});
}

TEST_CASE("a value of the wrong type or out of range is named with what is allowed") {
    expect(
        {{"title = \"A small committee\"", "title = 3", {"file.toml:1: title = 3", "must be a text"}},
         {"students = 2", "students = \"two\"", {"file.toml:5: problem.students = \"two\"", "whole number"}},
         {"students = 2", "students = 2.5", {"problem.students = 2.5", "whole number"}},
         {"students = 2", "students = 0", {"students = 0", "at least 1"}},
         {"students = 2", "students = 1000000000", {"students = 1000000000", "at most 32"}},
         {"= 0.5\n", "= -0.5\n", {"file.toml:11: algorithm.learning_rate = -0.5", "at least 0"}},
         {"= 0.5\n", "= nan\n", {"learning_rate = nan", "a number, at least 0"}},
         {"= 0.5\n", "= inf\n", {"learning_rate = inf", "a number, at least 0"}},
         {"= 0.5\n", "= true\n", {"learning_rate = true", "a number"}},
         {"= 0.5\n", "= 1979-05-27\n", {"learning_rate = a date or time", "a number"}},
         {"= 0.5\n", "= 0.5\nweight_decay = -1\n", {"weight_decay = -1", "at least 0"}},
         {"= 0.5\n", "= 0.5\nbatch_size = 0\n", {"batch_size = 0", "at least 1"}},
         {"teachers = 2", "teachers = 2\nlabel_noise = -1e-3", {"label_noise = -0.001", "at least 0"}},
         {"replicas = 4", "replicas = 0", {"routes.sim.replicas = 0", "at least 1"}},
         {"seed = 3", "seed = -3", {"routes.sim.seed = -3", "at least 0"}},
         {"seed = 3", "seed = 1e30", {"routes.sim.seed = 1e+30", "whole number"}},
         {"[50, 100]", "[]", {"routes.sim.d = []", "list of different whole numbers"}},
         {"[50, 100]", "[50, 50]", {"routes.sim.d = [50, 50]", "different"}},
         {"[50, 100]", "0", {"routes.sim.d = 0", "at least 1"}},
         {"[50, 100]", "1e16", {"routes.sim.d = 1e+16", "at most"}},
         {"kind = \"ode\"", "kind = \"ode\"\ntolerance = 0", {"routes.ode.tolerance", "at least 1e-14"}},
         {"[problem]\nkind", "[problem]\nsecond_layer = 1.0\nkind", {"second_layer = 1.0", "a list"}}});
}

TEST_CASE("overlaps that no vectors have are refused") {
    expect({{"Q = [[0.5, 0.0], [0.0, 0.5]]", "Q = [[0.5, 0.1], [0.0, 0.5]]", {"file.toml:14:", "symmetric"}},
            {"T = [[1.0, 0.0], [0.0, 1.0]]", "T = [[1.0, 0.1], [0.0, 1.0]]", {"file.toml:16:", "symmetric"}},
            {"Q = [[0.5, 0.0], [0.0, 0.5]]", "Q = [[0.5]]", {"initial.Q", "is 1 x 1, but must be 2 x 2"}},
            {"Q = [[0.5, 0.0], [0.0, 0.5]]", "Q = [[0.5, 0.0], [0.0]]", {"initial.Q", "of equal length"}},
            {"Q = [[0.5, 0.0], [0.0, 0.5]]\n", "", {"file.toml:13: [initial]", "Q is missing"}},
            {"R = [[0.1, 0.0], [0.0, 0.1]]", "R = [[0.1, 0.0]]", {"initial.R", "is 1 x 2"}},
            {"R = [[0.1, 0.0], [0.0, 0.1]]", "R = [[1.0, 0.0], [0.0, 0.1]]", {"positive semidefinite"}},
            {"T = [[1.0, 0.0], [0.0, 1.0]]", "T = [[1.0]]", {"initial.T", "is 1 x 1"}},
            {"[50, 100]", "[3]", {"routes.sim.d = [3]", "rank is 4"}},
            {"[50, 100]", "3", {"routes.sim.d = 3:", "rank is 4"}},
            {"teachers = 2", "teachers = 2\nsecond_layer = [1.0]", {"has 1 entries", "students = 2"}},
            {"teachers = 2", "teachers = 2\nteacher_second_layer = [1.0]", {"has 1 entries", "teachers = 2"}},
            {"[50, 100]", "100\n[routes.b]\nkind = \"simulation\"\nd = 3", {"routes.b.d = 3:", "rank"}},
            {"= 0.5\n", "= 0.5\nweight_decay = 60\n", {"routes.sim.d", "weight decay of 60", "d = 50"}}});
}

TEST_CASE("an activation must parse and be finite") {
    const auto expression = [](const std::string& formula) {
        return complaints_about(with("\"erf\"", "{ expression = \"" + formula + "\" }"));
    };
    expect_one_sentence(expression("z^"), {"file.toml:7: problem.activation", "column 3"});
    expect_one_sentence(expression("z + foo(z)"), {"column 5", "foo"});
    expect_one_sentence(expression("log(z)"), {"log(z)", "not finite"});
    expect_one_sentence(expression("1/z"), {"1/z", "not finite at z = 0"});
    expect_one_sentence(expression("sqrt(z)"), {"sqrt(z)", "not finite"});
    expect_one_sentence(complaints_about(with("\"erf\"", "{ expresion = \"z\" }")), {"expression = \"...\""});
}

TEST_CASE("the times must increase, be apart and be no more than the steps") {
    expect(
        {{"end = 2.0\npoints = 5", "at = [0, 1, 1]", {"file.toml:19: time.at = [0, 1, 1]", "increase"}},
         {"end = 2.0\npoints = 5", "at = []", {"time.at = []", "at least one time"}},
         {"end = 2.0\npoints = 5", "at = [-1, 0]", {"time.at = [-1, 0]", "at least 0"}},
         {"end = 2.0", "end = 0", {"time.end = 0", "greater than 0"}},
         {"end = 2.0", "end = 1e-323", {"time.end = 1e-323", "double precision"}},
         {"points = 5", "points = 1", {"time.points = 1", "at least 2"}},
         {"points = 5", "points = 103", {"103 points", "100 steps at d = 50"}},
         {"points = 5\n", "", {"file.toml:18: [time]", "points is missing"}},
         {"points = 5", "points = 5\nfirst = 0.1", {"time.first = 0.1", "log"}},
         {"points = 5", "points = 5\nspacing = \"log\"\nfirst = 3", {"time.first = 3", "smaller than end"}},
         {"points = 5", "points = 2\nspacing = \"log\"", {"time.points = 2", "at least 3"}}});
    const std::string countless = with("end = 2.0", "end = 1e6");
    expect_one_sentence(complaints_about(countless, {"routes.sim.d=1e15"}), {"1e+21 steps", "9e18"});
    CHECK(complaints_about(valid_experiment, {"routes.sim.d=1e15"}).empty());
}

TEST_CASE("a missing section or key is named") {
    expect({{"kind = \"committee\"\n", "", {"file.toml:3: [problem]", "kind is missing", "committee"}},
            {"students = 2\n", "", {"file.toml:3: [problem]", "students is missing"}},
            {"learning_rate = 0.5\n", "", {"file.toml:9: [algorithm]", "learning_rate is missing"}},
            {"d = [50, 100]\n", "", {"file.toml:22: [routes.sim]", "d is missing"}},
            {"kind = \"ode\"\n", "", {"[routes.ode]", "kind is missing", "simulation, ode"}},
            {"[algorithm]\nkind = \"online-sgd\"\nlearning_rate = 0.5\n", "", {"[algorithm] is missing"}}});
    CHECK(complaints_about("").size() == 5);
    CHECK(complaints_about("routes = 3").size() == 5);
}

TEST_CASE("every mistake of a file is told at once, each once") {
    std::string text = with("students = 2", "students = 0");
    text.replace(text.find("end = 2.0"), 9, "end = -1 ");
    text.replace(text.find("seed = 3"), 8, "sed = 3 ");
    CHECK(complaints_about(text).size() == 3);
    CHECK(complaints_about(text + "[variants.a]\n[variants.b]\n").size() == 3);
}

TEST_CASE("names of routes, variants and claims must be able to name groups") {
    expect(
        {{"[routes.ode]", "[routes.\"a/b\"]", {"\"a/b\"", "must not contain"}},
         {"[routes.ode]", "[routes.\"\"]", {"must not be empty"}},
         {"[routes.ode]", "[routes.\"a\\nb\"]", {"a single line"}},
         {"[routes.ode]", "[variants.\"a~b\"]\n[routes.ode]", {"\"a~b\"", "must not contain"}},
         {"[routes.ode]", "[routes.sim-d50]\nkind = \"ode\"\n[routes.ode]", {"both be called \"sim-d50\""}}});
    expect_one_sentence(complaints_about(with("[routes.ode]", "[routes." + std::string(101, 'a') + "]")),
                        {"longer than 100"});
}

TEST_CASE("TOML mistakes come with line and column") {
    expect_one_sentence(complaints_about("a = 1\nb = = 2\n"), {"file.toml:2: column 5: not valid TOML"});
    expect_one_sentence(complaints_about("a = [1\n"), {"file.toml:", "column", "not valid TOML"});
    expect_one_sentence(complaints_about("title = \"\xff\"\n"), {"file.toml:1: column", "utf-8"});
    std::string deep = "a";
    for (int part = 0; part < 100000; ++part) deep += ".a";
    expect_one_sentence(complaints_about(deep + " = 1"), {"file.toml:1", "parts"});
    expect_one_sentence(complaints_about("a = " + std::string(100000, '[')),
                        {"file.toml:1: column", "depth"});
}

TEST_CASE("an override is KEY=VALUE") {
    const auto set = [](const std::string& assignment) {
        return complaints_about(valid_experiment, {assignment});
    };
    expect_one_sentence(set("nonsense"), {"--set nonsense", "KEY=VALUE"});
    expect_one_sentence(set("=3"), {"--set =3", "KEY=VALUE"});
    expect_one_sentence(set("a b=3"), {"--set a b=3", "\"a b\" is not a key"});
    expect_one_sentence(set("algorithm.learning_rate=-1"), {"--set: algorithm.learning_rate = -1"});
    expect_one_sentence(set("algorithm.learning_rate="), {"learning_rate = \"\"", "a number"});
    expect_one_sentence(set("algorithm.rate=1"), {"--set: algorithm.rate", "unknown key"});
    expect_one_sentence(set("problem=3"), {"--set: problem = 3", "[problem]"});
    expect_one_sentence(set("claims=[1]"), {"--set: claims", "[[claims]]"});
}

TEST_CASE("a claim about what the experiment does not have is refused before anything runs") {
    const std::string value = "predicted = 1.0\n";
    expect_claim(value, {"file.toml:32: [claims]", "observable is missing"});
    expect_claim("observable = \"Q\"\nrow = 1\ncolumn = 1\n", {"predicted is missing"});
    expect_claim(value + "observable = \"S\"", {"file.toml:35: claims.observable = \"S\"", "Q, R"});
    expect_claim(value + "observable = \"Q\"", {"claims.observable", "give row and column"});
    expect_claim(value + "observable = \"Q\"\nrow = 1", {"give row and column"});
    expect_claim(value + "observable = \"generalization_error\"\nrow = 1", {"is a number"});
    expect_claim(value + "observable = \"Q\"\nrow = 3\ncolumn = 1", {"row = 3", "2 students"});
    expect_claim(value + "observable = \"R\"\nrow = 1\ncolumn = 9", {"column = 9", "2 teachers"});
    expect_claim(value + "observable = \"Q\"\nrow = 0\ncolumn = 1", {"claims.row = 0", "at least 1"});

    const std::string error = value + "observable = \"generalization_error\"\n";
    expect_claim(error + "route = \"sde\"", {"claims.route = \"sde\"", "ode, sim"});
    expect_claim(error + "variant = \"slow\"", {"claims.variant = \"slow\"", "no [variants]"});
    expect_claim(error + "at = 0.3", {"claims.at = 0.3", "not a time of the grid"});
    expect_claim(error + "window = [0.1, 0.2]", {"claims.window", "no time of the grid"});
    expect_claim(error + "window = [2, 1]", {"claims.window", "the earlier first"});
    expect_claim(error + "at = 1.0\nwindow = [0, 1]", {"either at or window"});
    expect_claim(error + "quantity = \"valeu\"", {"claims.quantity", "did you mean \"value\"?"});
    expect_claim(error + "quantity = \"order\"", {"predicted", "no meaning with quantity = \"order\""});
    expect_claim("observable = \"generalization_error\"\nquantity = \"order\"", {"two variants"});
    expect_claim(error + "quantity = \"slope\"", {"against is missing"});
    expect_claim(error + "quantity = \"ratio\"", {"over_variant is missing", "over_route"});
    expect_claim(error + "s = 1.0", {"no second time", "s has no meaning"});
    expect_claim(value + "observable = \"Q\"\ncomponent = [1, 3]", {"component 2 = 3", "2 students"});
    expect_claim(value + "observable = \"Q\"\ncomponent = [1.5, 1]", {"component", "whole numbers"});
    expect_claim(value + "observable = \"Q\"\ncomponent = [1, 1]\nrow = 1", {"either component, or row"});
    expect_claim(error + "[[claims]]\nname = \"c\"\nobservable = \"generalization_error\"\npredicted = 1.0",
                 {"claims.name = \"c\"", "another claim"});
}

TEST_CASE("a claim that compares routes must name routes that there are") {
    const std::string error = "predicted = 0.0\nobservable = \"generalization_error\"\n";
    expect_claim(error + "minus_route = \"oed\"",
                 {"claims.minus_route = \"oed\"", "could be compared with are ode, sim", "\"ode\"?"});
    expect_claim(error + "minus_route = \"ode\"\nroute = \"ode\"",
                 {"claims.route", "is the route it is compared"});
    expect_claim(error + "over_route = \"ode\"", {"over_route", "no meaning with quantity = \"value\""});
    expect_claim(error + "quantity = \"ratio\"\nover_route = \"noise\"",
                 {"over_route = \"noise\"", "ode, sim"});
    expect_claim(error + "variant = \"slow\"\nminus_variant = \"slow\"",
                 {"minus_variant", "is the variant itself"}, with_variants);
    expect_claim(error + "variant = \"slow\"\nminus_variant = \"wdie\"", {"minus_variant", "\"wide\"?"},
                 with_variants);
    CHECK(complaints_about(valid_experiment + "[[claims]]\nname = \"c\"\nminus_route = \"ode\"\n" + error)
              .empty());
}

TEST_CASE("a claim about the approach to the theory needs sizes and a theory") {
    const std::string fall = "predicted = 0.5\nquantity = \"fall\"\n";
    expect_claim(fall, {"minus_route is missing"});
    expect_claim(fall + "minus_route = \"sim\"", {"claims.minus_route", "theories", "are ode"});
    expect_claim(fall + "minus_route = \"ode\"\nroute = \"ode\"",
                 {"claims.route", "is the route it is compared"});
    expect_claim(fall + "minus_route = \"ode\"\nat = 1.0",
                 {"claims.at", "no meaning with quantity = \"fall\""});
    expect_claim(fall + "minus_route = \"ode\"\nobservable = \"S\"", {"claims.observable", "Q, R"});
    expect_claim(fall + "minus_route = \"ode\"", {"claims.quantity", "at least two sizes"},
                 with("[50, 100]", "[50]"));
    CHECK(complaints_about(valid_experiment + "[[claims]]\nname = \"c\"\nminus_route = \"ode\"\n" + fall)
              .empty());
}

TEST_CASE("a claim about variants must name them and a key that differs") {
    const std::string error = "predicted = 1.0\nobservable = \"generalization_error\"\n";
    const auto refused = [&](const std::string& claim, const std::vector<std::string>& says) {
        expect_claim(claim, says, with_variants);
    };
    refused(error, {"variant is missing", "slow, wide"});
    refused(error + "variant = \"slwo\"", {"claims.variant = \"slwo\"", "did you mean \"slow\"?"});
    refused(error + "variant = \"slow\"\nquantity = \"ratio\"", {"over_variant is missing"});
    refused(error + "quantity = \"slope\"\nagainst = \"problem.activation\"",
            {"claims.against", "not a number"});
    refused(error + "quantity = \"slope\"\nagainst = \"algorithm.batch_size\"", {"not a number given in"});
    refused(error + "quantity = \"slope\"\nagainst = \"problem.teachers\"", {"the same value"});
    refused(error + "quantity = \"slope\"\nagainst = \"algorithm.learning_rate\"\nvariants = [\"slow\"]",
            {"two variants"});
    refused(error + "quantity = \"slope\"\nagainst = \"algorithm.learning_rate\"\nvariant = \"slow\"",
            {"claims.variant", "no meaning"});
    // Only the wide variant has a third student.
    refused(
        "predicted = 1.0\nobservable = \"Q\"\nrow = 3\ncolumn = 3\nquantity = \"slope\"\n"
        "against = \"algorithm.learning_rate\"",
        {"row = 3", "in variant slow"});
}

TEST_CASE("a figure of what the experiment does not have is refused before anything runs") {
    const auto figure = [](const std::string& keys) {
        return complaints_about(valid_experiment + "[figure]\n" + keys);
    };
    CHECK(figure("observables = [\"Q\"]").empty());
    expect_one_sentence(figure("observables = [\"Q\", \"S\"]"),
                        {"figure.observables", "\"S\" is not one of"});
    expect_one_sentence(figure("against = \"algorithm.rate\""), {"figure.against", "not a number"});
    expect_one_sentence(figure("window = [2, 1]"), {"figure.window", "two times"});
    CHECK(figure("minus = \"ode\"\nconvergence = true").empty());
    expect_one_sentence(figure("minus = \"oed\""), {"figure.minus", "are ode, sim", "\"ode\"?"});
    expect_one_sentence(figure("convergence = 1"), {"figure.convergence", "true or false"});
    expect_one_sentence(complaints_about(with("[50, 100]", "[50]") + "[figure]\nconvergence = true"),
                        {"figure.convergence", "at least two sizes"});
    const std::string only_theory =
        valid_experiment.substr(0, valid_experiment.find("[routes.sim]")) + "[routes.ode]\nkind = \"ode\"\n";
    expect_one_sentence(complaints_about(only_theory + "[figure]\nconvergence = true"),
                        {"at least two sizes"});
}

}  // namespace experiment_mistakes_tests
