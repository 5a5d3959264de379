"""Peak memory of a whole map, beyond its input and its output (Linux)."""

import subprocess
import sys

from benchmarks.timing import row

KIB = 1024
PROGRAM = """
import re, sys
from pathlib import Path
import numpy as np
from cnnstep import Convolution, kernels

def status(name):
    return int(re.search(name + r':\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) * 1024

x = np.random.default_rng(0).integers(0, 256, (3000, 4000), dtype=np.uint8)
kernel = np.random.default_rng(1).normal(size=(11, 11)) if sys.argv[1] == 'floats 11×11' else kernels[sys.argv[1]]
x = x / 255 if sys.argv[1].startswith('floats') else x
Convolution(kernel, padding='same').output(x[:64, :64])
Path('/proc/self/clear_refs').write_text('5')  # the peak begins anew
before = status('VmRSS')
y = Convolution(kernel, padding='same').output(x)
print(x.nbytes, y.nbytes, status('VmHWM') - before)
"""


def main() -> None:
    """Print input, output, and what was needed on top of both."""
    row("peak memory, 12 megapixels", "input", "output", "on top")
    for name in ("edge", "gaussian5", "log", "floats 11×11"):
        done = subprocess.run([sys.executable, "-c", PROGRAM, name], check=True, capture_output=True, text=True)
        x, y, grown = map(int, done.stdout.split())
        row(name, *(f"{size / KIB**2:.0f} MiB" for size in (x, y, max(0, grown - y))))


if __name__ == "__main__":
    main()
