// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "core/error.hpp"
#include "core/machine.hpp"
#include "core/recorder.hpp"
#include "models/generalized_linear/inference/inference.hpp"
#include "results/data_file.hpp"
#include "results/results.hpp"
#include "run/runner.hpp"

namespace hidyn::cli {
namespace {

using generalized_linear::Inference;
using generalized_linear::InferenceSettings;
using generalized_linear::LossName;
using generalized_linear::RowMajor;
using generalized_linear::Rule;

InferenceSettings settings_of(const InferArguments& arguments) {
    InferenceSettings settings;
    settings.algorithm = {.rule = arguments.method == "heavy-ball" ? Rule::heavy_ball
                                  : arguments.method == "nesterov" ? Rule::nesterov
                                  : arguments.method == "ista"     ? Rule::ista
                                  : arguments.method == "fista"    ? Rule::fista
                                                                   : Rule::gradient_descent,
                          .learning_rate = arguments.learning_rate,
                          .ridge = arguments.ridge,
                          .momentum = arguments.momentum,
                          .l1 = arguments.l1};
    const Rule rule = settings.algorithm.rule;
    const bool shrinks = rule == Rule::ista || rule == Rule::fista;
    const bool moves = rule == Rule::heavy_ball || rule == Rule::nesterov;
    if (arguments.momentum > 0.0 && !moves)
        throw InputError(
            fmt::format("--momentum = {}: is for the methods heavy-ball and nesterov", arguments.momentum));
    if (arguments.l1 > 0.0 && !shrinks)
        throw InputError(fmt::format("--l1 = {}: is for the methods ista and fista", arguments.l1));
    if (arguments.ridge > 0.0 && shrinks)
        throw InputError(
            fmt::format("--ridge = {}: has no meaning for the methods ista and fista", arguments.ridge));
    settings.loss = arguments.loss == "logistic" ? LossName::logistic
                    : arguments.loss == "huber"  ? LossName::huber
                                                 : LossName::square;
    settings.loss_scale = arguments.loss_scale;
    settings.iterations = static_cast<std::size_t>(arguments.iterations);
    settings.hold_out = arguments.hold_out;
    settings.seed = arguments.seed;
    return settings;
}

/// Squares and sums of larger numbers would be none.
void refuse_beyond(double largest, const results::DataMatrix& data, const std::string& file,
                   const std::string& dataset) {
    const auto beyond =
        std::ranges::find_if(data.values, [&](double value) { return std::abs(value) > largest; });
    if (beyond == data.values.end()) return;
    const auto place = static_cast<std::size_t>(beyond - data.values.begin());
    throw InputError(
        fmt::format("{}: \"{}\" is {:g} in row {}, column {} (counted from 0), which is beyond {:g}; "
                    "give it in other units",
                    file, dataset, *beyond, place / data.columns, place % data.columns, largest));
}

generalized_linear::RawData read_data(const InferArguments& arguments) {
    results::DataMatrix inputs = results::read_matrix(arguments.file, arguments.inputs);
    results::DataMatrix labels = results::read_matrix(arguments.file, arguments.labels);
    if (labels.columns != 1)
        throw InputError(fmt::format("{}: \"{}\" is {} x {}, but must be a vector of labels", arguments.file,
                                     arguments.labels, labels.rows, labels.columns));
    if (labels.rows != inputs.rows)
        throw InputError(
            fmt::format("{}: \"{}\" has {} rows, but \"{}\" has {}: one label is needed for each row",
                        arguments.file, arguments.inputs, inputs.rows, arguments.labels, labels.rows));
    constexpr double largest = 1e50;
    refuse_beyond(largest, inputs, arguments.file, arguments.inputs);
    refuse_beyond(largest, labels, arguments.file, arguments.labels);
    const double n = static_cast<double>(inputs.rows);
    const double d = static_cast<double>(inputs.columns);
    const double times = arguments.iterations + 1.0;
    const double needed = 8.0 * (2.0 * n * d + times * (8.0 * d + 4.0 * n) + 0.5 * times * times * (n + d));
    if (needed > machine_memory())
        throw InputError(
            fmt::format("{}: {} samples of {} inputs over {} iterations take {:.3g} GB, but this machine has "
                        "{:.3g} GB",
                        arguments.file, n, d, arguments.iterations, needed / 1e9, machine_memory() / 1e9));
    return {.samples = inputs.rows,
            .dimensions = inputs.columns,
            .inputs = std::move(inputs.values),
            .labels = std::move(labels.values)};
}

/// One quantity as a series over iterations; `matrix` has a row for each.
Series series_of(Observable what, std::size_t times, const RowMajor& matrix) {
    ObservableList only;
    const Handle handle = only.add(std::move(what));
    Recorder recorder(only.all(), 0, times);
    for (std::size_t t = 0; t < times; ++t)
        recorder.at(0, t).record(handle, std::span(matrix.row(static_cast<Eigen::Index>(t)).data(),
                                                   static_cast<std::size_t>(matrix.cols())));
    return recorder.take().series.front();
}

RowMajor column_of(const std::vector<double>& values) {
    return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

results::Results results_of(const Inference& found, const InferArguments& arguments) {
    results::Results results;
    run::stamp(arguments.command, results);
    results.title =
        fmt::format("Inference from {}", std::filesystem::path(arguments.file).filename().string());
    // What `hidyn plot` draws of it.
    results.experiment = fmt::format("[figure]\nobservables = [\"train_loss\", \"test_loss_estimate\"{}]\n",
                                     found.held_out_loss.empty() ? "" : ", \"held_out_loss\"");
    const std::size_t times = found.run.finished;
    for (std::size_t t = 0; t < times; ++t) results.grid.times.push_back(static_cast<double>(t));
    results.grid.unit = "iterations";
    results::RouteResult route;
    route.info = {.name = "inference",
                  .label = "inference",
                  .kind = "inference",
                  .method = arguments.method,
                  .d = found.dimensions};
    route.outcome.attributes = {{"n", static_cast<double>(found.samples)},
                                {"loss", arguments.loss},
                                {"learning_rate", found.learning_rate},
                                {"recommended_iteration", static_cast<double>(found.best)}};
    if (found.signal_strength) route.outcome.attributes["signal_strength"] = *found.signal_strength;
    for (std::size_t index = 0; index < found.remarks.size(); ++index)
        route.outcome.attributes[fmt::format("remark_{}", index + 1)] = found.remarks[index];
    std::vector<Series>& series = route.trajectory.series;
    const auto scalar = [&](const char* name, const char* long_name, const char* normalization,
                            const std::vector<double>& values) {
        if (!values.empty())
            series.push_back(series_of(
                {.name = name, .long_name = long_name, .symbol = "", .normalization = normalization}, times,
                column_of(values)));
    };
    scalar("train_loss", "training loss", "(1/n) sum_i l(g_i, y_i), without penalties", found.run.train_loss);
    scalar("test_loss_estimate", "estimated test loss", "(1/n) sum_i l(z_i, y_i), z = g - rho u",
           found.estimate.test_loss);
    scalar("held_out_loss", "held-out loss", "mean over them", found.held_out_loss);
    if (!found.held_out_errors.empty() || arguments.loss == "logistic")
        scalar("classification_error_estimate", "classification error estimated from the training data",
               "share of samples with sign z_i != y_i", found.estimate.test_errors);
    scalar("held_out_classification_error", "classification error of the held-out samples",
           "share of wrong signs", found.held_out_errors);
    scalar("debiasing_bias", "bias of the debiased iterate", "estimated", found.bias);
    scalar("debiasing_deviation", "standard deviation of the debiased iterate",
           "estimated, inputs of variance 1 / d", found.estimate.deviation);
    const auto matrix = [&](const char* name, const char* long_name, const char* symbol,
                            const char* normalization, Dimension axis, const RowMajor& values) {
        series.push_back(series_of({.name = name,
                                    .long_name = long_name,
                                    .symbol = symbol,
                                    .normalization = normalization,
                                    .dimensions = {std::move(axis)}},
                                   times, values));
    };
    const Dimension other = Dimension::times("time_2", results.grid.times);
    matrix("tau", "sample-side response", "\\tau(t, s)", "estimated from the data", other,
           found.estimate.tau);
    matrix("rho", "parameter-side response", "\\rho(t, s)", "estimated from the data", other,
           found.estimate.rho);
    matrix("Sigma", "noise covariance of the gradient fields", "\\Sigma(t, s)", "u^t . u^s / d", other,
           found.estimate.Sigma);
    const Dimension column{"column", found.dimensions};
    matrix("coefficient", "debiased coefficients", "\\beta", "per unit of the raw inputs", column,
           found.coefficient);
    matrix("lower", "lower ends of 95 % intervals", "\\beta_-", "per unit of the raw inputs", column,
           found.lower);
    matrix("upper", "upper ends of 95 % intervals", "\\beta_+", "per unit of the raw inputs", column,
           found.upper);
    results.routes.push_back(std::move(route));
    return results;
}

std::size_t distinct_from_zero(const Inference& found) {
    const auto row = static_cast<Eigen::Index>(found.best);
    std::size_t count = 0;
    for (Eigen::Index j = 0; j < found.lower.cols(); ++j)
        count += found.lower(row, j) > 0.0 || found.upper(row, j) < 0.0 ? 1 : 0;
    return count;
}

/// Iterations worth a line: the first ones, then fewer, the best and the last.
std::vector<std::size_t> shown(const Inference& found) {
    std::vector<std::size_t> lines;
    for (std::size_t t = 0; t < found.run.finished; ++t) {
        const std::size_t every = t < 10 ? 1 : (t < 50 ? 5 : 50);
        if (t % every == 0 || t == found.best || t + 1 == found.run.finished) lines.push_back(t);
    }
    return lines;
}

void print_table(const Inference& found) {
    fmt::print("{} samples of {} inputs, n / d = {:.3g}; learning rate {:.4g}\n\n", found.samples,
               found.dimensions, static_cast<double>(found.samples) / static_cast<double>(found.dimensions),
               found.learning_rate);
    const bool held_out = !found.held_out_loss.empty();
    fmt::print("{:>9} {:>12} {:>20}{}\n", "iteration", "train loss", "estimated test loss",
               held_out ? fmt::format(" {:>14}", "held-out loss") : "");
    for (const std::size_t t : shown(found))
        fmt::print("{:>9} {:>12.5g} {:>20.5g}{}{}\n", t, found.run.train_loss[t], found.estimate.test_loss[t],
                   held_out ? fmt::format(" {:>14.5g}", found.held_out_loss[t]) : "",
                   t == found.best ? "   <- stop here" : "");
    fmt::print("\nstop after {} iterations: the estimated test loss is smallest there\n", found.best);
    const double sigma = found.estimate.deviation[found.best];
    if (std::isfinite(found.bias[found.best]) && std::isfinite(sigma))
        fmt::print("{} of {} coefficients have a 95 % interval that excludes zero there\n",
                   distinct_from_zero(found), found.dimensions);
    if (found.signal_strength)
        fmt::print("strength of the signal: the preactivations have a variance of about {:.3g}\n",
                   *found.signal_strength);
}

void print_as_json(const Inference& found) {
    nlohmann::json json{{"samples", found.samples},
                        {"dimensions", found.dimensions},
                        {"learning_rate", found.learning_rate},
                        {"recommended_iteration", found.best},
                        {"train_loss", found.run.train_loss},
                        {"test_loss_estimate", found.estimate.test_loss},
                        {"held_out_loss", found.held_out_loss},
                        {"distinct_from_zero", distinct_from_zero(found)},
                        {"remarks", found.remarks}};
    if (found.signal_strength) json["signal_strength"] = *found.signal_strength;
    fmt::print("{}\n", json.dump(2));
}

}  // namespace

int infer(const InferArguments& arguments) {
    set_quiet(arguments.quiet);
    const std::string output = arguments.output.empty()
                                   ? std::filesystem::path(arguments.file).stem().string() + "-inference.h5"
                                   : arguments.output;
    const InferenceSettings settings = settings_of(arguments);
    const generalized_linear::RawData data = read_data(arguments);
    results::check_writable(output);
    const Inference found = generalized_linear::infer(data, settings, arguments.file);
    results::write(output, results_of(found, arguments));
    if (arguments.json)
        print_as_json(found);
    else if (!arguments.quiet)
        print_table(found);
    if (!arguments.json)
        for (const std::string& remark : found.remarks) warn(remark);
    inform(fmt::format("wrote {}", output));
    return exit_code::done;
}

}  // namespace hidyn::cli
