#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "math/matrices/eigen_kernels.hpp"

/// Products A * B and (c A) * B of dense matrices of doubles, compiled once. Eigen compiles a product anew
/// for every pair of types of its factors, two or three seconds each; here a factor is a pointer, sizes and
/// an order, whatever it was (a matrix, its transpose, a block, a map). product.cpp calls Eigen's own code
/// with the same factors, so every number is the same. Expressions stay as they are.
namespace hidyn::math {

/// A matrix in memory whose rows or columns are contiguous.
template <class Number>
struct DenseView {
    Number* data;
    Eigen::Index rows, columns;
    Eigen::Index stride;  ///< between columns, or rows if row_major
    bool row_major;
};

enum class Update { assign, add, subtract };

/// result (n x m) = or += or -= left (n x k) right (k x m); they must not overlap.
void multiply(const DenseView<double>& result, const DenseView<const double>& left,
              const DenseView<const double>& right, Update update);
/// The same with (factor left) right.
void multiply(const DenseView<double>& result, double factor, const DenseView<const double>& left,
              const DenseView<const double>& right, Update update);

/// What product.cpp makes of a view, for which Eigen's own code remains.
template <class Matrix>
using StridedMap = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class T>
struct IsStridedMap : std::false_type {};
template <class Matrix>
struct IsStridedMap<StridedMap<Matrix>> : std::true_type {};

/// Sizes not known to the compiler, and contiguous in memory along one direction.
template <class T>
concept DenseFactor =
    std::is_same_v<typename T::Scalar, double> && int(T::MaxRowsAtCompileTime) == Eigen::Dynamic &&
    int(T::MaxColsAtCompileTime) == Eigen::Dynamic && bool(Eigen::internal::has_direct_access<T>::ret) &&
    int(Eigen::internal::inner_stride_at_compile_time<T>::ret) == 1 && !IsStridedMap<T>::value;

template <class T>
struct WithoutScale {
    using type = T;
    static constexpr bool scaled = false;
};
template <class Constant, class T>
struct WithoutScale<Eigen::CwiseBinaryOp<
    Eigen::internal::scalar_product_op<double, double>,
    const Eigen::CwiseNullaryOp<Eigen::internal::scalar_constant_op<double>, Constant>, const T>> {
    using type = T;
    static constexpr bool scaled = true;
};

template <class T>
concept ScalableFactor = DenseFactor<typename WithoutScale<T>::type>;

template <class T>
[[nodiscard]] DenseView<const double> view(const T& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols(), matrix.outerStride(), bool(T::IsRowMajor)};
}

template <class Result, class Left, class Right>
void multiply_into(Result& result, const Left& left, const Right& right, Update update) {
    static_assert(int(Eigen::internal::inner_stride_at_compile_time<Result>::ret) == 1);
    const DenseView<double> into{result.data(), result.rows(), result.cols(), result.outerStride(),
                                 bool(Result::IsRowMajor)};
    if constexpr (WithoutScale<Left>::scaled)
        multiply(into, left.lhs().functor().m_other, view(left.rhs()), view(right), update);
    else
        multiply(into, view(left), view(right), update);
}

}  // namespace hidyn::math

namespace Eigen::internal {

template <class Left, class Right>
    requires hidyn::math::ScalableFactor<Left> && hidyn::math::DenseFactor<Right>
struct generic_product_impl<Left, Right, DenseShape, DenseShape, GemmProduct> {
    template <class Result>
    static void evalTo(Result& result, const Left& left, const Right& right) {
        hidyn::math::multiply_into(result, left, right, hidyn::math::Update::assign);
    }
    template <class Result>
    static void addTo(Result& result, const Left& left, const Right& right) {
        if (fused_by_compiler(result, right))
            Coefficients::eval_dynamic(result, left, right, add_assign_op<double, double>());
        else
            hidyn::math::multiply_into(result, left, right, hidyn::math::Update::add);
    }
    template <class Result>
    static void subTo(Result& result, const Left& left, const Right& right) {
        if (fused_by_compiler(result, right))
            Coefficients::eval_dynamic(result, left, right, sub_assign_op<double, double>());
        else
            hidyn::math::multiply_into(result, left, right, hidyn::math::Update::subtract);
    }

  private:
    using Coefficients = generic_product_impl<Left, Right, DenseShape, DenseShape, CoeffBasedProductMode>;

    /// Whether C += c A B goes coefficient by coefficient (Eigen's bound). It depends on the code around it
    /// whether the compiler makes one rounding or two of C + c x, so this stays where it is.
    template <class Result>
    static bool fused_by_compiler(const Result& result, const Right& right) {
        if constexpr (!hidyn::math::WithoutScale<Left>::scaled) return false;
        return right.rows() > 0 &&
               right.rows() + result.rows() + result.cols() < EIGEN_GEMM_TO_COEFFBASED_THRESHOLD;
    }
};

}  // namespace Eigen::internal
