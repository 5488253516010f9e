"""A process with a name of its own."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])


class Named(mp.Process):
    def run(self):
        print(f"Process {self.name} running", flush=True)


if __name__ == "__main__":
    child = Named(name="Worker")
    child.start()
    child.join()
