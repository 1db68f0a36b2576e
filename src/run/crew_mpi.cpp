// SPDX-License-Identifier: MIT
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "run/crew.hpp"

namespace hidyn::run {
namespace {

enum Tag { question, answer };
// What a rank asks: the points it has done since, and -1, or how it leaves.
using Question = std::array<std::int64_t, 2>;
constexpr std::int64_t wants_more = -1;
constexpr std::int64_t no_point = -1;

}  // namespace

struct Crew::Ranks {
    int rank = 0;
    int size = 1;
    std::mutex mutex;  // of the questions of this rank's threads
    bool left = false;
    bool none_left = false;
    std::thread server;
    Ending worst = Ending::done;

    void serve(const std::function<std::optional<std::size_t>()>& next,
               const std::function<void(std::size_t)>& finished) {
        for (int others = size - 1; others > 0;) {
            // MPI's own waiting would keep a core busy, that has points to solve.
            int there = 0;
            MPI_Status status;
            MPI_Iprobe(MPI_ANY_SOURCE, question, MPI_COMM_WORLD, &there, &status);
            if (there == 0) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                continue;
            }
            Question asked;
            MPI_Recv(asked.data(), 2, MPI_INT64_T, status.MPI_SOURCE, question, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
            finished(static_cast<std::size_t>(asked[0]));
            if (asked[1] != wants_more) {
                worst = std::max(worst, static_cast<Ending>(asked[1]));
                --others;
                continue;
            }
            const std::optional<std::size_t> point = next();
            const std::int64_t reply = point ? static_cast<std::int64_t>(*point) : no_point;
            MPI_Send(&reply, 1, MPI_INT64_T, status.MPI_SOURCE, answer, MPI_COMM_WORLD);
        }
    }
};

Crew::Crew() : ranks_(std::make_unique<Ranks>()) {
    int provided = 0;
    // Never two threads at once: the server's alone on the leader, one behind the mutex elsewhere.
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (provided < MPI_THREAD_SERIALIZED) throw RunError("this MPI was built without threads");
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks_->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks_->size);
}

Crew::~Crew() {
    if (!leads()) {
        leave(Ending::failed);
    } else {
        // Where something kept the leader from its points, the others still wait for an answer.
        if (!ranks_->server.joinable()) serve([] { return std::nullopt; }, [](std::size_t) {});
        wait();
    }
    MPI_Finalize();
}

bool Crew::leads() const {
    return ranks_->rank == 0;
}

std::size_t Crew::size() const {
    return static_cast<std::size_t>(ranks_->size);
}

void Crew::serve(std::function<std::optional<std::size_t>()> next,
                 std::function<void(std::size_t)> finished) {
    if (ranks_->left) return;
    ranks_->server = std::thread(
        [this, next = std::move(next), finished = std::move(finished)] { ranks_->serve(next, finished); });
}

Crew::Ending Crew::wait() {
    if (ranks_->server.joinable()) ranks_->server.join();
    ranks_->left = true;
    return ranks_->worst;
}

std::optional<std::size_t> Crew::ask(std::size_t finished) {
    const std::scoped_lock lock(ranks_->mutex);
    const Question asked{static_cast<std::int64_t>(finished), wants_more};
    if (ranks_->none_left) return {};
    MPI_Send(asked.data(), 2, MPI_INT64_T, 0, question, MPI_COMM_WORLD);
    std::int64_t reply = no_point;
    MPI_Recv(&reply, 1, MPI_INT64_T, 0, answer, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (reply == no_point) {
        ranks_->none_left = true;
        return {};
    }
    return static_cast<std::size_t>(reply);
}

void Crew::leave(Ending ending) {
    const std::scoped_lock lock(ranks_->mutex);
    if (std::exchange(ranks_->left, true)) return;
    const Question last{0, static_cast<std::int64_t>(ending)};
    MPI_Send(last.data(), 2, MPI_INT64_T, 0, question, MPI_COMM_WORLD);
}

}  // namespace hidyn::run
