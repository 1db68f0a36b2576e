// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/generalized_linear/inference/estimate.hpp"

/// What a method's path on a user's own data says about its test error and about the unknown signal, without
/// a theory of either. Assumes inputs whose columns are uncorrelated; whatever their law. Source: Han & Xu,
/// arXiv 2412.09498.
namespace hidyn::generalized_linear {

enum class LossName { square, logistic, huber };

struct InferenceSettings {
    Algorithm algorithm = {};  ///< a learning rate of 0: one over the largest curvature of the data
    LossName loss = LossName::square;
    double loss_scale = 1.0;  ///< of Huber's loss
    std::size_t iterations = 50;
    double hold_out = 0.0;   ///< share of the samples that is kept from training, to test the estimates
    std::uint64_t seed = 0;  ///< which samples these are
};

/// Raw inputs, row after row, and their labels.
struct RawData {
    std::size_t samples = 0, dimensions = 0;
    std::vector<double> inputs;
    std::vector<double> labels;
};

/// Errors at every iteration t; matrices have a row per iteration.
struct Inference {
    std::size_t samples = 0, dimensions = 0, held_out = 0;
    double learning_rate = 0.0;
    double largest_eigenvalue = 0.0;  ///< of A^T A
    Method method;
    RecordedRun run = {};
    PathEstimate estimate = {};
    std::vector<double> held_out_loss = {};      ///< empty without hold-out
    std::vector<double> held_out_errors = {};    ///< share of wrong signs, for the logistic loss
    std::size_t best = 0;                        ///< the iteration with the smallest estimated test loss
    std::optional<double> signal_strength = {};  ///< T of logistic labels, if they tell
    std::vector<double> bias = {};               ///< b_t; NaN where it is unknown
    /// Estimates and 95 % intervals of the coefficients beta in units of the raw inputs: preactivation =
    /// const + x . beta.
    RowMajor coefficient = {}, lower = {}, upper = {};
    std::vector<std::string> remarks = {};  ///< what a reader must know before believing it
};

/// Throws InputError, with the name `file`, for data that cannot be meant: constant columns, labels outside
/// the loss's domain, too few samples.
[[nodiscard]] Inference infer(const RawData& data, const InferenceSettings& settings,
                              const std::string& file);

/// The T of logistic labels from (1/d) |A^T y|^2 = alpha + (2 alpha E sigma'(sqrt(T) z))^2 T; none if no T in
/// (0, 400] has it.
[[nodiscard]] std::optional<double> logistic_signal_strength(double moment, double alpha);

}  // namespace hidyn::generalized_linear
