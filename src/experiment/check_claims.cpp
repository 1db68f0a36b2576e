#include "experiment/check_claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/words.hpp"
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
        const bool has_variants = names_.size() > 1 || !names_.front().empty();
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
        const bool about_one = claim_.quantity == "value" || claim_.quantity == "ratio" ||
                               claim_.quantity == "fall" || claim_.quantity == "peak";
        if (about_one && claim_.variant.empty() && has_variants)
            complaints_.add(fmt::format("{}: variant is missing: the variants of this file are {}",
                                        claim_.given.place(), joined(names_, ", ")));
        if (!about_one && claim_.variants_among(names_).size() < 2)
            complain("quantity", "needs at least two variants");
        if (complaints_.sentences().size() != before) return false;
        for (const std::string& name : claim_.variants_among(names_))
            for (const Variant& variant : experiment_.variants)
                if (variant.name == name) about_.push_back(&variant);
        return std::ranges::all_of(about_,
                                   [](const Variant* variant) { return variant->problem != nullptr; });
    }

    /// What the variant's routes report, their own included.
    static std::vector<Observable> observables_in(const Variant& variant) {
        std::vector<Observable> all = variant.problem->observables();
        for (const auto& route : variant.routes)
            for (Observable& own : route->own_observables())
                if (std::ranges::find(all, own.name, &Observable::name) == all.end())
                    all.push_back(std::move(own));
        return all;
    }

    void observable() {
        if (claim_.observable.empty()) return;  // a fall of all of them
        for (const Variant* variant : about_) {
            const std::vector<Observable> observables = observables_in(*variant);
            const std::string where = variant->name.empty() ? "" : " in variant " + variant->name;
            const auto found = std::ranges::find(observables, claim_.observable, &Observable::name);
            std::string defect;
            if (found == observables.end()) {
                std::vector<std::string> names;
                names.reserve(observables.size());
                for (const Observable& one : observables) names.push_back(one.name);
                defect = fmt::format("must be one of {}{}{}", joined(names, ", "), where,
                                     suggestion(claim_.observable, names));
            } else if (claim_.quantity != "fall") {
                defect = claim_.component_defect(*found);
                if (!defect.empty()) defect += where;
            }
            if (defect.empty()) continue;
            found_ = false;
            complain("observable", defect);
            return;
        }
    }

    [[nodiscard]] bool reports(const Variant& variant, const Route& route) const {
        const auto named = [&](const std::vector<Observable>& observables) {
            return std::ranges::find(observables, claim_.observable, &Observable::name) != observables.end();
        };
        return claim_.observable.empty() || named(variant.problem->observables()) ||
               named(route.own_observables());
    }

    [[nodiscard]] static bool has_sizes(const Variant& variant, const std::string& label) {
        std::set<std::uint64_t> sizes;
        for (const auto& route : variant.routes)
            if (route->info.label == label && !route->info.theory) sizes.insert(route->info.d);
        return sizes.size() > 1;
    }

    /// The routes that every variant it is about has and that suit there.
    template <class Suits>
    [[nodiscard]] std::set<std::string> labels_that(Suits suits) const {
        std::set<std::string> labels;
        for (const auto& candidate : about_.front()->routes)
            if (std::ranges::all_of(about_, [&](const Variant* variant) {
                    return std::ranges::any_of(variant->routes, [&](const auto& one) {
                        return one->info.label == candidate->info.label && suits(*variant, *one);
                    });
                }))
                labels.insert(candidate->info.label);
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
        if (std::ranges::any_of(about_, [](const Variant* variant) { return variant->routes.empty(); }))
            return;
        const bool fall = claim_.quantity == "fall";
        const std::set<std::string> references = labels_that([&](const Variant& variant, const Route& one) {
            return reports(variant, one) && (!fall || one.info.theory);
        });
        check_label(
            "minus_route", claim_.minus_route,
            fall ? "the theories that runs could approach are" : "the routes it could be compared with are",
            references);
        check_label("over_route", claim_.over_route, "the routes it could be compared with are", references);
        std::set<std::string> checked = labels_that([&](const Variant& variant, const Route& one) {
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
        const std::vector<double>& grid = experiment_.grid.times;
        if (grid.empty() || !claim_.times(experiment_.grid).empty()) return;
        complain(claim_.at ? "at" : "window",
                 fmt::format("{}; its {} times go from {} to {}",
                             claim_.at ? "is not a time of the grid" : "no time of the grid lies in it",
                             grid.size(), grid.front(), grid.back()));
    }

    const Experiment& experiment_;
    const Claim& claim_;
    Complaints& complaints_;
    std::vector<std::string> names_;
    std::vector<const Variant*> about_;
    bool found_ = true;  ///< the observable
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
