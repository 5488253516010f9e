"""The document's loop over {1..10}, each echo in the background, in two shells."""
import subprocess


def printed(shell, script):
    return subprocess.run([shell, "-c", script], stdout=subprocess.PIPE, text=True).stdout


def try_shell(shell):
    try:
        count = printed(shell, "set -- {1..10}; printf %s $#")
    except FileNotFoundError:
        print(f"{shell}: not here")
        return
    lines = printed(shell, "for i in {1..10}; do echo $i & done; wait; echo END").split()
    print(f"{shell}: the loop is over {count} words;",
          "as many lines" if len(lines) - 1 == int(count) else "other lines", end=", then ")
    print(lines[-1])


try_shell("sh")
try_shell("bash")
