// SPDX-License-Identifier: MIT
#include "cli/messages.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace hidyn::cli {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> stderr_logger = [] {
        auto made = std::make_shared<spdlog::logger>("hidyn",
                                                     std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        made->set_pattern("hidyn: %^%l%$: %v");
        return made;
    }();
    return *stderr_logger;
}

}  // namespace

void set_quiet(bool quiet) {
    logger().set_level(quiet ? spdlog::level::warn : spdlog::level::info);
}
void inform(const std::string& sentence) {
    // The report on stdout comes first, also when both streams go to one place.
    std::fflush(stdout);
    logger().info("{}", sentence);
}
void warn(const std::string& sentence) {
    logger().warn("{}", sentence);
}
void complain(const std::string& sentence) {
    logger().error("{}", sentence);
}

}  // namespace hidyn::cli
