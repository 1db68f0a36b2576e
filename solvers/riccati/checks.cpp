#include "solvers/riccati/quadratic_network.hpp"

#include <fmt/format.h>

#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::riccati {

using quadratic_network::QuadraticNetwork;

void check_isotropic(const Problem& base, const Table& table, Complaints& complaints) {
    const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
    };
    if (problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked || problem.inputs.has_spike)
        refuse("the Riccati equation is closed for isotropic inputs alone; the ode route knows others");
    if (problem.students < problem.teachers())
        refuse(fmt::format("needs at least as many students as the {} teachers", problem.teachers()));
}

}  // namespace hidyn::riccati
