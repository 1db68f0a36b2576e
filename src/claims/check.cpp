// SPDX-License-Identifier: MIT
#include "claims/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "claims/quantity.hpp"
#include "core/names.hpp"
#include "core/words.hpp"

namespace hidyn::claims {
namespace {

class Check {
  public:
    Check(const Setting& setting, const Claim& claim, Complaints& complaints)
        : setting_(setting), claim_(claim), complaints_(complaints), names_(setting.names()) {}

    void all() {
        if (!variants()) return;
        observable();
        if (found_) route();
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
        const bool has_variants = setting_.has_variants();
        const auto check_name = [&](const std::string& key, const std::string& name) {
            if (name.empty() || std::ranges::find(names_, name) != names_.end()) return;
            complain(key, has_variants ? fmt::format("the variants of this file are {}{}",
                                                     joined(names_, ", "), suggestion(name, names_))
                                       : "this file has no [variants]");
        };
        check_name("variant", claim_.variant);
        check_name("minus_variant", claim_.minus_variant);
        check_name("over_variant", claim_.over_variant);
        for (const std::string& name : claim_.variants) check_name("variants", name);
        if (std::set<std::string>(claim_.variants.begin(), claim_.variants.end()).size() !=
            claim_.variants.size())
            complain("variants", "a variant is named twice");
        if (complaints_.sentences().size() != before) return false;
        if (!claim_.variant.empty() && claim_.minus_variant == claim_.variant)
            complain("minus_variant", "is the variant itself; name another");
        const bool about_one = claim_.quantity->about_one_variant();
        if (about_one && claim_.variant.empty() && has_variants)
            complaints_.add(fmt::format("{}: variant is missing: the variants of this file are {}",
                                        claim_.given.place(), joined(names_, ", ")));
        if (!about_one && claim_.quantity->variants(claim_, names_).size() < 2)
            complain("quantity", "needs at least two variants");
        if (complaints_.sentences().size() != before) return false;
        for (const std::string& name : claim_.quantity->variants(claim_, names_))
            for (const Setting::Variant& variant : setting_.variants)
                if (variant.name == name) about_.push_back(&variant);
        return std::ranges::all_of(about_, &Setting::Variant::sound);
    }

    void observable() {
        if (claim_.observable.empty()) return;  // a fall of all of them
        for (const Setting::Variant* variant : about_) {
            const std::vector<Observable>& observables = variant->observables;
            const std::string where = variant->name.empty() ? "" : " in variant " + variant->name;
            const auto found = std::ranges::find(observables, claim_.observable, &Observable::name);
            std::string defect;
            if (found == observables.end()) {
                std::vector<std::string> names;
                names.reserve(observables.size());
                for (const Observable& one : observables) names.push_back(one.name);
                defect = fmt::format("must be one of {}{}{}", joined(names, ", "), where,
                                     suggestion(claim_.observable, names));
            } else if (claim_.quantity->of_component()) {
                defect = claim_.component_defect(*found);
                if (!defect.empty()) defect += where;
            }
            if (defect.empty()) continue;
            found_ = false;
            complain("observable", defect);
            return;
        }
    }

    [[nodiscard]] bool reports(const Setting::Variant& variant, const Setting::Route& route) const {
        const auto shared_end = variant.observables.begin() + static_cast<std::ptrdiff_t>(variant.shared);
        return claim_.observable.empty() ||
               std::ranges::find(variant.observables.begin(), shared_end, claim_.observable,
                                 &Observable::name) != shared_end ||
               std::ranges::find(route.own_observables, claim_.observable) != route.own_observables.end();
    }

    [[nodiscard]] static bool has_sizes(const Setting::Variant& variant, const std::string& label) {
        std::set<std::uint64_t> sizes;
        for (const Setting::Route& route : variant.routes)
            if (route.info.label == label && !route.info.theory) sizes.insert(route.info.d);
        return sizes.size() > 1;
    }

    /// The routes that every variant it is about has and that suit there.
    template <class Suits>
    [[nodiscard]] std::set<std::string> labels_that(Suits suits) const {
        std::set<std::string> labels;
        for (const Setting::Route& candidate : about_.front()->routes)
            if (std::ranges::all_of(about_, [&](const Setting::Variant* variant) {
                    return std::ranges::any_of(variant->routes, [&](const Setting::Route& one) {
                        return one.info.label == candidate.info.label && suits(*variant, one);
                    });
                }))
                labels.insert(candidate.info.label);
        return labels;
    }

    void check_label(const std::string& key, const std::string& label, const std::string& what,
                     const std::set<std::string>& allowed) {
        if (label.empty() || allowed.count(label) != 0) return;
        complain(key, fmt::format("{} {}{}", what, allowed.empty() ? "none" : joined(allowed, ", "),
                                  suggestion(label, {allowed.begin(), allowed.end()})));
    }

    void route() {
        // Routes that could not be made have been complained about.
        if (std::ranges::any_of(about_,
                                [](const Setting::Variant* variant) { return variant->routes.empty(); }))
            return;
        const bool fall = claim_.quantity->of_sizes();
        const std::set<std::string> references =
            labels_that([&](const Setting::Variant& variant, const Setting::Route& one) {
                return reports(variant, one) && (!fall || one.info.theory);
            });
        check_label(
            "minus_route", claim_.minus_route,
            fall ? "the theories that runs could approach are" : "the routes it could be compared with are",
            references);
        check_label("over_route", claim_.over_route, "the routes it could be compared with are", references);
        std::set<std::string> checked =
            labels_that([&](const Setting::Variant& variant, const Setting::Route& one) {
                return reports(variant, one) && (!fall || has_sizes(variant, one.info.label));
            });
        std::erase_if(checked, [&](const std::string& label) { return claim_.is_reference(label); });
        if (claim_.is_reference(claim_.route))
            complain("route", "is the route it is compared with; name another");
        else
            check_label("route", claim_.route,
                        fall ? "the simulations with at least two sizes are"
                             : "the routes this claim can be checked on are",
                        checked);
        if (complaints_.empty() && checked.empty())
            complain("quantity", fall ? "needs a simulation with at least two sizes d"
                                      : "no route is left that it could be checked on");
    }

    void against() {
        if (claim_.against.empty()) return;
        std::set<double> values;
        for (const Setting::Variant* variant : about_) {
            const std::optional<double> value = variant->number_at(claim_.against);
            if (!value)
                return complain("against", fmt::format("is not a number given in variant {}", variant->name));
            if (claim_.quantity == &exponent() && !(*value > 0.0))
                return complain("against", fmt::format("is {} in variant {}, but an exponent needs positive "
                                                       "values",
                                                       *value, variant->name));
            values.insert(*value);
        }
        if (values.size() < 2) complain("against", "has the same value in every variant");
    }

    void times() {
        const std::vector<double>& grid = setting_.grid.times;
        if (grid.empty() || !claim_.times(setting_.grid).empty()) return;
        complain(claim_.at ? "at" : "window",
                 fmt::format("{}; its {} times go from {} to {}",
                             claim_.at ? "is not a time of the grid" : "no time of the grid lies in it",
                             grid.size(), grid.front(), grid.back()));
    }

    const Setting& setting_;
    const Claim& claim_;
    Complaints& complaints_;
    std::vector<std::string> names_;
    std::vector<const Setting::Variant*> about_;
    bool found_ = true;  ///< the observable
};

}  // namespace

void check(const std::vector<Claim>& claims, const Setting& setting, Complaints& complaints) {
    std::set<std::string> labels;
    for (const Setting::Variant& variant : setting.variants)
        for (const Setting::Route& route : variant.routes) labels.insert(route.info.label);
    std::set<std::string> names;
    for (const Claim& claim : claims) {
        bool fresh = names.insert(claim.name).second;
        // On several routes a claim is stored once for each, under its name and theirs.
        for (const std::string& label : labels)
            fresh &= names.insert(fmt::format("{} ({})", claim.name, label)).second;
        if (!fresh) complaints.add(claim.given.complain("name", "another claim has this name"));
        Check(setting, claim, complaints).all();
    }
}

}  // namespace hidyn::claims
