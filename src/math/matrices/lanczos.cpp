// SPDX-License-Identifier: MIT
#include "math/matrices/lanczos.hpp"

#include <Spectra/SymEigsSolver.h>

namespace hidyn::math {
namespace {

/// As Spectra asks for it.
class Operator {
  public:
    using Scalar = double;

    Operator(const std::function<void(const double*, double*)>& multiply, Eigen::Index size)
        : multiply_(multiply), size_(size) {}

    [[nodiscard]] Eigen::Index rows() const { return size_; }
    [[nodiscard]] Eigen::Index cols() const { return size_; }
    void perform_op(const double* x, double* y) const { multiply_(x, y); }

  private:
    const std::function<void(const double*, double*)>& multiply_;
    Eigen::Index size_;
};

}  // namespace

std::optional<Eigenpairs> lanczos(const std::function<void(const double*, double*)>& multiply,
                                  Eigen::Index size, const LanczosOptions& options, const double* start) {
    Operator matrix(multiply, size);
    Spectra::SymEigsSolver<Operator> solver(matrix, options.pairs, options.basis);
    if (start != nullptr)
        solver.init(start);
    else
        solver.init();
    const Spectra::SortRule order =
        options.largest ? Spectra::SortRule::LargestAlge : Spectra::SortRule::SmallestAlge;
    solver.compute(order, options.restarts, options.tolerance, order);
    if (solver.info() != Spectra::CompInfo::Successful) return std::nullopt;
    return Eigenpairs{solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace hidyn::math
