"""The only reader: files, samples, literals and stdin become arrays; names and files become kernels."""
