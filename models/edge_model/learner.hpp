#pragma once

#include <Eigen/Core>
#include <memory>

#include "models/edge_model/batch_sharpness.hpp"
#include "models/edge_model/edge_model.hpp"
#include "random/stream.hpp"

namespace hidyn::edge_model {

/// One run, step by step.
class Learner {
  public:
    virtual ~Learner() = default;
    virtual void step() = 0;
    /// Weights as real vectors in d dimensions, up to a rotation that keeps the teacher.
    [[nodiscard]] virtual Weights weights() const = 0;
    [[nodiscard]] virtual bool finite() const = 0;
    virtual void archive(Archive& archive) = 0;
};

/// Real vectors and real samples.
[[nodiscard]] std::unique_ptr<Learner> direct_learner(const EdgeModel& problem, std::uint64_t d,
                                                      const random::StreamKey& key);
/// The same law at a cost independent of d and of the batch: a batch enters by its gradient alone, which is
/// |a w - w*| (S e_1 + sqrt(S) z) with S chi-squared of B degrees of freedom, e_1 the direction of a w - w*
/// and z normal across it; weights, velocity and teacher are kept by their coordinates in the space they
/// span.
[[nodiscard]] std::unique_ptr<Learner> reduced_learner(const EdgeModel& problem, std::uint64_t d,
                                                       const random::StreamKey& key);

}  // namespace hidyn::edge_model
