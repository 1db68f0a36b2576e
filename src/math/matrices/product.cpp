// SPDX-License-Identifier: MIT
#include "math/matrices/product.hpp"

namespace hidyn::math {
namespace {

template <int order>
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, order>;

template <int order>
StridedMap<const Matrix<order>> map(const DenseView<const double>& view) {
    return {view.data, view.rows, view.columns, Eigen::OuterStride<>(view.stride)};
}

/// Eigen's own code, with factors in known orders.
template <int result_order, int left_order, int right_order>
void multiply_ordered(const DenseView<double>& into, const DenseView<const double>& left_view,
                      const DenseView<const double>& right_view, Update update) {
    StridedMap<Matrix<result_order>> result(into.data, into.rows, into.columns,
                                            Eigen::OuterStride<>(into.stride));
    const auto left = map<left_order>(left_view);
    const auto right = map<right_order>(right_view);
    using Product =
        Eigen::internal::generic_product_impl<StridedMap<const Matrix<left_order>>,
                                              StridedMap<const Matrix<right_order>>, Eigen::DenseShape,
                                              Eigen::DenseShape, Eigen::GemmProduct>;
    if (update == Update::assign)
        Product::evalTo(result, left, right);
    else if (update == Update::add)
        Product::addTo(result, left, right);
    else
        Product::subTo(result, left, right);
}

template <int result_order, int left_order>
void multiply_ordered(const DenseView<double>& result, const DenseView<const double>& left,
                      const DenseView<const double>& right, Update update) {
    right.row_major
        ? multiply_ordered<result_order, left_order, Eigen::RowMajor>(result, left, right, update)
        : multiply_ordered<result_order, left_order, Eigen::ColMajor>(result, left, right, update);
}

template <int result_order>
void multiply_ordered(const DenseView<double>& result, const DenseView<const double>& left,
                      const DenseView<const double>& right, Update update) {
    left.row_major ? multiply_ordered<result_order, Eigen::RowMajor>(result, left, right, update)
                   : multiply_ordered<result_order, Eigen::ColMajor>(result, left, right, update);
}

}  // namespace

void multiply(const DenseView<double>& result, const DenseView<const double>& left,
              const DenseView<const double>& right, Update update) {
    result.row_major ? multiply_ordered<Eigen::RowMajor>(result, left, right, update)
                     : multiply_ordered<Eigen::ColMajor>(result, left, right, update);
}

}  // namespace hidyn::math
