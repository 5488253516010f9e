"""A script that is run, and the same one sourced: what it changes, and where it runs."""
import os
import subprocess
import tempfile

INNER = 'V=2\necho "the script is in $$"\n'
OUTER = ('V=1\necho "the shell is $$"\n'
         'sh ./inner.sh\necho "run: V is $V"\n'
         '. ./inner.sh\necho "sourced: V is $V"\n')

with tempfile.TemporaryDirectory() as folder:
    for name, text in (("inner.sh", INNER), ("outer.sh", OUTER)):
        with open(os.path.join(folder, name), "w") as script:
            script.write(text)
    subprocess.run(["sh", "outer.sh"], cwd=folder, check=True)
