// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/batch_gradient.hpp"

#include <cmath>

#include "random/normal_matrix.hpp"
#include "random/subset.hpp"

namespace hidyn::deep_linear {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

class Samples final : public BatchGradient {
  public:
    Samples(const DeepLinear& problem, const MatrixXd& teacher, bool projected, const random::StreamKey& key)
        : M_(teacher),
          deviation_(std::sqrt(problem.label_noise)),
          B_(static_cast<Index>(problem.batch_size)),
          modes_(static_cast<Index>(problem.modes())),
          projected_(projected),
          lanes_(key),
          inputs_(teacher.cols(), B_),
          noise_(teacher.rows(), B_) {}

    void draw(const MatrixXd& W, MatrixXd& pull) override {
        const Eigen::Map<const MatrixXd> X = inputs_.draw(lanes_);
        residual_.noalias() = (M_ - W) * X;
        if (deviation_ > 0.0) residual_ += deviation_ * noise_.draw(lanes_);
        const double share = 1.0 / static_cast<double>(B_);
        if (!projected_) {
            pull.noalias() = share * residual_ * X.transpose();
            return;
        }
        pull.setZero(M_.rows(), M_.cols());
        for (Index mode = 0; mode < modes_; ++mode)
            pull(mode, mode) = share * residual_.row(mode).dot(X.row(mode));
    }

    void archive(Archive& archive) override { archive(lanes_); }

  private:
    const MatrixXd& M_;
    double deviation_;
    Index B_, modes_;
    bool projected_;
    random::GaussianLanes lanes_;
    random::NormalMatrix inputs_, noise_;
    MatrixXd residual_;
};

// X^T X = T T^T, T lower triangular with chi variables of B, B - 1, .. degrees of freedom on the diagonal and
// normals below (Bartlett); the noise's part of the gradient is T times normals.
class Wishart final : public BatchGradient {
  public:
    Wishart(const DeepLinear& problem, const MatrixXd& teacher, const random::StreamKey& key)
        : M_(teacher),
          deviation_(std::sqrt(problem.label_noise)),
          B_(static_cast<double>(problem.batch_size)),
          lanes_(key),
          diagonal_([&] {
              random::StreamKey own = key;
              own.purpose = random::Purpose::rejection;
              return own;
          }()),
          below_(teacher.cols(), teacher.cols()),
          noise_(teacher.rows(), teacher.cols()) {}

    void draw(const MatrixXd& W, MatrixXd& pull) override {
        T_ = below_.draw(lanes_);
        for (Index i = 0; i < T_.rows(); ++i) T_(i, i) = diagonal_.chi(B_ - static_cast<double>(i));
        through_ = (M_ - W) * T_.triangularView<Eigen::Lower>();
        if (deviation_ > 0.0) through_ += deviation_ * noise_.draw(lanes_);
        pull = through_ * T_.transpose().triangularView<Eigen::Upper>();
        pull /= B_;
    }

    void archive(Archive& archive) override { archive(lanes_, diagonal_); }

  private:
    const MatrixXd& M_;
    double deviation_, B_;
    random::GaussianLanes lanes_;
    random::Stream diagonal_;
    random::NormalMatrix below_, noise_;
    MatrixXd T_, through_;
};

class DataBatches final : public BatchGradient {
  public:
    DataBatches(const DataSet& data, std::uint64_t batch_size, const random::StreamKey& key)
        : data_(data),
          subsets_(static_cast<std::size_t>(data.samples()), key),
          X_(data.inputs.rows(), static_cast<Index>(batch_size)),
          R_(data.labels.rows(), static_cast<Index>(batch_size)) {}

    void draw(const MatrixXd& W, MatrixXd& pull) override {
        Index place = 0;
        for (const std::size_t sample : subsets_.draw(static_cast<std::size_t>(X_.cols()))) {
            X_.col(place) = data_.inputs.col(static_cast<Index>(sample));
            R_.col(place++) = data_.labels.col(static_cast<Index>(sample));
        }
        R_.noalias() -= W * X_;
        pull.noalias() = R_ * X_.transpose();
        pull /= static_cast<double>(X_.cols());
    }

    void archive(Archive& archive) override { archive(subsets_); }

  private:
    const DataSet& data_;
    random::Subsets subsets_;
    MatrixXd X_, R_;
};

}  // namespace

std::unique_ptr<BatchGradient> fresh_batches(const std::string& method, const DeepLinear& problem,
                                             const MatrixXd& teacher, const random::StreamKey& key) {
    if (method == "reduced") return std::make_unique<Wishart>(problem, teacher, key);
    return std::make_unique<Samples>(problem, teacher, method == "projected", key);
}

std::unique_ptr<BatchGradient> data_batches(const DataSet& data, std::uint64_t batch_size,
                                            const random::StreamKey& key) {
    return std::make_unique<DataBatches>(data, batch_size, key);
}

}  // namespace hidyn::deep_linear
