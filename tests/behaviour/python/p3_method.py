"""Choosing the start method: once, again, and one that there is not."""
import multiprocessing as mp


def choose(what, method):
    try:
        mp.set_start_method(method)
        print(f"choose {what}: success", flush=True)
    except (RuntimeError, ValueError) as error:
        print(f"choose {what}: {type(error).__name__}", flush=True)


if __name__ == "__main__":
    choose("spawn", "spawn")
    choose("again", "spawn")
    mp.set_start_method(None, force=True)
    choose("spam", "spam")
