// SPDX-License-Identifier: MIT
#include "solvers/riccati/isotropic.hpp"

#include <fmt/format.h>

namespace hidyn::riccati {

using quadratic_network::QuadraticNetwork;

void check_isotropic(const Asked<QuadraticNetwork>& asked) {
    const QuadraticNetwork& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked || problem.inputs.has_spike)
        refuse("the Riccati equation is closed for isotropic inputs alone; the ode route knows others");
    if (problem.students < problem.teachers())
        refuse(fmt::format("needs at least as many students as the {} teachers", problem.teachers()));
}

}  // namespace hidyn::riccati
