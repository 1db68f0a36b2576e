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

}  // namespace hidyn::math
