"""`make bench`: every measurement, one after the other."""

from benchmarks import maps, memory, startup, steps

for number, part in enumerate((startup, steps, memory, maps)):
    print("\n" * bool(number), end="")
    part.main()
