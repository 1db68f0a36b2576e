#include "models/edge_model/edge_model.hpp"

namespace hidyn::edge_model {

std::vector<Observable> EdgeModel::observables() const {
    return {
        {.name = "curvature",
         .long_name = "curvature along w",
         .symbol = "a^2",
         .normalization = "a^2, the population's second derivative along w without weight decay"},
        {.name = "distance",
         .long_name = "squared distance from the teacher",
         .symbol = "|a w - w^*|^2",
         .normalization = "twice the generalization error"},
        {.name = "sharpness",
         .long_name = "sharpness",
         .symbol = "\\lambda_{\\max}",
         .normalization = "largest eigenvalue of the Hessian of the population's loss"},
        {.name = "batch_sharpness",
         .long_name = "batch sharpness",
         .symbol = "\\langle g^T H g / |g|^2 \\rangle",
         .normalization = "gradient g and Hessian H of the same batch, mean over batches of the ratio"},
        {.name = "batch_sharpness_ratio",
         .long_name = "batch sharpness (ratio of means)",
         .symbol = "\\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
         .normalization = "gradient g and Hessian H of the same batch, means over batches of both"},
        {.name = "stability_share",
         .long_name = "batch sharpness in units of the edge",
         .symbol = "\\frac{\\eta}{2} \\langle g^T H g \\rangle / \\langle |g|^2 \\rangle",
         .normalization = "learning_rate / 2 times batch_sharpness_ratio: 1 - momentum for small batches, "
                          "1 + momentum for large ones"}};
}

std::vector<Problem::StartArray> EdgeModel::start() const {
    return {{{.name = "initial_curvature",
              .long_name = "curvature at the start",
              .symbol = "a^2(0)",
              .normalization = "a^2, with a w = w*"},
             {curvature}}};
}

}  // namespace hidyn::edge_model
