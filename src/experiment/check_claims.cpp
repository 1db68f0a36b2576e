#include "experiment/check_claims.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "experiment/section.hpp"

namespace hidyn::experiment {
namespace {

class Check {
  public:
    Check(const Experiment& experiment, const Claim& claim, Complaints& complaints)
        : experiment_(experiment), claim_(claim), complaints_(complaints) {
        for (const Variant& variant : experiment.variants) names_.push_back(variant.name);
    }

    void all() {
        if (!variants()) return;
        observable();
        route();
        against();
        times();
    }

  private:
    void complain(const std::string& key, const std::string& problem) {
        complaints_.add(claim_.given.complain(key, problem));
    }

    // False when the claim's variants are not those of the file; the other checks would then mislead.
    bool variants() {
        const std::size_t before = complaints_.sentences().size();
        const bool has_variants = names_.size() > 1 || !names_.front().empty();
        const auto check_name = [&](const std::string& key, const std::string& name) {
            if (name.empty() || std::ranges::find(names_, name) != names_.end()) return;
            complain(key, has_variants ? fmt::format("the variants of this file are {}{}",
                                                     fmt::join(names_, ", "), suggestion(name, names_))
                                       : "this file has no [variants]");
        };
        check_name("variant", claim_.variant);
        check_name("over_variant", claim_.over_variant);
        for (const std::string& name : claim_.variants) check_name("variants", name);
        if (std::set<std::string>(claim_.variants.begin(), claim_.variants.end()).size() !=
            claim_.variants.size())
            complain("variants", "a variant is named twice");
        if (complaints_.sentences().size() != before) return false;
        const bool about_one = claim_.quantity == "value" || claim_.quantity == "ratio";
        if (about_one && claim_.variant.empty() && has_variants)
            complaints_.add(fmt::format("{}: variant is missing: the variants of this file are {}",
                                        claim_.given.place(), fmt::join(names_, ", ")));
        if (!about_one && claim_.variants_among(names_).size() < 2)
            complain("quantity", "needs at least two variants");
        if (complaints_.sentences().size() != before) return false;
        for (const std::string& name : claim_.variants_among(names_))
            for (const Variant& variant : experiment_.variants)
                if (variant.name == name) about_.push_back(&variant);
        return std::ranges::all_of(about_,
                                   [](const Variant* variant) { return variant->problem != nullptr; });
    }

    void observable() {
        for (const Variant* variant : about_) {
            std::vector<std::string> names;
            const std::vector<Observable> observables = variant->problem->observables();
            for (const Observable& one : observables) names.push_back(one.name);
            const std::string where = variant->name.empty() ? "" : " in variant " + variant->name;
            const auto found = std::ranges::find(names, claim_.observable);
            std::string defect;
            if (found == names.end())
                defect = fmt::format("must be one of {}{}{}", fmt::join(names, ", "), where,
                                     suggestion(claim_.observable, names));
            else if (defect = claim_.component_defect(
                         observables[static_cast<std::size_t>(found - names.begin())]);
                     !defect.empty())
                defect += where;
            if (defect.empty()) continue;
            complain("observable", defect);
            return;
        }
    }

    void route() {
        std::set<std::string> everywhere;
        for (const auto& route : about_.front()->routes) everywhere.insert(route->info.label);
        for (const Variant* variant : about_)
            std::erase_if(everywhere, [&](const std::string& label) {
                return std::ranges::none_of(variant->routes,
                                            [&](const auto& one) { return one->info.label == label; });
            });
        // Routes that could not be made have been complained about.
        if (everywhere.empty() && claim_.route.empty()) return;
        if (!claim_.route.empty() && everywhere.count(claim_.route) == 0)
            complain("route", fmt::format("the routes this claim can be checked on are {}{}",
                                          fmt::join(everywhere, ", "),
                                          suggestion(claim_.route, {everywhere.begin(), everywhere.end()})));
    }

    void against() {
        if (claim_.against.empty()) return;
        std::set<double> values;
        for (const Variant* variant : about_) {
            const std::optional<double> value = variant->document.number_at(claim_.against);
            if (!value)
                return complain("against", fmt::format("is not a number given in variant {}", variant->name));
            if (claim_.quantity == "exponent" && !(*value > 0.0))
                return complain("against", fmt::format("is {} in variant {}, but an exponent needs positive "
                                                       "values",
                                                       *value, variant->name));
            values.insert(*value);
        }
        if (values.size() < 2) complain("against", "has the same value in every variant");
    }

    void times() {
        if (experiment_.grid.times.empty() || !claim_.times(experiment_.grid).empty()) return;
        if (claim_.at)
            complain("at", "is not a time of the grid");
        else
            complain("window", "no time of the grid lies in it");
    }

    const Experiment& experiment_;
    const Claim& claim_;
    Complaints& complaints_;
    std::vector<std::string> names_;
    std::vector<const Variant*> about_;
};

}  // namespace

void check_claims(const Experiment& experiment, Complaints& complaints) {
    std::set<std::string> labels;
    for (const Variant& variant : experiment.variants)
        for (const auto& route : variant.routes) labels.insert(route->info.label);
    std::set<std::string> names;
    for (const Claim& claim : experiment.claims) {
        bool fresh = names.insert(claim.name).second;
        // On several routes a claim is stored once for each, under its name and theirs.
        for (const std::string& label : labels)
            fresh &= names.insert(fmt::format("{} ({})", claim.name, label)).second;
        if (!fresh) complaints.add(claim.given.complain("name", "another claim has this name"));
        Check(experiment, claim, complaints).all();
    }
}

}  // namespace hidyn::experiment
