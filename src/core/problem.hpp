// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/observable.hpp"
#include "core/route.hpp"
#include "core/table.hpp"

namespace hidyn {

/// A learning problem as one experiment states it: parameters, algorithm and start, complete and valid.
/// Routes of that problem know its concrete type; the engine room does not.
class Problem {
  public:
    virtual ~Problem() = default;
    [[nodiscard]] virtual std::vector<Observable> observables() const = 0;
    [[nodiscard]] virtual std::string time_unit() const = 0;
    /// Steps of the algorithm per unit of time at size d; 0 if its time is continuous.
    [[nodiscard]] virtual double steps_per_unit_time(double d) const = 0;
    /// The start of every route in full precision, for the results file: one array per name.
    struct StartArray {
        Observable what;
        std::vector<double> values;  ///< [replica,] component; no replica axis where all share it
    };
    [[nodiscard]] virtual std::vector<StartArray> start() const = 0;
    /// Number of different starts; 0 when all replicas share one.
    [[nodiscard]] virtual std::size_t start_replicas() const { return 0; }
};

/// What [time] asks to be recorded beside the plain trajectories.
struct Recording {
    TimeGrid grid;
    bool two_time = false;                 ///< also C(t, s) at all pairs of times, and the theory's kernels
    std::vector<double> response_at = {};  ///< times of the perturbations whose response is recorded
};

/// The sections of the experiment file from which a problem is made.
struct ProblemTables {
    Table problem;
    Table data;
    Table algorithm;
    Table initial;
    Recording recording;
    std::string problem_kind;
    std::string algorithm_kind;
    std::size_t replicas = 0;  ///< the largest number of replicas any route of the experiment asks for
    std::size_t runs = 0;      ///< the same of single runs, where a replica has many members
};

/// A way of learning, and the problem object that it makes of the experiment's sections.
struct AlgorithmKind {
    std::string name;
    std::string summary;
    std::vector<Key> keys;
    std::vector<Key> data_keys = {};  ///< of [data]; empty: samples are fresh, there is no such section
    bool two_time = false;            ///< offers the observables of Recording
    std::function<std::shared_ptr<const Problem>(const ProblemTables&, Complaints&)> make = {};
};

/// What an experiment asks of a route.
struct RouteRequest {
    std::shared_ptr<const Problem> problem;
    const Table& keys;  ///< of the route's section
    RouteInfo info;
    const TimeGrid& grid;
};

/// Makes the route, with what it computed to see whether it can, or complains and returns null.
using MakeRoute = std::function<std::unique_ptr<Route>(RouteRequest, Complaints&)>;

/// One way to solve a problem, as the registry offers it.
struct RouteKind {
    std::string name;
    std::string summary;
    std::string source;  ///< paper and equation
    bool theory = false;
    bool exact_at_d = false;  ///< a theory of its own size: verdicts make no allowance of order 1/d
    std::vector<std::string> algorithms = {};  ///< those it solves; empty: all of the problem
    std::vector<Key> keys;
    MakeRoute make = {};
};

/// A learning problem as the registry offers it.
struct ProblemKind {
    std::string name;
    std::string summary;
    std::string mathematics;  ///< what is learned, how, with every scaling; for `hidyn describe`
    std::vector<Key> problem_keys;
    std::vector<Key> initial_keys;
    std::vector<AlgorithmKind> algorithms;
    std::vector<Observable> observables;  ///< with the axes' sizes left at 0
    std::vector<RouteKind> routes;
};

/// Everything there is: filled in one place, by the program.
struct Registry {
    std::vector<ProblemKind> problems;

    [[nodiscard]] const ProblemKind* find(const std::string& name) const {
        for (const ProblemKind& kind : problems)
            if (kind.name == name) return &kind;
        return nullptr;
    }
};

}  // namespace hidyn
