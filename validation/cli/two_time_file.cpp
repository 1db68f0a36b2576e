// SPDX-License-Identifier: MIT
#include "../unit/support/two_time_results.hpp"

#include "run/judgement.hpp"

/// Writes a results file with two-time observables, for the tests that read it as others do.
int main(int, char** arguments) {
    hidyn::results::Results all = hidyn::test::relaxation(21, {50, 200}, 16);
    hidyn::run::store(hidyn::run::judge(all), all);
    hidyn::results::write(arguments[1], all);
}
