"""`python -m cnnstep`."""

from cnnstep.cli import main

main()
