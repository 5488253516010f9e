"""Lines of a log, their form, and the level in a child."""
import logging
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def child():
    mp.get_logger().warning("from the child")
    mp.get_logger().info("not wanted")


if __name__ == "__main__":
    os.dup2(1, 2)
    mp.log_to_stderr(logging.WARNING)
    mp.get_logger().warning("from the parent")
    process = mp.Process(target=child)
    process.start()
    process.join()
