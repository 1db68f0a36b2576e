// SPDX-License-Identifier: MIT
#include <cstdio>

#include "hidyn/registry.hpp"
#include "hidyn/run/conclusions.hpp"
#include "hidyn/run/runner.hpp"

int main(int, char** argv) {
    const auto experiment = hidyn::experiment::load(argv[1], {}, hidyn::registry());
    auto results = hidyn::run::solve(experiment, {});
    for (const auto& judgement : hidyn::run::conclude(experiment, results).judgements)
        std::puts(hidyn::statistics::sentence(judgement.verdict).c_str());
}
