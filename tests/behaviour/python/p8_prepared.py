"""What a child knows of its parent's surroundings: arguments, directory, start method."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


def compare(directory, arguments, method):
    print("directory:", "the parent's" if os.getcwd() == directory else "another", flush=True)
    print(f"program: {'the parent' if sys.argv[0] == arguments[0] else 'another'}'s,",
          "arguments:", "the parent's" if sys.argv == arguments else "others", flush=True)
    print("start method:",
          "the parent's" if mp.get_start_method() == method else "another", flush=True)


if __name__ == "__main__":
    os.chdir("..")
    child = mp.Process(target=compare, args=(os.getcwd(), sys.argv, mp.get_start_method()))
    child.start()
    child.join()
