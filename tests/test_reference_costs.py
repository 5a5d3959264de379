"""FLOPs, outputs and parameters of layers against PyTorch's own counter, where it is installed (`make reference`)."""

import pytest

from cnnstep.geometry import Sizes, sliding_axes, transposed_axes

torch = pytest.importorskip("torch")
# the counter loads it late, where the tests have a `sum` of their own, which it does not know
pytest.importorskip("torch._dynamo")
FlopCounterMode = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("channels", "filters", "groups"), [(3, 8, 1), (6, 6, 6), (6, 12, 6), (4, 6, 2)])
def test_flops_are_those_of_pytorchs_counter(channels, filters, groups, transposed, bias):
    kind = torch.nn.ConvTranspose2d if transposed else torch.nn.Conv2d
    made = kind(channels, filters, 3, 2, 1, groups=groups, bias=bias)
    with FlopCounterMode(display=False) as counter:
        output = made(torch.zeros(5, channels, 9, 11))
    axes = (transposed_axes if transposed else sliding_axes)((9, 11), 3, 2, 1)
    found = Sizes.checked(axes, channels, filters, groups)._replace(batch=5, has_bias=bias)
    assert found.flops == counter.get_total_flops()
    assert found.cells == output.numel()
    assert found.parameters == sum(each.numel() for each in made.parameters())
