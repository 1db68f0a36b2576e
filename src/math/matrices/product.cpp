// SPDX-License-Identifier: MIT
#include "math/matrices/product.hpp"

namespace hidyn::math {
namespace {

using Eigen::Index;

template <int order>
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, order>;

template <int order>
StridedMap<const Matrix<order>> map(const DenseView<const double>& view) {
    return {view.data, view.rows, view.columns, Eigen::OuterStride<>(view.stride)};
}

/// Eigen's code for a product, with factors in known orders.
template <int result_order, int left_order, int right_order>
struct Product {
    StridedMap<Matrix<result_order>> result;
    StridedMap<const Matrix<left_order>> left;
    StridedMap<const Matrix<right_order>> right;

    using Blocked = Eigen::internal::generic_product_impl<decltype(left), decltype(right), Eigen::DenseShape,
                                                          Eigen::DenseShape, Eigen::GemmProduct>;

    void apply(Update update) {
        if (update == Update::assign)
            Blocked::evalTo(result, left, right);
        else if (update == Update::add)
            Blocked::addTo(result, left, right);
        else
            Blocked::subTo(result, left, right);
    }

    void apply(double factor, Update update) {
        const auto scaled = factor * left;
        using Scaled =
            Eigen::internal::generic_product_impl<std::remove_const_t<decltype(scaled)>, decltype(right),
                                                  Eigen::DenseShape, Eigen::DenseShape, Eigen::GemmProduct>;
        if (update == Update::assign)
            Scaled::evalTo(result, scaled, right);
        else if (update == Update::add)
            Scaled::addTo(result, scaled, right);
        else
            Scaled::subTo(result, scaled, right);
    }
};

template <int result_order, int left_order, class Call>
void with_right(const DenseView<double>& result, const DenseView<const double>& left,
                const DenseView<const double>& right, Call call) {
    const auto ordered = [&]<int right_order>() {
        call(Product<result_order, left_order, right_order>{
            {result.data, result.rows, result.columns, Eigen::OuterStride<>(result.stride)},
            map<left_order>(left),
            map<right_order>(right)});
    };
    right.row_major ? ordered.template operator()<Eigen::RowMajor>()
                    : ordered.template operator()<Eigen::ColMajor>();
}

template <class Call>
void with_orders(const DenseView<double>& result, const DenseView<const double>& left,
                 const DenseView<const double>& right, Call call) {
    if (result.row_major)
        left.row_major ? with_right<Eigen::RowMajor, Eigen::RowMajor>(result, left, right, call)
                       : with_right<Eigen::RowMajor, Eigen::ColMajor>(result, left, right, call);
    else
        left.row_major ? with_right<Eigen::ColMajor, Eigen::RowMajor>(result, left, right, call)
                       : with_right<Eigen::ColMajor, Eigen::ColMajor>(result, left, right, call);
}

}  // namespace

void multiply(const DenseView<double>& result, const DenseView<const double>& left,
              const DenseView<const double>& right, Update update) {
    with_orders(result, left, right, [&](auto product) { product.apply(update); });
}

void multiply(const DenseView<double>& result, double factor, const DenseView<const double>& left,
              const DenseView<const double>& right, Update update) {
    with_orders(result, left, right, [&](auto product) { product.apply(factor, update); });
}

}  // namespace hidyn::math
