# A file that is being written.
make small file.h5
"$PYTHON" -c '
import subprocess, h5py
with h5py.File("file.h5", "a"):
    done = subprocess.run(["cute-shm", "load", "file.h5"])
print("exit", done.returncode)'
