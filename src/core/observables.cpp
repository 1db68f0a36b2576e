// SPDX-License-Identifier: MIT
#include "core/observables.hpp"

#include <utility>

namespace hidyn {

Handle ObservableList::add(Observable what) {
    all_.push_back(std::move(what));
    return Handle(end() - 1);
}

Handle ObservableList::add(const char* name, const char* long_name, const char* symbol,
                           std::string normalization, std::vector<Dimension> dimensions) {
    Observable what;
    what.name = name;
    what.long_name = long_name;
    what.symbol = symbol;
    what.normalization = std::move(normalization);
    what.dimensions = std::move(dimensions);
    return add(std::move(what));
}

std::vector<Handle> ObservableList::handles() const {
    std::vector<Handle> all;
    for (std::size_t place = first_; place < end(); ++place) all.push_back(Handle(place));
    return all;
}

}  // namespace hidyn
