// SPDX-License-Identifier: MIT
#include "solvers/equations/committee/equations.hpp"

namespace hidyn::ode {

using committee::OrderParameters;
using Eigen::Index;

CommitteeEquations::CommitteeEquations(const committee::Committee& problem,
                                       math::QuadratureOptions quadrature)
    : problem_(problem),
      q_size_(problem.students * (problem.students + 1) / 2),
      r_size_(problem.students * problem.teachers),
      v_size_(problem.algorithm.trains_second_layer() ? problem.students : 0),
      moments_engine_(math::make_residual_moments(problem.activation, problem.teacher_activation,
                                                  problem.students, problem.teachers, quadrature)),
      joint_(problem.students + problem.teachers, problem.students + problem.teachers),
      coefficients_(problem.students + problem.teachers),
      growth_(Eigen::VectorXd::Zero(static_cast<Index>(problem.students))) {}

State CommitteeEquations::pack(const OrderParameters& parameters) const {
    State state;
    state.reserve(size());
    for (Index i = 0; i < parameters.Q.rows(); ++i)
        for (Index j = 0; j <= i; ++j) state.push_back(parameters.Q(i, j));
    for (Index i = 0; i < parameters.R.rows(); ++i)
        for (Index m = 0; m < parameters.R.cols(); ++m) state.push_back(parameters.R(i, m));
    if (v_size_ > 0) state.insert(state.end(), parameters.v.begin(), parameters.v.end());
    return state;
}

void CommitteeEquations::unpack(const State& state, const OrderParameters& fixed,
                                OrderParameters& parameters) const {
    parameters.Q.resizeLike(fixed.Q);
    parameters.R.resizeLike(fixed.R);
    parameters.T = fixed.T;
    parameters.v = fixed.v;
    const double* next = state.data();
    for (Index i = 0; i < fixed.Q.rows(); ++i)
        for (Index j = 0; j <= i; ++j) parameters.Q(i, j) = parameters.Q(j, i) = *next++;
    for (Index i = 0; i < fixed.R.rows(); ++i)
        for (Index m = 0; m < fixed.R.cols(); ++m) parameters.R(i, m) = *next++;
    if (v_size_ > 0)
        for (Index i = 0; i < fixed.v.size(); ++i) parameters.v[i] = *next++;
}

void CommitteeEquations::derivative(const OrderParameters& parameters, State& derivative) {
    const committee::OnlineSgd& sgd = problem_.algorithm;
    const Index students = parameters.Q.rows();
    const Index teachers = parameters.T.rows();
    joint_ << parameters.Q, parameters.R, parameters.R.transpose(), parameters.T;
    coefficients_ << parameters.v, -problem_.teacher_second_layer;
    moments_engine_->compute(joint_, coefficients_, problem_.label_noise, moments_);
    const auto& [F, N, G, eg] = moments_;

    const double eta = sgd.learning_rate;
    const double noise = eta * eta / static_cast<double>(sgd.batch_size);
    if (sgd.spherical)
        for (Index i = 0; i < students; ++i)
            growth_[i] = -sgd.weight_decay + (eta * F(i, i) + 0.5 * noise * N(i, i)) / parameters.Q(i, i);
    double* next = derivative.data();
    for (Index i = 0; i < students; ++i)
        for (Index j = 0; j <= i; ++j)
            *next++ = -(2.0 * sgd.weight_decay + growth_[i] + growth_[j]) * parameters.Q(i, j) +
                      eta * (F(i, j) + F(j, i)) + noise * N(i, j);
    for (Index i = 0; i < students; ++i)
        for (Index m = 0; m < teachers; ++m)
            *next++ = -(sgd.weight_decay + growth_[i]) * parameters.R(i, m) + eta * F(i, students + m);
    if (v_size_ > 0)
        for (Index i = 0; i < students; ++i)
            *next++ =
                -sgd.second_layer_weight_decay * parameters.v[i] + sgd.second_layer_learning_rate * G[i];
}

bool CommitteeEquations::diverged(const State& state) const {
    std::size_t diagonal = 0;
    for (std::size_t i = 0; i < problem_.students; ++i) {
        if (!(state[diagonal] <= committee::divergence_threshold)) return true;
        diagonal += i + 2;
    }
    return false;
}

}  // namespace hidyn::ode
