"""Every key of a quiz is what plain loops make of the numbers of the question."""

import re
from fractions import Fraction
from functools import cache
from math import exp, log, prod, tanh

import pytest

from cnnstep import view
from cnnstep.classroom.questions import Verdict
from cnnstep.classroom.quiz import MOST, Paper, drafts, questions
from cnnstep.classroom.slips import SLIPS
from cnnstep.classroom.topics import LEVELS, TOPICS

SEEDS = ["1", "anna", "Ömer 3"]
CASES = [(topic, level) for topic in TOPICS for level in LEVELS]
every = pytest.mark.parametrize(("topic", "level"), CASES, ids=[f"{topic}-{level}" for topic, level in CASES])


@cache
def asked(topic, level):
    return [question for seed in SEEDS for question in questions(Paper(topic, level, 2, seed), view)]


class Line:
    """The words of a command: what stands before the options, and what they say."""

    def __init__(self, line):
        self.words, self.options, rest = [], {}, list(line[1:])
        while rest:
            word = rest.pop(0)
            if not word.startswith("--"):
                self.words.append(word)
            elif rest and not rest[0].startswith("--"):
                self.options.setdefault(word[2:], []).append(rest.pop(0))
            else:
                self.options[word[2:]] = [True]

    def __call__(self, name, usual=0):
        """A number."""
        found = self.options.get(name, [usual])[0]
        return Fraction(found.rstrip(";")) if isinstance(found, str) else found

    def numbers(self, name):
        return [int(n) for n in re.split("[x,]", self.options[name][0])]


def matrix(text):
    return [[Fraction(n) for n in row.split()] for row in text.split(";")]


def channels(text):
    return [matrix(channel) for channel in text.split(";;")]


def size(n, k, s, p, d=1):
    """How many windows fit, counted one by one."""
    return sum(1 for begin in range(-p, n + p, s) if begin + d * (k - 1) < n + p)


def sizes(line):
    k, s, p, d = (int(line(name, usual)) for name, usual in (("k", 1), ("s", 1), ("p", 0), ("d", 1)))
    return [size(n, k, s, p, d) for n in (line.numbers("in") * 2)[-2:]]


def padded(x, p, mode="zeros"):
    def index(i, n):
        if mode == "replicate":
            return min(max(i, 0), n - 1)
        if mode == "circular":
            return i % n
        return -i if i < 0 else 2 * (n - 1) - i if i >= n else i

    rows, columns = len(x), len(x[0])

    def cell(i, j):
        if 0 <= i < rows and 0 <= j < columns:
            return x[i][j]
        return Fraction(0) if mode == "zeros" else x[index(i, rows)][index(j, columns)]

    return [[cell(i, j) for j in range(-p, columns + p)] for i in range(-p, rows + p)]


def cell(maps, kernels, y, x, s=1, p=0, d=1, bias=0):
    total = Fraction(bias)
    for x_map, w in zip(maps, kernels, strict=True):
        around = padded(x_map, p)
        for a, row in enumerate(w):
            for b, weight in enumerate(row):
                total += around[y * s + a * d][x * s + b * d] * weight
    return total


def conv(line):
    *filters, y, x = line.numbers("at")
    kernels = [channels(text) for text in line.options["kernel"]]
    maps = channels(line.words[0])
    if line("groups"):
        maps = [maps[filters[0]]]
    s, p, d = int(line("stride", 1)), int(line("padding")), int(line("dilation", 1))
    return [cell(maps, kernels[filters[0] if filters else 0], y, x, s, p, d, line("bias"))]


def pooled(x, y, column, s, p, keep):
    rows, columns = len(x), len(x[0])
    places = [(y * s - p + a, column * s - p + b) for a in range(2) for b in range(2)]
    return keep([x[i][j] for i, j in places if 0 <= i < rows and 0 <= j < columns])


def mean(values):
    return sum(values, Fraction(0)) / len(values)


def pool(line):
    y, x = line.numbers("at")
    keep = mean if line.options.get("kind") == ["average"] else max
    return [pooled(matrix(line.words[0]), y, x, 2, int(line("padding")), keep)]


def two_pools(line):
    x, (first, second) = matrix(line.words[1]), ({"a": mean, "m": max}[n.strip()[0]] for n in line.words[0].split("|"))
    return [second([pooled(x, i, j, 2, 0, first) for i in range(2) for j in range(2)])]


def layers_of(text):
    """Filters, kernel, stride and padding of every layer."""
    for layer in text.split("|"):
        kernel = re.search(r"(?:(\d+)@)?(\d+)", layer)
        name, k = layer.split()[0], int(kernel[2])
        found = {word: int(n) for word, n in re.findall(r"(stride|padding|dilation) (\d+)", layer)}
        stride = found.get("stride", k if "pool" in name else 1)
        yield name, int(kernel[1] or 0), k, stride, found.get("padding", 0), found.get("dilation", 1)


def network(line):
    """Shapes, parameters and multiply-adds of all layers, one after the other."""
    c, n, _ = line.numbers("in")
    shapes, parameters, work = [], 0, 0
    for layer, (name, f, k, s, p, _) in zip(line.words[0].split("|"), layers_of(line.words[0]), strict=True):
        if name == "dense":
            parameters += (c * n * n + 1) * k
            c, n = k, 1
        elif name == "conv":
            reads = 1 if "depthwise" in layer else c
            n = n if "same" in layer else size(n, k, s, p)
            parameters += (reads * k * k + 1) * f
            work += n * n * f * reads * k * k
            c = f
        else:
            n = size(n, k, s, 0)
        shapes.append([c, n, n])
    return shapes, parameters, work


def field(line):
    """The range of rows that one cell reads, followed back layer by layer."""
    first = last = 0
    for _, _, k, s, _, d in reversed(list(layers_of(line.words[0]))):
        first, last = first * s, last * s + d * (k - 1)
    return last - first + 1


def solved(line, name, low, fits):
    n, (out, *_) = line.numbers("in")[0], line.numbers("out")
    k, s, p, d = (int(line(option, usual)) for option, usual in (("k", 1), ("s", 1), ("p", 0), ("d", 1)))
    settings = {"k": k, "s": s, "p": p, "d": d}
    return [next(v for v in range(low, 200) if fits(n, **{**settings, name: v}) == out)]


def enlarged(line, extra=0):
    n, k, s, p = line.numbers("in")[0], int(line("k")), int(line("s")), int(line("p"))
    return max(i * s + a for i in range(n) for a in range(k)) + 1 - 2 * p + extra


def stamped(line):
    x, w = matrix(line.words[0]), matrix(line.options["kernel"][0])
    y = [[Fraction(0)] * 3 for _ in range(3)]
    for i, j, a, b in ((i, j, a, b) for i in range(2) for j in range(2) for a in range(2) for b in range(2)):
        y[i + a][j + b] += x[i][j] * w[a][b]
    return y


def activated(line):
    x, kind, slope = float(line.words[0].split()[int(line("at"))]), line.words[1], float(line("slope", "0.01"))
    kinds = {"relu": max(0, x), "leaky-relu": x if x > 0 else slope * x, "sigmoid": 1 / (1 + exp(-x)), "tanh": tanh(x)}
    return [kinds[kind]]


def probabilities(line):
    z = [float(n) for n in line.words[0].split()]
    powers = [exp(n - min(z)) for n in z]
    return [power / sum(powers, 0.0) for power in powers]


def squares(line):
    x, t = (matrix(text)[0] for text in (line.words[0], line.options["target"][0]))
    return [mean([(a - b) ** 2 for a, b in zip(x, t, strict=True)])]


def descended(line):
    (x,), (t,) = matrix(line.words[0]), matrix(line.options["target"][0])
    w = line("from")
    for _ in range(int(line("updates"))):
        w -= line("rate") * sum((2 * (w * a - b) * a for a, b in zip(x, t, strict=True)), Fraction(0))
    return [w]


def routed(line, row, column):
    """What reaches a cell through max pooling: of equal cells the first takes it."""
    x, g = matrix(line.words[0]), matrix(line.options["upstream"][0])[0]
    window = [(i, j) for i in range(2) for j in range(column // 2 * 2, column // 2 * 2 + 2)]
    largest = max(x[i][j] for i, j in window)
    first = next((i, j) for i, j in window if x[i][j] == largest)
    return [g[column // 2] if (row, column) == first else Fraction(0)]


def nudged(line, which, h=Fraction(1, 64)):
    """The slope of L = Σ y·g, of which each y is linear in x and in w: by a nudge, without any rounding."""
    g, at = matrix(line.options["upstream"][0]), line.numbers("at")

    def loss(nudge):
        arrays = {"x": matrix(line.words[0]), "w": matrix(line.options["kernel"][0])}
        arrays[which][at[0]][at[1]] += nudge
        return sum(
            (cell([arrays["x"]], [arrays["w"]], i, j) * g[i][j] for i in range(2) for j in range(2)), Fraction(0)
        )

    return [(loss(h) - loss(0)) / h]


def named(question):
    """The last cell that is named in the question."""
    return [int(n) for n in re.findall(r"\[(\d+(?:,\d+)*)\]", question.ask)[-1].split(",")]


def loss_gradient(line, at):
    return [probabilities(line)[at] - (at == line("target"))]


KEYS = {
    "size-1": lambda q, line: sizes(line)[1:],
    "size-2": lambda q, line: sizes(line),
    "size-3": lambda q, line: network(line)[0][-1],
    "padding-1": lambda q, line: [n + 2 * int(line("p")) for n in line.numbers("in")],
    "padding-2": lambda q, line: [padded(matrix(line.words[0]), 2, line.options["pad-mode"][0])[named(q)[0]][named(q)[1]]],
    "padding-3": lambda q, line: solved(line, "p", 0, size),
    "stride-1": lambda q, line: [range(-int(line("padding")), 200, int(line("stride")))[int(line("at"))]],
    "stride-2": lambda q, line: [
        line.numbers("in")[0] - max(b + int(line("k")) for b in range(0, line.numbers("in")[0], int(line("s")))
                                    if b + int(line("k")) <= line.numbers("in")[0])],
    "stride-3": lambda q, line: solved(line, "s", 1, size),
    "parameters-1": lambda q, line: [(line.numbers("in")[0] * int(line("k")) ** 2 + 1) * int(line("filters"))],
    "parameters-2": lambda q, line: [(prod(line.numbers("in")) + 1) * int(line.words[0].split()[1])],
    "parameters-3": lambda q, line: [network(line)[1]],
    "multiply-adds-1": lambda q, line: [worked(line)],
    "multiply-adds-2": lambda q, line: [worked(line)],
    "multiply-adds-3": lambda q, line: [network(line)[2]],
    "conv-1": lambda q, line: conv(line),
    "conv-2": lambda q, line: conv(line),
    "conv-3": lambda q, line: [Fraction(re.search(r"makes (−?\d+)", q.ask)[1].replace("−", "-")) - conv(Line(q.figure))[0]],
    "channels-1": lambda q, line: conv(line),
    "channels-2": lambda q, line: conv(line),
    "channels-3": lambda q, line: conv(line),
    "pool-1": lambda q, line: pool(line),
    "pool-2": lambda q, line: pool(line),
    "pool-3": lambda q, line: two_pools(line),
    "activation-1": lambda q, line: activated(line),
    "activation-2": lambda q, line: activated(line),
    "activation-3": lambda q, line: [Fraction(re.search(r"made (−[\d.]+)", q.ask)[1].replace("−", "-")) / line("slope")],
    "softmax-1": lambda q, line: [probabilities(line)[named(q)[0]]],
    "softmax-2": lambda q, line: [probabilities(line)[named(q)[0]]],
    "softmax-3": lambda q, line: [probabilities(line)[named(q)[0]]],
    "loss-1": lambda q, line: squares(line),
    "loss-2": lambda q, line: [-log(probabilities(line)[int(line("target"))])],
    "loss-3": lambda q, line: loss_gradient(line, named(q)[0]),
    "receptive-field-1": lambda q, line: [field(line)],
    "receptive-field-2": lambda q, line: [field(line)],
    "receptive-field-3": lambda q, line: [(int(re.search(r"of (\d+)×", q.ask)[1]) - 1) // (int(q.ask.split()[2][0]) - 1)],
    "transposed-1": lambda q, line: [enlarged(line)],
    "transposed-2": lambda q, line: [stamped(line)[named(q)[0]][named(q)[1]]],
    "transposed-3": lambda q, line: [line.numbers("out")[0] - enlarged(line)],
    "dilation-1": lambda q, line: [field(line)],
    "dilation-2": lambda q, line: conv(line),
    "dilation-3": lambda q, line: solved(line, "d", 1, size),
    "gradient-1": lambda q, line: routed(line, *named(q)),
    "gradient-2": lambda q, line: nudged(line, "w"),
    "gradient-3": lambda q, line: nudged(line, "x"),
    "update-1": lambda q, line: descended(line),
    "update-2": lambda q, line: descended(line),
    "update-3": lambda q, line: descended(line),
}  # fmt: skip


def worked(line):
    rows, columns = sizes(line)
    return rows * columns * line.numbers("in")[0] * int(line("k")) ** 2 * int(line("filters"))


def test_every_topic_and_level_is_checked():
    assert set(KEYS) == {f"{topic}-{level}" for topic, level in CASES}


@every
def test_the_key_is_what_plain_loops_make_of_it(topic, level):
    for question in asked(topic, level):
        expected = KEYS[f"{topic}-{level}"](question, Line(question.line))
        found = [float(n) for n in question.answer]
        assert found == pytest.approx([float(n) for n in expected], abs=1e-9), (question.ask, question.line)


@every
def test_right_is_right_and_every_mistake_has_its_name(topic, level):
    for question in asked(topic, level):
        assert question.judge(question.key).is_right
        assert len(question.key) <= 10
        assert question.places or all(n.denominator == 1 for n in question.answer)
        assert question.judge(question.key.replace(".", ",")).is_right
        for mistake in question.mistakes:
            typed = "x".join(str(n) if question.places is None else f"{float(n):.6f}" for n in mistake.answer)
            verdict = question.judge(typed)
            assert (verdict.is_right, verdict.mistake) == (False, mistake.name), (question.ask, typed)
            assert mistake.topic in TOPICS
        assert question.judge("123456.5") == Verdict(is_right=False)


@every
def test_no_question_is_asked_twice_and_a_longer_quiz_begins_alike(topic, level):
    for seed in SEEDS:
        most = list(drafts(Paper(topic, level, MOST, seed)))
        assert len({(draft.ask, draft.figure) for draft in most}) == MOST
        assert list(drafts(Paper(topic, level, 2, seed))) == most[:2]
        assert all(len(draft.hints) == 3 and draft.why and len(draft.ask) < 240 for draft in most)
    assert [question.id for question in asked(topic, level)][:2] == [f"{topic}-{level}-1", f"{topic}-{level}-2"]


def test_enough_mistakes_have_a_name_and_each_of_them_is_made():
    made = {
        name
        for topic, level in CASES
        for seed in SEEDS
        for d in drafts(Paper(topic, level, 9, seed))
        for name in d.wrong
    }
    assert len(SLIPS) >= 15
    assert made == set(SLIPS)
    assert {slip.topic for slip in SLIPS.values()} <= set(TOPICS)
