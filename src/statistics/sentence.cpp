// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "statistics/verdict.hpp"

namespace hidyn::statistics {

namespace {

/// "0.50(2)": the error in units of the last digit.
std::string with_error(double value, double error) {
    if (!std::isfinite(error) || error <= 0) return fmt::format("{:.2f}", value);
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(error * 1.05))), 2, 6);
    return fmt::format("{:.{}f}({:.0f})", value, digits, std::max(1.0, error * std::pow(10.0, digits)));
}

std::string probability(double p) {
    return p < 1e-12 ? "p < 1e-12" : fmt::format("p = {:.2g}", p);
}

std::string place(const LargestDeviation& where) {
    return fmt::format("{}{} at t = {:.4g}", where.observable, where.component, where.time);
}

std::string standpoint(const Verdict& verdict) {
    if (std::isinf(verdict.largest.d)) return "extrapolated to d = infinity";
    if (verdict.largest.d == without_size) return "in all runs";
    return fmt::format("at d = {:g}", verdict.largest.d);
}

std::string times(const Verdict& verdict) {
    if (verdict.times == 1) return "the one time";
    if (verdict.times_tested == verdict.times) return fmt::format("all {} times", verdict.times);
    return fmt::format("{} of {} times", verdict.times_tested, verdict.times);
}

std::string difference(const LargestDeviation& where) {
    return std::isfinite(where.relative) && where.relative < 10
               ? fmt::format("{:.3g}%", 100 * where.relative)
               : fmt::format("{:.2g}", std::abs(where.simulation - where.theory));
}

// The largest |z| of the comparisons at this size, before any allowance.
double largest_raw_z(const Verdict& verdict) {
    double largest = 0;
    for (const std::vector<Comparison>& at_size : verdict.comparisons)
        for (const Comparison& one : at_size)
            if (one.d == verdict.largest.d) largest = std::fmax(largest, one.max_abs_z);
    return largest;
}

std::string spread_clause(const Verdict& verdict) {
    if (!std::isfinite(verdict.variance_p_value) || verdict.decided_by == DecidedBy::variance) return "";
    const LargestDeviation& where = verdict.unsettled_spread;
    if (where.z == 0) return ", and so does its spread over replicas";
    return fmt::format(
        ", but its spread at d = {:g} is not yet the theory's (d Var of {}: {:.3g} against {:.3g})", where.d,
        place(where), where.simulation, where.theory);
}

std::string agreement(const Verdict& verdict) {
    const bool spread_alone = verdict.decided_by == DecidedBy::variance;
    const std::string who = fmt::format("{}, {}{}", standpoint(verdict), spread_alone ? "the spread of " : "",
                                        verdict.simulation);
    // One size cannot tell an O(1/d) shift from a wrong theory: the test allows for it, and says so.
    if (verdict.decided_by == DecidedBy::single_size && verdict.allows_for_size &&
        largest_raw_z(verdict) > std::abs(verdict.largest.z) + 0.05)
        return fmt::format(
            "agrees: {} lies within statistical error and {} of {} at {}{} (largest z = {:.1f}, beyond the "
            "allowance "
            "{:.1f} for {}, {})",
            who, verdict.largest.d == without_size ? "the own error" : "an allowance of order 1/d",
            verdict.theory, times(verdict), spread_clause(verdict), largest_raw_z(verdict),
            std::abs(verdict.largest.z), place(verdict.largest), probability(verdict.p_value));
    return fmt::format(
        "agrees: {} lies within statistical error of {} at {}{} (largest z = {:.1f} for {}, {})", who,
        verdict.theory, times(verdict), spread_clause(verdict), std::abs(verdict.largest.z),
        place(verdict.largest), probability(verdict.p_value));
}

std::string disagreement(const Verdict& verdict) {
    const LargestDeviation& where = verdict.largest;
    const bool variance = verdict.decided_by == DecidedBy::variance;
    return fmt::format(
        "disagrees: {}, {} differs from {} by {} in {}{} ({:.4g} against {:.4g}, z = {:.1f}, {})",
        standpoint(verdict), verdict.simulation, verdict.theory, difference(where),
        variance ? "d Var of " : "", place(where), where.simulation, where.theory, std::abs(where.z),
        probability(verdict.p_value));
}

std::string indecision(const Verdict& verdict) {
    const std::string both = fmt::format("{} and {}", verdict.simulation, verdict.theory);
    if (verdict.obstacle == Obstacle::nothing_in_common)
        return "inconclusive: " + both + " have no observable in common";
    if (verdict.obstacle == Obstacle::nothing_known)
        return fmt::format("inconclusive: of what {} reports {} knows nothing, or not how far it is off",
                           verdict.simulation, verdict.theory);
    if (verdict.obstacle == Obstacle::all_diverged)
        return fmt::format("inconclusive: every replica of {} diverged, none is left to compare with {}",
                           verdict.simulation, verdict.theory);
    if (verdict.obstacle == Obstacle::most_diverged)
        return fmt::format(
            "inconclusive: most replicas of {} diverged{}, and the others are a selection that {} "
            "is not about",
            verdict.simulation,
            verdict.sizes_used.empty() ? "" : fmt::format(" at d = {:g}", verdict.replicas.back().d),
            verdict.theory);
    if (verdict.obstacle == Obstacle::selection)
        return fmt::format(
            "inconclusive: {} differs from {} only where some of its replicas have diverged, "
            "and the others are a selection (by {} in {}, z = {:.1f})",
            verdict.simulation, verdict.theory, difference(verdict.largest), place(verdict.largest),
            std::abs(verdict.largest.z));
    if (verdict.obstacle == Obstacle::moves_away)
        return fmt::format(
            "inconclusive: the means of {} lie within statistical error of {} "
            "(largest z = {:.1f} for {}, {}), but single runs move away from it as d grows",
            verdict.simulation, verdict.theory, std::abs(verdict.largest.z), place(verdict.largest),
            probability(verdict.p_value));
    if (verdict.obstacle == Obstacle::sizes_too_small)
        return fmt::format(
            "inconclusive: {} differs from {} by {} in {}, but single runs approach it as d^-{}, faster "
            "than the d^-1/2 of small fluctuations: these sizes are too small for the limit, add larger d",
            verdict.simulation, verdict.theory, difference(verdict.largest), place(verdict.largest),
            with_error(verdict.falls.back().exponent, verdict.falls.back().exponent_error));
    if (verdict.obstacle == Obstacle::theory_ends_at_start)
        return fmt::format("inconclusive: {} diverged before the replicas of {} had moved apart",
                           verdict.theory, verdict.simulation);
    std::size_t most = 0;
    for (const ReplicaCount& size : verdict.replicas) most = std::max(most, size.replicas - size.diverged);
    return fmt::format("inconclusive: {} has at most {} usable {} at any size, and {} are needed to judge {}",
                       verdict.simulation, most, most == 1 ? "replica" : "replicas", fewest_replicas,
                       verdict.theory);
}

}  // namespace

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::agrees:
            return "agrees";
        case Outcome::disagrees:
            return "disagrees";
        case Outcome::inconclusive:
            return "inconclusive";
    }
    return "";
}

std::string sentence(const Verdict& verdict) {
    std::string text = verdict.outcome == Outcome::agrees      ? agreement(verdict)
                       : verdict.outcome == Outcome::disagrees ? disagreement(verdict)
                                                               : indecision(verdict);
    if (verdict.outcome != Outcome::inconclusive && verdict.fit_p_value < verdict.level)
        text += fmt::format("; below d = {:g} the means do not yet follow 1/d ({})",
                            *std::min_element(verdict.sizes_used.begin(), verdict.sizes_used.end()),
                            probability(verdict.fit_p_value));
    if (verdict.obstacle != Obstacle::sizes_too_small && !verdict.falls.empty() &&
        std::isfinite(verdict.falls.back().exponent) && verdict.falls.back().deviation.front() > rounding)
        text += fmt::format("; single-run deviations {} as d^{}",
                            verdict.falls.back().exponent < 0.0 ? "grow" : "fall",
                            with_error(-verdict.falls.back().exponent, verdict.falls.back().exponent_error));
    if (verdict.outcome != Outcome::inconclusive && std::isfinite(verdict.theory_ends_at))
        text += fmt::format("; {} diverged after t = {:.4g}, and later times are not compared",
                            verdict.theory, verdict.theory_ends_at);
    if (verdict.outcome != Outcome::inconclusive && !verdict.hole.observable.empty())
        text += fmt::format(
            "; {} leaves {}{} undefined or its error unknown (first at t = {:.4g}), which is "
            "not compared",
            verdict.theory, verdict.hole.observable, verdict.hole.component, verdict.hole.time);
    if (verdict.outcome != Outcome::inconclusive && !verdict.vague.observable.empty())
        text += fmt::format(
            "; the own error of {} is larger than the statistical one in {}{} (first at t = {:.4g})",
            verdict.theory, verdict.vague.observable, verdict.vague.component, verdict.vague.time);
    if (verdict.diverged() > 0 && verdict.obstacle != Obstacle::all_diverged) {
        std::size_t all = 0;
        for (const ReplicaCount& size : verdict.replicas) all += size.replicas;
        text += fmt::format("; {} of {} replicas diverged or failed, and are left out from then on", verdict.diverged(),
                            all);
    }
    return text;
}

}  // namespace hidyn::statistics
