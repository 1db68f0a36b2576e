// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "math/matrices/eigen_kernels.hpp"

/// Products A * B of dense matrices of doubles, compiled once. Eigen compiles a product anew
/// for every pair of types of its factors, two or three seconds each; here a factor is a pointer, sizes and
/// an order, whatever it was (a matrix, its transpose, a block, a map). Any other expression is evaluated
/// first, as Eigen does, too. product.cpp calls Eigen's own code with the same factors, so every number is
/// the same. Expressions stay as they are.
///
/// A scaled factor, (c A) * B, is left to Eigen: whether the compiler makes one rounding or two of C + c x
/// depends on the code around it, so it may not move.
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
/// What product.cpp makes of a view, for which Eigen's own code remains.
template <class Matrix>
using StridedMap = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class T>
struct IsStridedMap : std::false_type {};
template <class Matrix>
struct IsStridedMap<StridedMap<Matrix>> : std::true_type {};

/// Sizes not known to the compiler, and contiguous in memory along one direction.
template <class T>
concept DenseFactor = std::is_same_v<typename T::Scalar, double> &&
                          int(T::MaxRowsAtCompileTime) == Eigen::Dynamic&& int(T::MaxColsAtCompileTime) ==
                          Eigen::Dynamic&& bool(Eigen::internal::has_direct_access<T>::ret) &&
                      int(Eigen::internal::inner_stride_at_compile_time<T>::ret) == 1 &&
                      !IsStridedMap<T>::value;

/// An expression that Eigen evaluates before it multiplies.
template <class T>
concept EvaluatedFactor =
    std::is_same_v<typename T::Scalar, double> &&
        int(T::MaxRowsAtCompileTime) == Eigen::Dynamic&& int(T::MaxColsAtCompileTime) == Eigen::Dynamic
    && !bool(Eigen::internal::blas_traits<T>::HasUsableDirectAccess) &&
    !bool(Eigen::internal::blas_traits<T>::HasScalarFactor);

template <class T>
concept Factor = DenseFactor<T> || EvaluatedFactor<T>;

/// Eigen evaluates it even where it multiplies a vector.
template <class T>
struct IsProduct : std::false_type {};
template <class Left, class Right>
struct IsProduct<Eigen::Product<Left, Right, Eigen::DefaultProduct>> : std::true_type {};

template <class T>
inline constexpr bool ready_for_vectors = DenseFactor<T> || IsProduct<T>::value;

template <DenseFactor T>
[[nodiscard]] DenseView<const double> view(const T& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols(), matrix.outerStride(), bool(T::IsRowMajor)};
}

/// The factor itself, or what its expression evaluates to.
template <class T>
[[nodiscard]] decltype(auto) in_memory(const T& factor) {
    if constexpr (DenseFactor<T>)
        return (factor);
    else
        return typename T::PlainObject(factor);
}

template <class Result, class Left, class Right>
void multiply_into(Result& result, const Left& left, const Right& right, Update update) {
    static_assert(int(Eigen::internal::inner_stride_at_compile_time<Result>::ret) == 1);
    const DenseView<double> into{result.data(), result.rows(), result.cols(), result.outerStride(),
                                 bool(Result::IsRowMajor)};
    multiply(into, view(in_memory(left)), view(in_memory(right)), update);
}

}  // namespace hidyn::math

namespace Eigen::internal {

template <class Left, class Right>
requires hidyn::math::Factor<Left> && hidyn::math::Factor<Right>
struct generic_product_impl<Left, Right, DenseShape, DenseShape, GemmProduct> {
    template <class Result>
    static void evalTo(Result& result, const Left& left, const Right& right) {
        if (as_vectors(result, right)) {
            result.setZero();
            add_vectors(result, left, right, 1.0);
        } else {
            hidyn::math::multiply_into(result, left, right, hidyn::math::Update::assign);
        }
    }
    template <class Result>
    static void addTo(Result& result, const Left& left, const Right& right) {
        if (as_vectors(result, right))
            add_vectors(result, left, right, 1.0);
        else
            hidyn::math::multiply_into(result, left, right, hidyn::math::Update::add);
    }
    template <class Result>
    static void subTo(Result& result, const Left& left, const Right& right) {
        if (as_vectors(result, right))
            add_vectors(result, left, right, -1.0);
        else
            hidyn::math::multiply_into(result, left, right, hidyn::math::Update::subtract);
    }

  private:
    static constexpr bool ready_for_vectors =
        hidyn::math::ready_for_vectors<Left> && hidyn::math::ready_for_vectors<Right>;

    /// Whether Eigen multiplies coefficient by coefficient.
    template <class Result>
    static bool small(const Result& result, const Right& right) {
        return right.rows() > 0 &&
               right.rows() + result.rows() + result.cols() < EIGEN_GEMM_TO_COEFFBASED_THRESHOLD;
    }
    /// Whether the product is one of a matrix and a vector with an expression in it: of these Eigen evaluates
    /// no matrix.
    template <class Result>
    static bool as_vectors(const Result& result, const Right& right) {
        return !ready_for_vectors && (result.rows() == 1 || result.cols() == 1) && !small(result, right);
    }
    template <class Result>
    static void add_vectors(Result& result, const Left& left, const Right& right, double sign) {
        if constexpr (!ready_for_vectors) {
            if (right.rows() == 0) return;
            if (result.cols() == 1) {
                typename Result::ColXpr column(result.col(0));
                generic_product_impl<Left, typename Right::ConstColXpr, DenseShape, DenseShape,
                                     GemvProduct>::scaleAndAddTo(column, left, right.col(0), sign);
            } else {
                typename Result::RowXpr row(result.row(0));
                generic_product_impl<typename Left::ConstRowXpr, Right, DenseShape, DenseShape,
                                     GemvProduct>::scaleAndAddTo(row, left.row(0), right, sign);
            }
        }
    }
};

}  // namespace Eigen::internal
