// SPDX-License-Identifier: MIT
#include "models/edge_model/edge_model.hpp"

namespace hidyn::edge_model {

Observables::Observables(const EdgeModel&) {
    curvature = add("curvature", "curvature along w", "a^2",
                    "a^2, the population's second derivative along w without weight decay");
    distance = add("distance", "squared distance from the teacher", "|a w - w^*|^2",
                   "twice the generalization error");
    sharpness = add("sharpness", "sharpness", "\\lambda_{\\max}",
                    "largest eigenvalue of the Hessian of the population's loss");
    batch_sharpness = add("batch_sharpness", "batch sharpness", "\\langle g^T H g / |g|^2 \\rangle",
                          "gradient g and Hessian H of the same batch, mean over batches of the ratio");
    ratio_of_means = add("batch_sharpness_ratio", "batch sharpness (ratio of means)",
                         "\\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
                         "gradient g and Hessian H of the same batch, means over batches of both");
    stability_share = add("stability_share", "batch sharpness in units of the edge",
                          "\\frac{\\eta}{2} \\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
                          "learning_rate / 2 times batch_sharpness_ratio: 1 - momentum for small batches, "
                          "1 + momentum for large ones");
}

std::vector<Observable> EdgeModel::observables() const {
    return Observables(*this).all();
}

std::vector<Problem::StartArray> EdgeModel::start() const {
    return {{{.name = "initial_curvature",
              .long_name = "curvature at the start",
              .symbol = "a^2(0)",
              .normalization = "a^2, with a w = w*"},
             {curvature}}};
}

}  // namespace hidyn::edge_model
