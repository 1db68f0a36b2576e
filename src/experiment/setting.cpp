// SPDX-License-Identifier: MIT
#include <algorithm>

#include "experiment/experiment.hpp"

namespace hidyn::experiment {

claims::Setting setting_of(const Experiment& experiment) {
    claims::Setting setting;
    setting.grid = experiment.grid;
    for (const Variant& variant : experiment.variants) {
        claims::Setting::Variant& made = setting.variants.emplace_back();
        made.name = variant.name;
        made.sound = variant.problem != nullptr;
        if (made.sound) made.observables = variant.problem->observables();
        made.shared = made.observables.size();
        made.number_at = [document = &variant.document](const std::string& key) {
            return document->number_at(key);
        };
        for (const auto& route : variant.routes) {
            claims::Setting::Route& one = made.routes.emplace_back();
            one.info = route->info;
            for (const Observable& own : route->own_observables()) {
                one.own_observables.push_back(own.name);
                if (std::ranges::find(made.observables, own.name, &Observable::name) ==
                    made.observables.end())
                    made.observables.push_back(own);
            }
        }
    }
    return setting;
}

}  // namespace hidyn::experiment
