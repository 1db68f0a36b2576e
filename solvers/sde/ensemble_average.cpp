#include "solvers/sde/ensemble_average.hpp"

#include <cmath>
#include <vector>

namespace hidyn::sde {

void record_average(const Recorder& ensemble, Recorder& recorder,
                    const std::function<double(std::size_t)>& least) {
    const auto parts = static_cast<double>(ensemble_parts);
    for (std::size_t place = 0; place < ensemble.series().size(); ++place) {
        const Series& series = ensemble.series()[place];
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
                errors[component] = std::fmax(std::sqrt(squares / (parts - 1.0) / parts), least(place));
            }
            recorder.record(place, 0, time, means);
            recorder.record_error(place, time, errors);
        }
    }
}

}  // namespace hidyn::sde
