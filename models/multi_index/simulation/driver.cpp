// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/driver.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/teacher_student/placement.hpp"
#include "random/gaussian_lanes.hpp"

namespace hidyn::multi_index {
namespace {

/// A fixed number of distinct samples: the head of a permutation, shuffled anew at every step (Fisher and
/// Yates). What order the steps before left does not matter.
class BatchDriver final : public Driver {
  public:
    BatchDriver(std::size_t samples, std::size_t batch, const random::StreamKey& key)
        : permutation_(samples), stream_(key) {
        std::iota(permutation_.begin(), permutation_.end(), std::size_t{0});
        visits_.samples.resize(batch);
    }

    const Visits& draw() override {
        const std::size_t n = permutation_.size();
        for (std::size_t i = 0; i < visits_.samples.size(); ++i) {
            // The stream's uniforms lie in (0, 1].
            const auto step =
                static_cast<std::size_t>((1.0 - stream_.uniform()) * static_cast<double>(n - i));
            std::swap(permutation_[i], permutation_[i + step]);
            visits_.samples[i] = permutation_[i];
        }
        return visits_;
    }

    void archive(Archive& archive) override { archive(permutation_, stream_); }

  private:
    std::vector<std::size_t> permutation_;
    random::Stream stream_;
    Visits visits_;
};

/// Each sample at most once, with probability p: the gaps between visited samples are geometric.
class BernoulliDriver final : public Driver {
  public:
    BernoulliDriver(std::size_t samples, double probability, const random::StreamKey& key)
        : n_(static_cast<double>(samples)),
          log_miss_(std::log1p(-std::min(probability, 1.0))),
          stream_(key) {}

    const Visits& draw() override {
        visits_.samples.clear();
        for (double at = gap(); at < n_; at += 1.0 + gap())
            visits_.samples.push_back(static_cast<std::size_t>(at));
        return visits_;
    }

    void archive(Archive& archive) override { archive(stream_); }

  private:
    double gap() { return std::floor(std::log(stream_.uniform()) / log_miss_); }

    double n_;
    double log_miss_;
    random::Stream stream_;
    Visits visits_;
};

/// Each sample a Poisson number of times: the points of one Poisson process, laid out over the samples.
class PoissonDriver final : public Driver {
  public:
    PoissonDriver(std::size_t samples, double mean, const random::StreamKey& key)
        : n_(static_cast<double>(samples)), mean_(mean), stream_(key) {}

    const Visits& draw() override {
        visits_.samples.clear();
        visits_.weights.clear();
        for (double at = gap(); at < n_; at += gap()) {
            const auto sample = static_cast<std::size_t>(at);
            if (!visits_.samples.empty() && visits_.samples.back() == sample) {
                visits_.weights.back() += 1.0;
                continue;
            }
            visits_.samples.push_back(sample);
            visits_.weights.push_back(1.0);
        }
        return visits_;
    }

    void archive(Archive& archive) override { archive(stream_); }

  private:
    double gap() { return -std::log(stream_.uniform()) / mean_; }

    double n_;
    double mean_;
    random::Stream stream_;
    Visits visits_;
};

class ConstantDriver final : public Driver {
  public:
    explicit ConstantDriver(double mean) {
        visits_.all = true;
        visits_.common = mean;
    }
    const Visits& draw() override { return visits_; }
    void archive(Archive& /*archive*/) override {}

  private:
    Visits visits_;
};

/// z = mean + N(0, mean), independent for every sample.
class GaussianDriver final : public Driver {
  public:
    GaussianDriver(std::size_t samples, double mean, const random::StreamKey& key)
        : mean_(mean), gaussian_(key) {
        visits_.all = true;
        visits_.weights.resize(teacher_student::padded_length(samples));
    }

    const Visits& draw() override {
        gaussian_.normals(visits_.weights);
        const double deviation = std::sqrt(mean_);
        for (double& z : visits_.weights) z = mean_ + deviation * z;
        return visits_;
    }

    void archive(Archive& archive) override { archive(gaussian_); }

  private:
    double mean_;
    random::GaussianLanes gaussian_;
    Visits visits_;
};

}  // namespace

std::unique_ptr<Driver> make_driver(const Algorithm& algorithm, std::size_t samples, double mean,
                                    random::StreamKey key) {
    key.purpose = random::Purpose::driver;
    switch (algorithm.rule) {
        case Rule::sgd:
            if (!algorithm.time_step)
                return std::make_unique<BatchDriver>(samples, algorithm.batch.of(samples), key);
            if (algorithm.jump == Jump::poisson) return std::make_unique<PoissonDriver>(samples, mean, key);
            return std::make_unique<BernoulliDriver>(samples, mean, key);
        case Rule::stochastic_modified_equation:
            return std::make_unique<GaussianDriver>(samples, mean, key);
        case Rule::gradient_descent:
        case Rule::gradient_flow:
            break;
    }
    return std::make_unique<ConstantDriver>(mean);
}

}  // namespace hidyn::multi_index
