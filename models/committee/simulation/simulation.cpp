#include <fmt/format.h>

#include <cmath>

#include "models/committee/committee.hpp"
#include "models/committee/declaration/declaration.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::committee {
namespace {

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid& grid,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const Committee&>(base);
    const double d = static_cast<double>(info.d);
    teacher_student::check_room(problem.starts, table, info.d, complaints);
    for (const double decay : {problem.algorithm.weight_decay, problem.algorithm.second_layer_weight_decay})
        if (decay > d)
            complaints.add(table.complain(
                "d", fmt::format(
                         "a weight decay of {} flips the sign of the weights at d = {}; it must be at most d",
                         decay, info.d)));
    const double steps = std::floor(grid.end() * d + 1e-9);
    if (static_cast<double>(grid.size()) > steps + 1.0)
        complaints.add(table.complain(
            "d", fmt::format(
                     "[time] asks for {} points, but until t = {} there are only {} steps at d = {}: points "
                     "would fall between steps; use at most {} points, a later end or a larger d",
                     grid.size(), grid.end(), steps, info.d, steps + 1.0)));
}

std::unique_ptr<Route> make(const std::shared_ptr<const Problem>& base, const Table&, RouteInfo info) {
    auto problem = std::dynamic_pointer_cast<const Committee>(base);
    return info.method == "direct" ? make_direct_simulation(std::move(problem), std::move(info))
                                   : make_reduced_simulation(std::move(problem), std::move(info));
}

std::vector<Key> keys() {
    std::vector<Key> all{{.name = "method",
                          .type = KeyType::choice,
                          .meaning =
                              "\"direct\": real weights and inputs; \"reduced\": the same law from the order "
                              "parameters alone, at a cost independent of d",
                          .choices = {"reduced", "direct"},
                          .standard = std::string("reduced")}};
    for (Key& key : teacher_student::ensemble_keys(1e15)) all.push_back(std::move(key));
    return all;
}

}  // namespace

RouteKind simulation_kind() {
    return {
        .name = "simulation",
        .summary =
            "finite-size SGD: real vectors (direct), or exact in law at a cost independent of d (reduced)",
        .source =
            "the reduced chain is the law of (Q, R, v) for isotropic Gaussian inputs, without approximation",
        .theory = false,
        .algorithms = {"online-sgd"},
        .keys = keys(),
        .check = check,
        .make = make};
}

}  // namespace hidyn::committee
