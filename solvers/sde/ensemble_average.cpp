// SPDX-License-Identifier: MIT
#include "solvers/sde/ensemble_average.hpp"

#include <cmath>

namespace hidyn::sde {
namespace {

double least_of(Handle what, const std::vector<LeastError>& least) {
    for (const LeastError& one : least)
        if (one.what && one.what.place() == what.place()) return one.error;
    return 0.0;
}

}  // namespace

void record_average(const Recorder& ensemble, Recorder& recorder, const std::vector<LeastError>& least) {
    const auto parts = static_cast<double>(ensemble_parts);
    ObservableList report;
    for (const Series& series : ensemble.series()) {
        const Handle what = report.add(series.observable);
        const double smallest = least_of(what, least);
        std::vector<double> means(series.components());
        std::vector<double> errors(series.components());
        for (std::size_t time = 0; time < ensemble.times(); ++time) {
            for (std::size_t component = 0; component < means.size(); ++component) {
                double sum = 0.0;
                for (std::size_t part = 0; part < ensemble_parts; ++part)
                    sum += series.at(part, time)[component];
                const double mean = sum / parts;
                double squares = 0.0;
                for (std::size_t part = 0; part < ensemble_parts; ++part)
                    squares += std::pow(series.at(part, time)[component] - mean, 2);
                means[component] = mean;
                errors[component] = std::fmax(std::sqrt(squares / (parts - 1.0) / parts), smallest);
            }
            recorder.at(0, time).record(what, means);
            recorder.record_error(what, time, errors);
        }
    }
}

}  // namespace hidyn::sde
