// SPDX-License-Identifier: MIT
#include "core/observable.hpp"

#include <fmt/format.h>

#include "core/words.hpp"

#include <utility>

namespace hidyn {

const char* role_name(AxisRole role) {
    switch (role) {
        case AxisRole::index:
            return "index";
        case AxisRole::time:
            return "time";
        case AxisRole::profile:
            return "profile";
    }
    return "";
}

Dimension Dimension::times(std::string name, std::vector<double> coordinates) {
    const std::size_t size = coordinates.size();
    return {std::move(name), size, std::move(coordinates), AxisRole::time};
}

Dimension Dimension::profile(std::string name, std::vector<double> coordinates) {
    const std::size_t size = coordinates.size();
    return {std::move(name), size, std::move(coordinates), AxisRole::profile};
}

std::string Observable::component_label(std::size_t index) const {
    if (dimensions.empty()) return "";
    std::vector<std::string> numbers;
    std::vector<std::string> places;
    bool several = false;
    for (std::size_t axis = dimensions.size(); axis-- > 0;) {
        const Dimension& dimension = dimensions[axis];
        const std::size_t entry = index % dimension.size;
        index /= dimension.size;
        if (dimension.coordinates.empty()) {
            numbers.insert(numbers.begin(), fmt::format("{}", entry + 1));
            several = several || dimension.size > 1;
        } else {
            places.insert(places.begin(),
                          fmt::format("{} = {:.4g}", dimension.is_time() ? "s" : dimension.name,
                                      dimension.coordinates[entry]));
        }
    }
    const std::string counted = joined(numbers, ",");
    if (places.empty()) return "[" + counted + "]";
    return fmt::format("[{}{}]", several ? counted + "; " : "", joined(places, ", "));
}

}  // namespace hidyn
