// SPDX-License-Identifier: MIT
#include "core/route.hpp"

namespace hidyn {
const char* status_name(Status status) {
    switch (status) {
        case Status::complete:
            return "complete";
        case Status::diverged:
            return "diverged";
        case Status::not_converged:
            return "not_converged";
        case Status::failed:
            return "failed";
    }
    return "";
}

}  // namespace hidyn
