#include "models/spectral/leading_vector.hpp"

#include <Spectra/SymEigsSolver.h>

#include <algorithm>

#include "core/aligned.hpp"
#include "models/teacher_student/fused_pass.hpp"

namespace hidyn::spectral {
namespace {

using Eigen::Index;

/// v -> sum_i weight_i a_i (a_i . v), as Spectra asks for it.
class Product {
  public:
    using Scalar = double;

    Product(const double* rows, std::size_t count, std::size_t dimensions, std::size_t stride,
            const Eigen::VectorXd& weight)
        : rows_(rows),
          count_(count),
          dimensions_(dimensions),
          stride_(stride),
          weight_(weight),
          pass_(stride, 1),
          input_(stride),
          output_(stride) {}

    [[nodiscard]] Index rows() const { return static_cast<Index>(dimensions_); }
    [[nodiscard]] Index cols() const { return rows(); }
    void perform_op(const double* x, double* y) const {
        std::copy_n(x, dimensions_, input_.begin());
        std::ranges::fill(output_, 0.0);
        pass_.accumulate(
            count_, [&](std::size_t i) { return rows_ + i * stride_; }, input_.data(), 1, output_.data(),
            [&](std::size_t first, std::size_t width, const double* field, double* c) {
                for (std::size_t r = 0; r < width; ++r)
                    c[r] = weight_[static_cast<Index>(first + r)] * field[r];
            });
        std::copy_n(output_.begin(), dimensions_, y);
    }

  private:
    const double* rows_;
    std::size_t count_, dimensions_, stride_;
    const Eigen::VectorXd& weight_;
    mutable teacher_student::FusedPass pass_;
    mutable AlignedVector input_, output_;
};

}  // namespace

LeadingPair leading_pair(const double* rows, std::size_t count, std::size_t dimensions, std::size_t stride,
                         const Eigen::VectorXd& weight) {
    if (dimensions == 1) {
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i)
            sum += weight[static_cast<Index>(i)] * rows[i * stride] * rows[i * stride];
        return {.value = sum, .vector = Eigen::VectorXd::Ones(1), .converged = true};
    }
    Product product(rows, count, dimensions, stride, weight);
    constexpr Index basis = 40;
    constexpr Index restarts = 1000;
    Spectra::SymEigsSolver<Product> solver(product, 1, std::min(basis, product.rows()));
    solver.init();
    solver.compute(Spectra::SortRule::LargestAlge, restarts, 1e-9);
    LeadingPair found;
    found.converged = solver.info() == Spectra::CompInfo::Successful;
    if (!found.converged) return found;
    found.value = solver.eigenvalues()[0];
    found.vector = solver.eigenvectors().col(0);
    return found;
}

}  // namespace hidyn::spectral
