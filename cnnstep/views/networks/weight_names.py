"""The names of a network's weights: ours, PyTorch's where it has the same network, and their shapes."""

from collections.abc import Mapping
from math import prod

from cnnstep.geometry import by
from cnnstep.views.page.roles import Role
from cnnstep.views.page.scene import stack, words
from cnnstep.views.page.tables import Column, table
from cnnstep.views.report import Report, heading
from cnnstep.views.wording.arithmetic import count

OURS = Column("name", 0, is_left=True, role=Role.LABEL)
SHAPE = Column("shape", 1, is_left=True)
THEIRS = Column("in PyTorch", 2, is_left=True)


def report(network: str, shapes: Mapping[str, tuple[int, ...]], theirs: Mapping[str, str]) -> Report:
    """A row for each array; `theirs` is our name → PyTorch's."""
    columns = (OURS, SHAPE, THEIRS) if theirs else (OURS, SHAPE)
    rows = [(name, by(shape), *([theirs[name]] if theirs else [])) for name, shape in shapes.items()]
    told = f"{count(len(shapes), 'array')}, {sum(map(prod, shapes.values())):,} numbers"
    which = "by these names" if not theirs else "by our names or by those of torchvision's state dict"
    reads = f"--weights reads them from .npz and .safetensors, {which}" if shapes else "this network learns nothing"
    arrays = [{"name": name, "in_pytorch": theirs.get(name), "shape": list(shape)} for name, shape in shapes.items()]
    document = {"operation": "names", "network": network, "arrays": arrays}
    return Report(
        stack([heading(network, told)], [table(columns, rows)] if rows else [], [words(reads, indent=1)]), document
    )
