/* Boost.Interprocess's message_queue for C. */
#include "peers/boost.h"

#include <boost/interprocess/ipc/message_queue.hpp>
#include <cstdio>
#include <string>
#include <unistd.h>

using boost::interprocess::message_queue;

void *bench_boost_open(size_t size, size_t message_count) {
    static unsigned number;
    std::string name =
        "brood-bench-" + std::to_string(getpid()) + "-" + std::to_string(number++);
    try {
        message_queue *queue = new message_queue(boost::interprocess::create_only,
                                                 name.c_str(), message_count, size);
        message_queue::remove(name.c_str());
        return queue;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "Boost message_queue: %s\n", error.what());
        message_queue::remove(name.c_str());
        return nullptr;
    }
}

int bench_boost_put(void *queue, const void *message, size_t size) {
    try {
        static_cast<message_queue *>(queue)->send(message, size, 0);
        return 0;
    } catch (const std::exception &) {
        return -1;
    }
}

int bench_boost_get(void *queue, void *message, size_t size) {
    try {
        message_queue::size_type received = 0;
        unsigned priority = 0;
        static_cast<message_queue *>(queue)->receive(message, size, received, priority);
        return received == size ? 0 : -1;
    } catch (const std::exception &) {
        return -1;
    }
}

void bench_boost_close(void *queue) {
    delete static_cast<message_queue *>(queue);
}
