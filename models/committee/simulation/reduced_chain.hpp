// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/committee/committee.hpp"
#include "random/chi.hpp"

namespace hidyn::committee {

using teacher_student::SquareRoot;

/// Eight replicas side by side, one per SIMD lane.
using Lanes = Eigen::Array<double, static_cast<int>(random::lane_count), 1>;

/// The exact-in-law Markov chain of the order parameters at finite d, at a cost independent of d.
///
/// For isotropic Gaussian inputs only the projections of x on the span of all weight vectors and the length
/// of what is orthogonal to it matter. The state is a square root of the order parameters (see SquareRoot):
/// with frame coordinates z1, z2 ~ N(0, 1) of a sample, lambda* = Theta z1 and lambda = P z1 + S z2; a step
/// adds multiples of z1 to P, of z2 to S, and of the orthogonal remainders (nu = d - M1 - K2 dimensions) as
/// new columns of S, which rotations from the right fold back into a K x K lower triangle. Q = P P^T + S S^T
/// stays positive semidefinite by construction. No 1/d error at any step, for any activation, batch, noise,
/// second layer and weight decay.
class ReducedChain {
  public:
    /// Lane l is replica keys[l].replica, started from starts[l] (null: the lane runs idle on the first
    /// start).
    ReducedChain(const Committee& problem, std::uint64_t d,
                 std::span<const random::StreamKey, random::lane_count> keys,
                 std::span<const OrderParameters* const, random::lane_count> starts);

    /// What one step needs of its batch, all rows of lanes.
    struct Inputs {
        std::vector<Lanes> z1;         ///< B x M1
        std::vector<Lanes> z2;         ///< B x K2
        std::vector<Lanes> noise;      ///< B
        std::vector<Lanes> remainder;  ///< n0 x n0 lower triangular, n0 = min(B, K): see advance()
    };
    /// One step on fresh random inputs.
    void step();
    /// One step on given inputs. Columns C * remainder are folded into S, where C is the matrix A = [a^1 ..
    /// a^B] itself if B <= K, else its K x K lower triangular factor.
    void advance(const Inputs& inputs);

    [[nodiscard]] Inputs make_inputs() const;
    [[nodiscard]] OrderParameters order_parameters(std::size_t lane) const;
    /// R^2 / (Q T) of a single student and teacher.
    [[nodiscard]] Lanes squared_overlap() const { return p_[0].square() / norm(0); }
    /// max_k Q_kk in each lane.
    [[nodiscard]] Lanes largest_norm() const;
    [[nodiscard]] std::size_t remainder_size() const { return remainder_size_; }
    /// P, S and Theta of one lane, for tests of the frame itself.
    [[nodiscard]] SquareRoot frame_state(std::size_t lane) const;

    void archive(Archive& archive) { archive(source_, chi_, p_, s_, v_); }

  private:
    ReducedChain(const Committee& problem, std::uint64_t d,
                 std::span<const random::StreamKey, random::lane_count> keys,
                 std::span<const OrderParameters* const, random::lane_count> starts,
                 const std::array<SquareRoot, random::lane_count>& roots);
    void draw_inputs();
    /// Rotates the columns of `lower` (rows x rows, row-major) against one extra column until that is zero.
    static void fold_column(Lanes* lower, std::size_t rows, Lanes* column);
    void respond(const Lanes* z1, const Lanes* z2, const Lanes& noise);
    void fold_remainders(const Inputs& inputs);
    void restore_triangle();
    /// Q_kk.
    [[nodiscard]] Lanes norm(std::size_t k) const;
    void restore_norms();

    random::RowSource source_;
    const Committee& problem_;
    std::size_t students_, teachers_, teacher_frame_, student_frame_;
    std::size_t batch_, remainder_size_;
    double leftover_;  // nu
    double scale_;     // eta / (d B)
    double keep_, second_keep_, second_scale_;
    random::ChiLanes chi_;
    std::vector<Lanes> theta_, p_, s_;  // M x M1, K x M1, K x K2
    std::vector<Lanes> v_;              // K
    std::vector<Lanes> kept_norms_;     // Q_kk at the start, if spherical
    Inputs inputs_;
    std::vector<Lanes> fields_, values_, slopes_, teacher_fields_, teacher_values_;
    std::vector<Lanes> gradient_;  // A: K x B if B <= K, else its K x K factor
    std::vector<Lanes> p_sum_, s_sum_, v_sum_, column_;
};

}  // namespace hidyn::committee
