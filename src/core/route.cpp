#include "core/route.hpp"

#include "core/typed_route.hpp"

namespace hidyn {
namespace {

class SolverRoute final : public Route {
  public:
    SolverRoute(RouteInfo description, Solver solver)
        : Route(std::move(description)), solver_(std::move(solver)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return solver_.solve({info, grid, recorder, progress});
    }
    [[nodiscard]] std::vector<Observable> own_observables() const override { return solver_.own_observables; }

  private:
    Solver solver_;
};

}  // namespace

std::unique_ptr<Route> make_route(RouteInfo info, Solver solver) {
    return std::make_unique<SolverRoute>(std::move(info), std::move(solver));
}

const char* status_name(Status status) {
    switch (status) {
        case Status::complete:
            return "complete";
        case Status::diverged:
            return "diverged";
        case Status::not_converged:
            return "not_converged";
    }
    return "";
}

}  // namespace hidyn
