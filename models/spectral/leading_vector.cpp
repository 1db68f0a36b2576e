// SPDX-License-Identifier: MIT
#include "models/spectral/leading_vector.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/aligned.hpp"
#include "core/error.hpp"
#include "math/matrices/lanczos.hpp"
#include "math/matrices/spectrum.hpp"
#include "math/vectors/fused_pass.hpp"

namespace hidyn::spectral {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Below this size a dense matrix is as good, and Lanczos has no room.
constexpr std::size_t dense_dimensions = 16;

/// v -> (M + shift) v.
class Product {
  public:
    Product(const WeightedRows& matrix, double shift)
        : matrix_(matrix),
          shift_(shift),
          pass_(matrix.stride, 1),
          input_(matrix.stride),
          output_(matrix.stride) {}

    void operator()(const double* x, double* y) const {
        std::copy_n(x, matrix_.dimensions, input_.begin());
        std::ranges::fill(output_, 0.0);
        pass_.accumulate(
            static_cast<std::size_t>(matrix_.weight.size()),
            [&](std::size_t i) { return matrix_.rows + i * matrix_.stride; }, input_.data(), 1,
            output_.data(),
            [&](std::size_t first, std::size_t width, const double* field, double* c) {
                for (std::size_t r = 0; r < width; ++r)
                    c[r] = matrix_.weight[static_cast<Index>(first + r)] * field[r];
            });
        for (std::size_t j = 0; j < matrix_.dimensions; ++j) y[j] = output_[j] + shift_ * x[j];
    }

  private:
    const WeightedRows& matrix_;
    double shift_;
    mutable teacher_student::FusedPass pass_;
    mutable AlignedVector input_, output_;
};

ExtremePairs dense_pairs(const WeightedRows& matrix, std::size_t pairs, End end) {
    const auto d = static_cast<Index>(matrix.dimensions);
    const auto kept = static_cast<Index>(std::min(pairs, matrix.dimensions));
    const Product product(matrix, 0.0);
    const MatrixXd unit = MatrixXd::Identity(d, d);
    MatrixXd M(d, d);
    for (Index j = 0; j < d; ++j) product(unit.col(j).data(), M.col(j).data());
    const math::SymmetricSpectrum solver(M);
    if (end == End::smallest)
        return {solver.eigenvalues().head(kept), solver.eigenvectors().leftCols(kept), true};
    return {solver.eigenvalues().tail(kept).reverse(),
            solver.eigenvectors().rightCols(kept).rowwise().reverse(), true};
}

/// A mean magnitude of the eigenvalues, (1/d) sum_i |weight_i| |a_i|^2.
double magnitude(const WeightedRows& matrix) {
    double sum = 0.0;
    for (Index i = 0; i < matrix.weight.size(); ++i)
        sum += std::abs(matrix.weight[i]) *
               Eigen::Map<const VectorXd>(matrix.rows + static_cast<std::size_t>(i) * matrix.stride,
                                          static_cast<Index>(matrix.dimensions))
                   .squaredNorm();
    return sum / static_cast<double>(matrix.dimensions);
}

}  // namespace

ExtremePairs extreme_pairs(const WeightedRows& matrix, std::size_t pairs, End end) {
    if (!(matrix.weight.cwiseAbs().maxCoeff() > 0.0))
        throw RunError("the spectral matrix is 0: its preprocessing gives no sample any weight");
    if (matrix.dimensions <= std::max(dense_dimensions, pairs + 1)) return dense_pairs(matrix, pairs, end);
    // Errors are measured in units of the eigenvalue, which without a shift might happen to be close to 0.
    const double shift = (end == End::largest ? 1.0 : -1.0) * magnitude(matrix);
    const Product product(matrix, shift);
    const auto d = static_cast<Index>(matrix.dimensions);
    const auto wanted = static_cast<Index>(pairs);
    const auto found = math::lanczos(std::cref(product), d,
                                     {.pairs = wanted,
                                      .basis = std::min<Index>(40 * wanted, d),
                                      .restarts = 1000,
                                      .tolerance = 1e-9,
                                      .largest = end == End::largest});
    if (!found) return {};
    return {found->values.array() - shift, found->vectors, true};
}

LeadingPair leading_pair(const WeightedRows& matrix) {
    const ExtremePairs found = extreme_pairs(matrix, 1, End::largest);
    if (!found.converged) return {};
    return {.value = found.values[0], .vector = found.vectors.col(0), .converged = true};
}

}  // namespace hidyn::spectral
