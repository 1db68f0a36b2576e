// SPDX-License-Identifier: MIT
#include "models/generalized_linear/spectral_estimator.hpp"

#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {

SpectralEstimator::Observables::Observables() {
    squared_overlap =
        add("squared_overlap", "squared overlap", "m^2", "(v . theta*)^2 / |theta*|^2, |v| = 1");
    leading_eigenvalue = add("leading_eigenvalue", "leading eigenvalue", "\\lambda_1",
                             "of (1/n) sum_i T(y_i / sqrt(T)) x_i x_i^T, inputs of variance 1");
}

std::vector<Problem::StartArray> SpectralEstimator::start() const {
    return {{teacher_student::teacher_overlaps(1), {T()}}};
}

}  // namespace hidyn::generalized_linear
