// SPDX-License-Identifier: MIT
#include "math/gaussian/residual_moments.hpp"

namespace hidyn::math {

std::unique_ptr<ResidualMomentsEngine> make_residual_moments(const Activation& student,
                                                             const Activation& teacher, std::size_t students,
                                                             std::size_t teachers,
                                                             const QuadratureOptions& options) {
    if (student.family() == teacher.family()) switch (student.family()) {
            case Family::erf:
                return make_erf_moments(students, teachers);
            case Family::relu:
                return make_relu_moments(students, teachers);
            case Family::polynomial:
                return make_polynomial_moments(student, teacher, students, teachers);
            case Family::general:
                break;
        }
    return make_quadrature_moments(student, teacher, students, teachers, options);
}

}  // namespace hidyn::math
