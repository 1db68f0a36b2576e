// SPDX-License-Identifier: MIT
#include "solvers/dmft/kernels.hpp"

#include "math/matrices/linear_systems.hpp"

namespace hidyn::dmft {

using Eigen::Index;
using Eigen::MatrixXd;

CausalKernels::CausalKernels(const Process& process, double step, std::size_t steps)
    : K(static_cast<Index>(process.students)),
      M(static_cast<Index>(process.teachers)),
      step_(step),
      alpha(process.sample_ratio),
      keep(1.0 - process.learning_rate * process.ridge * step),
      T_inverse(math::inverse(process.T)) {
    const Index size = static_cast<Index>(steps + 1) * K;
    for (RowMajor* kernel : {&C_w, &R_w, &Gamma, &C_g}) kernel->setZero(size, size);
    overlap.setZero(size, M);
    Phi_0.setZero(size, K);
    Phi_star.setZero(size, M);
    C_w.topLeftCorner(K, K) = process.Q;
    overlap.topRows(K) = process.R;
    Phi_0.topRows(K).setIdentity();
}

double CausalKernels::memory_bytes(std::size_t students, std::size_t steps) {
    const double size = static_cast<double>((steps + 1) * students);
    return 4.0 * 8.0 * size * size;
}

void CausalKernels::advance(const ForceRows& rows) {
    const Index known = static_cast<Index>(now_ + 1) * K;  // rows of times 0..m
    const Index last = known - K;
    Gamma.block(last, 0, K, known) = rows.memory;
    C_g.block(last, 0, K, known) = rows.correlation;
    const RowMajor& memory = rows.memory;

    // Stein's lemma gives the teacher's part without differentiating the label.
    const MatrixXd memory_teacher = (alpha * rows.teacher - memory * overlap.topRows(known)) * T_inverse;
    overlap.middleRows(known, K) = keep * overlap.middleRows(last, K) + alpha * rows.teacher;

    R_w.block(known, 0, K, known) = keep * R_w.block(last, 0, K, known);
    R_w.block(known, last, K, K).setIdentity();
    R_w.block(known, 0, K, known).noalias() += memory * R_w.topLeftCorner(known, known);
    Phi_0.middleRows(known, K) = keep * Phi_0.middleRows(last, K);
    Phi_0.middleRows(known, K).noalias() += memory * Phi_0.topRows(known);
    Phi_star.middleRows(known, K) = keep * Phi_star.middleRows(last, K) + memory_teacher;
    Phi_star.middleRows(known, K).noalias() += memory * Phi_star.topRows(known);

    auto next = C_w.block(known, 0, K, known);
    next = keep * C_w.block(last, 0, K, known);
    next.noalias() += memory * C_w.topLeftCorner(known, known);
    next.noalias() += memory_teacher * overlap.topRows(known).transpose();
    next.noalias() += alpha * rows.correlation * R_w.topLeftCorner(known, known).transpose();
    C_w.block(0, known, known, K) = next.transpose();
    MatrixXd diagonal = keep * C_w.block(last, known, K, K);
    diagonal.noalias() += memory * C_w.block(0, known, known, K);
    diagonal.noalias() += memory_teacher * overlap.middleRows(known, K).transpose();
    diagonal.noalias() += alpha * rows.correlation * R_w.block(known, 0, K, known).transpose();
    C_w.block(known, known, K, K) = 0.5 * (diagonal + diagonal.transpose());
    ++now_;
}

bool CausalKernels::bounded(double bound) const {
    const Index first = static_cast<Index>(now_) * K;
    const double Q = C_w.block(first, 0, K, first + K).cwiseAbs().maxCoeff();
    const double R = overlap.middleRows(first, K).cwiseAbs().maxCoeff();
    const double response = now_ > 0 ? R_w.block(first, 0, K, first).cwiseAbs().maxCoeff() : 0.0;
    // Comparisons with NaN are false.
    return Q <= bound && R <= bound && response <= bound && C_w.block(first, 0, K, first + K).allFinite() &&
           (now_ == 0 || R_w.block(first, 0, K, first).allFinite());
}

}  // namespace hidyn::dmft
