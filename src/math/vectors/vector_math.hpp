// SPDX-License-Identifier: MIT
#pragma once

#include <span>

/// Elementary functions over arrays, vectorised by the C library's vector routines where it has them (a few
/// ulp). Input and output have the same length and may be the same array.
namespace hidyn::math {

void exp(std::span<const double> x, std::span<double> result);
void log(std::span<const double> x, std::span<double> result);
void erf(std::span<const double> x, std::span<double> result);
void tanh(std::span<const double> x, std::span<double> result);
void asin(std::span<const double> x, std::span<double> result);
void atan(std::span<const double> x, std::span<double> result);
void sin(std::span<const double> x, std::span<double> result);
void cos(std::span<const double> x, std::span<double> result);
void log1p(std::span<const double> x, std::span<double> result);
/// result = x^y, entry by entry.
void pow(std::span<const double> x, std::span<const double> y, std::span<double> result);

}  // namespace hidyn::math
