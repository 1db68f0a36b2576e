#include "core/problem.hpp"

#include <utility>

namespace hidyn {

std::unique_ptr<Route> RouteKind::route(RouteRequest request, Complaints& complaints) const {
    if (prepare) return prepare(std::move(request), complaints);
    const std::size_t before = complaints.sentences().size();
    if (check) check(*request.problem, request.keys, request.info, request.grid, complaints);
    if (complaints.sentences().size() != before) return nullptr;
    return make(request.problem, request.keys, std::move(request.info));
}

}  // namespace hidyn
