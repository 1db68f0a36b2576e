// SPDX-License-Identifier: MIT
#include "models/two_layer/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/matrices/lanczos.hpp"

namespace hidyn::two_layer {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// A vector of parameters as its parts.
struct Parts {
    Map<const MatrixXd> W;
    Map<const VectorXd> b, a;

    Parts(const VectorXd& all, Index hidden, Index inputs)
        : W(all.data(), hidden, inputs),
          b(all.data() + hidden * inputs, hidden),
          a(all.data() + hidden * (inputs + 1), hidden) {}
};

/// The gradient from its part dL/dz (hidden x samples) of the first layer and dL/da.
VectorXd assembled(const MatrixXd& back, const VectorXd& second, const MatrixXd& x) {
    VectorXd all(back.rows() * (x.rows() + 2));
    Map<MatrixXd>(all.data(), back.rows(), x.rows()).noalias() = back * x.transpose();
    all.segment(back.rows() * x.rows(), back.rows()) = back.rowwise().sum();
    all.tail(back.rows()) = second;
    return all;
}

/// v -> H v.
class HessianProduct {
  public:
    HessianProduct(const Network::At& at, Index size) : at_(at), size_(size) {}
    void operator()(const double* in, double* out) const {
        Map<VectorXd>(out, size_) = at_.hessian_times(Map<const VectorXd>(in, size_));
    }

  private:
    const Network::At& at_;
    Index size_;
};

}  // namespace

Network::Network(const TwoLayer& problem, std::uint64_t d)
    : activation_(problem.activation),
      hidden_(static_cast<Index>(problem.hidden)),
      inputs_(static_cast<Index>(d)),
      first_deviation_(problem.first_scale / std::sqrt(static_cast<double>(d))),
      second_deviation_(problem.second_scale / std::sqrt(static_cast<double>(problem.hidden))) {}

VectorXd Network::start(const random::StreamKey& key) const {
    random::Stream stream(key);
    VectorXd theta = VectorXd::Zero(parameters());
    for (double& entry : theta.head(hidden_ * inputs_)) entry = first_deviation_ * stream.normal();
    for (double& entry : theta.tail(hidden_)) entry = second_deviation_ * stream.normal();
    return theta;
}

Network::At::At(const Network& network, const VectorXd& theta, const Samples& samples)
    : network_(network), samples_(samples) {
    const Parts at(theta, network.hidden_, network.inputs_);
    MatrixXd z = at.W * samples.x;
    z.colwise() += at.b;
    g_.resizeLike(z);
    dg_.resizeLike(z);
    ddg_.resizeLike(z);
    const auto size = static_cast<std::size_t>(z.size());
    network.activation_.jets({z.data(), size}, {g_.data(), size}, {dg_.data(), size}, {ddg_.data(), size});
    a_ = at.a;
    r_ = g_.transpose() * a_ - samples.y;
}

double Network::At::loss() const {
    return 0.5 * r_.squaredNorm() / static_cast<double>(r_.size());
}

VectorXd Network::At::gradient() const {
    const double share = 1.0 / static_cast<double>(r_.size());
    return assembled(share * (a_ * r_.transpose()).cwiseProduct(dg_), share * (g_ * r_), samples_.x);
}

// The derivative of the gradient along v: z moves by V x + v_b, the output by v_a.g + a.(g' z').
VectorXd Network::At::hessian_times(const VectorXd& v) const {
    const Parts along(v, network_.hidden_, network_.inputs_);
    MatrixXd moved = along.W * samples_.x;
    moved.colwise() += along.b;
    const MatrixXd slope = dg_.cwiseProduct(moved);
    const VectorXd output = g_.transpose() * along.a + slope.transpose() * a_;
    const double share = 1.0 / static_cast<double>(r_.size());
    MatrixXd back = (a_ * output.transpose() + along.a * r_.transpose()).cwiseProduct(dg_);
    back += (a_ * r_.transpose()).cwiseProduct(ddg_).cwiseProduct(moved);
    return assembled(share * back, share * (slope * r_ + g_ * output), samples_.x);
}

double Network::sharpness(const At& at, VectorXd& direction) const {
    const auto found = math::lanczos(
        HessianProduct(at, parameters()), parameters(),
        {.pairs = 1, .basis = std::min<Index>(20, parameters()), .restarts = 100, .tolerance = 1e-6},
        direction.data());
    if (!found) return std::numeric_limits<double>::quiet_NaN();
    direction = found->vectors.col(0);
    return found->values[0];
}

}  // namespace hidyn::two_layer
