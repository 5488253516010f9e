"""Work that each child needs done before its own: what stands in a module that it imports."""
import multiprocessing as mp
import os
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])
    mp.set_forkserver_preload(["sched"])

CHILDREN = 4


def loader():
    """The process that has imported a module which the interpreter itself does not need."""
    if "sched" not in sys.modules:
        import sched
        sched.loaded_by = os.getpid()
    return getattr(sys.modules["sched"], "loaded_by", 0)


def tell(told):
    told.put(loader())


if __name__ == "__main__":
    told = mp.SimpleQueue()
    if mp.get_start_method() == "fork":
        loader()
    for _ in range(CHILDREN):
        child = mp.Process(target=tell, args=(told,))
        child.start()
        child.join()
    loaders = {told.get() for _ in range(CHILDREN)}
    print(f"done {len(loaders)} times for {CHILDREN} children", flush=True)
