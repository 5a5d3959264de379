"""`make bench`: every measurement, one after the other."""

from benchmarks import diagrams, films, layers, maps, memory, networks, pages, player, startup, steps

for number, part in enumerate((startup, player, steps, memory, films, diagrams, pages, maps, layers, networks)):
    print("\n" * bool(number), end="")
    part.main()
