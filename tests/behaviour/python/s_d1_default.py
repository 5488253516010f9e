"""Which start methods there are, and which one is meant when nobody says."""
import multiprocessing as mp

if __name__ == "__main__":
    print("default:", mp.get_start_method())
    for method in ("fork", "spawn", "forkserver"):
        if method in mp.get_all_start_methods():
            print("there is", method)
