// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// The sub-commands. Each returns the program's exit code and throws InputError, RunError or Interrupted.
namespace hidyn::cli {

namespace exit_code {
inline constexpr int done = 0;
inline constexpr int claim_failed = 1;
inline constexpr int bad_input = 2;
inline constexpr int failure = 3;
inline constexpr int interrupted = 130;
}  // namespace exit_code

struct RunArguments {
    std::string file;
    std::string output;  ///< "": the experiment's name with .h5, in the current directory
    std::vector<std::string> overrides;
    int threads = 0;
    bool quiet = false;
    bool json = false;
    bool resume = false;
    double checkpoint = 60.0;  ///< seconds between two states of a long run
    std::string command;       ///< the whole command line, for the record
};
[[nodiscard]] int run(const RunArguments& arguments);

struct CompareArguments {
    std::string file;
    bool json = false;
};
[[nodiscard]] int compare(const CompareArguments& arguments);

struct PlotArguments {
    std::string file;
    std::string output;  ///< "": the results file's name with .png
    std::string observables;
};
[[nodiscard]] int plot(const PlotArguments& arguments);

struct ReproduceArguments {
    std::vector<std::string> what;  ///< paper ids, or id/figure; none: they are listed
    bool all = false;
    bool quick = false;  ///< the smaller sizes of the files' sections [quick]
    std::string output = "gallery";
    int threads = 0;
    std::string command;
};
[[nodiscard]] int reproduce(const ReproduceArguments& arguments);

struct SweepArguments {
    std::string file;
    std::string output;  ///< the batch's folder; "": the experiment's name
    std::vector<std::string> overrides;
    std::vector<std::string> axes;  ///< KEY=[...] beside those of the file
    std::string shard;              ///< "2/8"; "": all points
    bool resume = false;
    bool quiet = false;
    int threads = 0;
    std::string command;
};
[[nodiscard]] int sweep(const SweepArguments& arguments);

struct MergeArguments {
    std::vector<std::string> folders;
    std::string output;  ///< "": the only folder, in place
};
[[nodiscard]] int merge(const MergeArguments& arguments);

struct InferArguments {
    std::string file;  ///< HDF5 with a matrix of inputs and a vector of labels
    std::string inputs = "inputs";
    std::string labels = "labels";
    std::string loss = "square";
    double loss_scale = 1.0;
    std::string method = "gradient-descent";
    double learning_rate = 0.0;  ///< 0: chosen
    double ridge = 0.0;
    double momentum = 0.0;
    double l1 = 0.0;
    int iterations = 50;
    double hold_out = 0.0;
    std::uint64_t seed = 0;
    std::string output;  ///< "": the data file's name with -inference.h5
    bool quiet = false;
    bool json = false;
    std::string command;
};
[[nodiscard]] int infer(const InferArguments& arguments);

struct ListArguments {
    std::string what;  ///< "problems", "routes", "papers", or "" for all
    bool json = false;
};
[[nodiscard]] int list(const ListArguments& arguments);

struct DescribeArguments {
    std::string name;
    bool json = false;
};
[[nodiscard]] int describe(const DescribeArguments& arguments);
/// All that it knows.
[[nodiscard]] std::vector<std::string> describable_names();

struct ProgramText;
struct ManualArguments {
    std::string output;   ///< "": manual.html, or standard output for the man page
    std::string gallery;  ///< the folder of hidyn reproduce, whose pictures are put in
    bool man = false;     ///< the man page instead
};
[[nodiscard]] int manual(const ManualArguments& arguments, const ProgramText& program);

}  // namespace hidyn::cli
