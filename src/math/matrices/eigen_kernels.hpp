// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// Eigen's inner loops for matrices of doubles, compiled once in eigen_kernels.cpp: a template that is
/// declared here is not compiled again by each file that multiplies matrices. Numbers are those of Eigen.
/// The sizes of the blocks follow from the machine's registers, so they are asked for, not written down.
#ifndef HIDYN_EIGEN_KERNEL
#define HIDYN_EIGEN_KERNEL extern template
#endif

namespace Eigen::internal {

using KernelSizes = gebp_traits<double, double>;
using KernelResult = blas_data_mapper<double, Index, ColMajor, Unaligned, 1>;
using KernelColumns = const_blas_data_mapper<double, Index, ColMajor>;
using KernelRows = const_blas_data_mapper<double, Index, RowMajor>;

HIDYN_EIGEN_KERNEL struct gebp_kernel<double, double, Index, KernelResult, KernelSizes::mr, KernelSizes::nr,
                                      false, false>;
HIDYN_EIGEN_KERNEL struct gemm_pack_lhs<double, Index, KernelColumns, KernelSizes::mr,
                                        KernelSizes::LhsProgress, KernelSizes::LhsPacket4Packing, ColMajor>;
HIDYN_EIGEN_KERNEL struct gemm_pack_lhs<double, Index, KernelRows, KernelSizes::mr, KernelSizes::LhsProgress,
                                        KernelSizes::LhsPacket4Packing, RowMajor>;
HIDYN_EIGEN_KERNEL struct gemm_pack_rhs<double, Index, KernelColumns, KernelSizes::nr, ColMajor>;
HIDYN_EIGEN_KERNEL struct gemm_pack_rhs<double, Index, KernelRows, KernelSizes::nr, RowMajor>;
HIDYN_EIGEN_KERNEL void evaluateProductBlockingSizesHeuristic<double, double, 1, Index>(Index&, Index&,
                                                                                        Index&, Index);
HIDYN_EIGEN_KERNEL void evaluateProductBlockingSizesHeuristic<double, double, 4, Index>(Index&, Index&,
                                                                                        Index&, Index);

// Matrix times matrix, by the order of each factor.
HIDYN_EIGEN_KERNEL struct general_matrix_matrix_product<Index, double, ColMajor, false, double, ColMajor,
                                                        false, ColMajor, 1>;
HIDYN_EIGEN_KERNEL struct general_matrix_matrix_product<Index, double, ColMajor, false, double, RowMajor,
                                                        false, ColMajor, 1>;
HIDYN_EIGEN_KERNEL struct general_matrix_matrix_product<Index, double, RowMajor, false, double, ColMajor,
                                                        false, ColMajor, 1>;
HIDYN_EIGEN_KERNEL struct general_matrix_matrix_product<Index, double, RowMajor, false, double, RowMajor,
                                                        false, ColMajor, 1>;

// Matrix times vector.
HIDYN_EIGEN_KERNEL struct general_matrix_vector_product<Index, double, KernelColumns, ColMajor, false, double,
                                                        KernelRows, false>;
HIDYN_EIGEN_KERNEL struct general_matrix_vector_product<Index, double, KernelRows, RowMajor, false, double,
                                                        KernelColumns, false>;

}  // namespace Eigen::internal
