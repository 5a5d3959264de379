"""`make bench`: every measurement, one after the other."""

from benchmarks import layers, maps, memory, startup, steps

for number, part in enumerate((startup, steps, memory, maps, layers)):
    print("\n" * bool(number), end="")
    part.main()
