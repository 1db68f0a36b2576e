#pragma once

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
    std::string command;  ///< the whole command line, for the record
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

}  // namespace hidyn::cli
