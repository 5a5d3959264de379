"""Layers of PyTorch are read with PyTorch's own names, defaults and sizes: torch itself prints them."""

import inspect

import pytest

from cnnstep import network
from cnnstep.notation.torch_layers import LAYERS

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")

MADE = {
    "Conv2d": ("Conv2d(2, 6, 3, stride=2, padding=(1, 2), dilation=2, groups=2, bias=False)", (2, 9, 8)),
    "Conv2d reflected": ("Conv2d(2, 6, 3, padding=1, padding_mode='reflect')", (2, 9, 8)),
    "Conv1d": ("Conv1d(2, 6, 3, padding='same')", (2, 9)),
    "ConvTranspose2d": ("ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1)", (2, 5, 6)),
    "MaxPool2d": ("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", (2, 8, 7)),
    "AvgPool2d": ("AvgPool2d(2)", (2, 8, 7)),
    "AdaptiveAvgPool2d": ("AdaptiveAvgPool2d(1)", (2, 8, 7)),
    "BatchNorm2d": ("BatchNorm2d(2, eps=0.001)", (2, 4, 4)),
    "Linear": ("Linear(6, 4, bias=False)", (6,)),
    "Upsample": ("Upsample(scale_factor=2, mode='bilinear')", (2, 4, 4)),
    "ZeroPad2d": ("ZeroPad2d((1, 2, 3, 0))", (2, 4, 4)),
    "ReflectionPad2d": ("ReflectionPad2d(2)", (2, 4, 4)),
    "LeakyReLU": ("LeakyReLU(0.3)", (2, 4, 4)),
    "ELU": ("ELU(0.5)", (2, 4, 4)),
    "GELU": ("GELU(approximate='tanh')", (2, 4, 4)),
    "Hardtanh": ("Hardtanh()", (2, 4, 4)),
    "Softplus": ("Softplus()", (2, 4, 4)),
    "SiLU": ("SiLU()", (2, 4, 4)),
    "Hardsigmoid": ("Hardsigmoid()", (2, 4, 4)),
    "Dropout": ("Dropout(0.3)", (2, 4, 4)),
    "Softmax": ("Softmax(dim=1)", (5,)),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_a_layer_makes_the_same_numbers_as_it_is_written_and_printed(name):
    written, shape = MADE[name]
    layer = eval(written, vars(torch.nn)).eval()
    x = torch.linspace(-2, 3, 2 * int(torch.tensor(shape).prod())).reshape(2, *shape)
    for text in (written, f"Sequential(\n  (0): {layer!r}\n)"):
        made = network(text, input=shape, seed=1)
        ours = made.output(x.numpy())
        for key, value in layer.state_dict().items():
            if "tracked" not in key:
                value.copy_(torch.tensor(next(w for n, w in made.weights.items() if n.endswith(f".{key}"))))
        assert ours == pytest.approx(layer(x).detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_the_parameters_of_a_layer_are_pytorchs(name):
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    ours = inspect.signature(LAYERS[name]).parameters
    common = [each for each in theirs if each in ours]
    assert common == [each for each in ours if each in theirs]
    assert all(ours[each].default == theirs[each].default for each in common)
    needed = [
        each for each, told in theirs.items() if told.default is told.empty and told.kind == told.POSITIONAL_OR_KEYWORD
    ]
    assert set(needed) <= set(common)
