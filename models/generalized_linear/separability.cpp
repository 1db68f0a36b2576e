// SPDX-License-Identifier: MIT
#include "models/generalized_linear/separability.hpp"

#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {

Separability::Observables::Observables() {
    separable_ratio = add("separable_ratio", "separable samples per dimension", "\\alpha_c",
                          "(n + 1/2) / d, n the largest number of the first samples that can be separated");
}

std::vector<Problem::StartArray> Separability::start() const {
    return {{teacher_student::teacher_overlaps(1), {T()}}};
}

}  // namespace hidyn::generalized_linear
