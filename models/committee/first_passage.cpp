#include "models/committee/first_passage.hpp"

#include <algorithm>

namespace hidyn::committee {

double squared_overlap(const OrderParameters& state) {
    return state.R(0, 0) * state.R(0, 0) / (state.Q(0, 0) * state.T(0, 0));
}

void observe_passage(const Committee& problem, double passage, double now, Recorder& recorder,
                     std::size_t replica, std::size_t time) {
    // A simulation's passage is a whole number of steps over d, which may miss the grid's time by rounding.
    const double escaped = passage <= now * (1.0 + 1e-12) ? 1.0 : 0.0;
    const double escape_time = std::min(passage, now);
    const std::size_t first = problem.passage_place();
    recorder.record(first, replica, time, {&escaped, 1});
    recorder.record(first + 1, replica, time, {&escape_time, 1});
}

}  // namespace hidyn::committee
