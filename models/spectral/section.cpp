// SPDX-License-Identifier: MIT
#include "models/spectral/section.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "math/expression/expression.hpp"

namespace hidyn::spectral {

std::vector<Key> preprocessing_keys() {
    return {keys::function(
                "preprocessing",
                "weight of a sample with label y (in units of sqrt(T)). optimal: 1 - 1 / E[z^2 | y], at "
                "least the bound; mondelli-montanari: (y^2 - 1) / (y^2 + sqrt(2 alpha) - 1); trimmed: y^2 "
                "where |y| <= bound, else 0; subset: 1 where |y| > bound, else 0",
                {"optimal", "mondelli-montanari", "trimmed", "subset"}, "y")
                .written("\\mathcal{T}")
                .otherwise(FunctionText{"optimal"}),
            keys::real("preprocessing_bound",
                       "of the optimal one (absent: -50), the trimmed one (absent: 3) or the subset (absent: "
                       "1.5)")};
}

std::optional<Preprocessing> read_preprocessing(const Table& table, double Delta, double alpha,
                                                Complaints& complaints) {
    const FunctionText& given = table.function("preprocessing");
    const auto bound = [&](double standard) {
        return table.given("preprocessing_bound") ? table.real("preprocessing_bound") : standard;
    };
    const auto no_bound = [&] {
        if (table.given("preprocessing_bound"))
            complaints.add(
                table.complain("preprocessing_bound", "has a meaning for optimal, trimmed and subset only"));
    };
    if (given.is_expression) {
        no_bound();
        try {
            Preprocessing made =
                Preprocessing::expression(math::MultivariateExpression::parse(given.text, {"y"}, 0));
            const std::optional<double> highest = made.supremum();
            if (!highest)
                complaints.add(table.complain(
                    "preprocessing",
                    "is not bounded above: a few samples would rule the leading eigenvector, and its limit "
                    "is not defined; cut it off, as in \"min(y^2, 9)\""));
            else if (!(*highest > 0.0))
                complaints.add(table.complain("preprocessing", "must be positive for some labels"));
            else
                return made;
        } catch (const math::ExpressionError& error) {
            complaints.add(
                table.complain("preprocessing", fmt::format("column {}: {}", error.column, error.message)));
        }
        return std::nullopt;
    }
    if (given.text == "mondelli-montanari") {
        no_bound();
        if (alpha > 0.5) return Preprocessing::mondelli_montanari(alpha);
        complaints.add(table.complain(
            "preprocessing",
            fmt::format("mondelli-montanari needs a sample_ratio above 1/2: it has a pole at {}", alpha)));
        return std::nullopt;
    }
    const bool optimal = given.text == "optimal";
    const double cut = bound(optimal ? -50.0 : given.text == "trimmed" ? 3.0 : 1.5);
    if (optimal ? cut >= 0.0 : cut <= 0.0) {
        complaints.add(table.complain("preprocessing_bound",
                                      optimal ? "of the optimal preprocessing must be negative: it is the "
                                                "lowest weight"
                                              : "must be positive: it is a magnitude of labels"));
        return std::nullopt;
    }
    if (optimal) return Preprocessing::optimal(Delta, cut);
    return given.text == "trimmed" ? Preprocessing::trimmed(cut) : Preprocessing::subset(cut);
}

}  // namespace hidyn::spectral
