"""The only reader: files, samples, literals and stdin become arrays; names and files become kernels."""

from cnnstep.inputs.reading import Input, Reading, read, read_kernel

__all__ = ["Input", "Reading", "read", "read_kernel"]
