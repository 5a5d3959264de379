"""Networks with branches against the same modules in PyTorch, which are named as torchvision names them."""

from collections import OrderedDict

import numpy as np
import pytest

import cnnstep
from cnnstep.networks.described import describe
from cnnstep.networks.run import Run

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make reference` installs it")
nn = torch.nn


def conv(channels, filters, kernel, stride=1, **settings):
    return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False, **settings)


class Basic(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(channels, filters, 3, stride), nn.BatchNorm2d(filters)
        self.conv2, self.bn2 = conv(filters, filters, 3), nn.BatchNorm2d(filters)
        self.downsample = None
        if stride > 1 or channels != filters:
            self.downsample = nn.Sequential(conv(channels, filters, 1, stride), nn.BatchNorm2d(filters))

    def forward(self, x):
        made = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(made + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64, 7, 2), nn.BatchNorm2d(64)
        for number, (channels, filters) in enumerate(((64, 64), (64, 128), (128, 256), (256, 512)), 1):
            first = Basic(channels, filters, 1 if number == 1 else 2)
            self.add_module(f"layer{number}", nn.Sequential(first, Basic(filters, filters, 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return torch.softmax(self.fc(x.mean((2, 3))), 1)


def clipped(channels, filters, kernel, stride=1, groups=1):
    return nn.Sequential(conv(channels, filters, kernel, stride, groups=groups), nn.BatchNorm2d(filters), nn.ReLU6())


class Inverted(nn.Module):
    def __init__(self, channels, filters, stride, factor):
        super().__init__()
        inside = channels * factor
        self.adds = stride == 1 and channels == filters
        self.conv = nn.Sequential(
            *([clipped(channels, inside, 1)] if factor > 1 else []),
            clipped(inside, inside, 3, stride, inside),
            conv(inside, filters, 1),
            nn.BatchNorm2d(filters),
        )

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [clipped(3, 32, 3, 2)], 32
        table = (
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        )
        for factor, filters, count, stride in table:
            for number in range(count):
                layers.append(Inverted(channels, filters, 1 if number else stride, factor))
                channels = filters
        self.features = nn.Sequential(*layers, clipped(320, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x):
        return torch.softmax(self.classifier(self.features(x).mean((2, 3))), 1)


def unit(channels, filters, kernel, stride=1):
    named = {
        "conv": conv(channels, filters, kernel, stride),
        "bn": nn.BatchNorm2d(filters, eps=0.001),
        "relu": nn.ReLU(),
    }
    return nn.Sequential(OrderedDict(named))


class Inception(nn.Module):
    def __init__(self, channels, a, b, c, d, e, f):
        super().__init__()
        self.branch1 = unit(channels, a, 1)
        self.branch2 = nn.Sequential(unit(channels, b, 1), unit(b, c, 3))
        self.branch3 = nn.Sequential(unit(channels, d, 1), unit(d, e, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), unit(channels, f, 1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


MODULES = {
    "3a": (192, 64, 96, 128, 16, 32, 32), "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64), "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64), "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128), "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}  # fmt: skip
"""The paper's table 1."""


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = unit(3, 64, 7, 2), unit(64, 64, 1), unit(64, 192, 3)
        for name, sizes in MODULES.items():
            self.add_module(f"inception{name}", Inception(*sizes))
        self.fc = nn.Linear(1024, 1000)

    def forward(self, x):
        def pooled(x, size):
            return nn.functional.max_pool2d(x, size, 2, ceil_mode=True)

        x = pooled(self.conv3(self.conv2(pooled(self.conv1(x), 3))), 3)
        for name in MODULES:
            x = getattr(self, f"inception{name}")(x)
            x = pooled(x, {"3b": 3, "4e": 2}[name]) if name in {"3b", "4e"} else x
        return torch.softmax(self.fc(x.mean((2, 3))), 1)


class VGG16(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(count):
                layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
                channels = filters
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        head = (nn.Linear(25_088, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout())
        self.classifier = nn.Sequential(*head, nn.Linear(4096, 1000))

    def forward(self, x):
        return torch.softmax(self.classifier(self.features(x).flatten(1)), 1)


BUILT = {"resnet18": ResNet18, "mobilenetv2": MobileNetV2, "googlenet": GoogLeNet, "vgg16": VGG16}
COUNTS = {"resnet18": 11_689_512, "mobilenetv2": 3_504_872, "googlenet": 6_624_904, "vgg16": 138_357_544}
"""Source: torchvision's documentation of each; of googlenet without its classifiers for training."""


@pytest.mark.parametrize("name", BUILT)
def test_names_and_shapes_are_those_of_a_state_dict(name):
    with torch.device("meta"):
        model = BUILT[name]()
    state = {key: tuple(each.shape) for key, each in model.state_dict().items() if "num_batches" not in key}
    found = describe(name)
    layers = found.layers(found.input)
    theirs = found.foreign.names(layers)
    ours = {f"{layer.name}.{part}": each.shape for layer in layers for part, each in layer.plan.parameters.items()}
    assert {theirs[key]: shape for key, shape in ours.items()} == state
    assert sum(each.numel() for each in model.parameters()) == sum(layer.learned for layer in layers) == COUNTS[name]


def random_state(model, seed):
    """Numbers that keep the maps of a deep network in range; variances above 0."""
    generator = torch.Generator().manual_seed(seed)
    for key, values in model.state_dict().items():
        if "num_batches" in key:
            continue
        fan_in = values[0].numel() if values.ndim > 1 else 0
        drawn = torch.randn(values.shape, generator=generator, dtype=torch.float64)
        # around what leaves maps as they are: γ = σ² = 1
        is_one = key.endswith("running_var") or (values.ndim == 1 and key.endswith("weight"))
        values.copy_(drawn * (2 / fan_in) ** 0.5 if fan_in else 1 + 0.3 * torch.tanh(drawn) if is_one else 0.1 * drawn)
    return model


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv2", "googlenet"])
def test_pytorch_answers_the_same(name):
    with torch.no_grad():
        model = random_state(BUILT[name]().double().eval(), 5)
        batch = np.random.default_rng(1).normal(size=(2, 3, 32, 32)).astype(np.float32)
        expected = model(torch.from_numpy(batch).double()).numpy()
        state = {key: each.numpy() for key, each in model.state_dict().items()}
    network = cnnstep.network(name, (3, 32, 32), weights=state)
    walked = Run(network, batch[0].astype(float)).walk(len(network.layers)).output
    np.testing.assert_allclose(walked, expected[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(network.output(batch), expected, rtol=2e-3, atol=1e-6)


class UNet(nn.Module):
    """The layers in our order, so that weights can be handed over one after the other."""

    def __init__(self):
        super().__init__()

        def twice(channels, filters):
            return nn.Sequential(
                nn.Conv2d(channels, filters, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(filters, filters, 3, padding=1),
                nn.ReLU(),
            )

        self.fine, self.coarse, self.deep = twice(1, 8), twice(8, 16), twice(16, 32)
        self.up1, self.back1 = nn.ConvTranspose2d(32, 16, 2, 2), twice(32, 16)
        self.up2, self.back2 = nn.ConvTranspose2d(16, 8, 2, 2), twice(16, 8)
        self.last = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        fine = self.fine(x)
        coarse = self.coarse(nn.functional.max_pool2d(fine, 2))
        made = self.back1(torch.cat([self.up1(self.deep(nn.functional.max_pool2d(coarse, 2))), coarse], 1))
        return torch.sigmoid(self.last(self.back2(torch.cat([self.up2(made), fine], 1))))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.blocks = nn.Sequential(Basic(8, 8, 1), Basic(8, 16, 2), Basic(16, 32, 2))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return torch.softmax(self.fc(self.blocks(self.stem(x)).mean((2, 3))), 1)


@pytest.mark.parametrize(("name", "model"), [("unet", UNet), ("resnet", ResNet)])
def test_small_networks_are_pytorchs(name, model):
    network = cnnstep.network(name, seed=4)
    made = model().double().eval()
    theirs = [key for key in made.state_dict() if "num_batches" not in key]
    state = {key: torch.from_numpy(np.array(each)) for key, each in zip(theirs, network.weights.values(), strict=True)}
    made.load_state_dict(state, strict=False)
    batch = np.random.default_rng(1).normal(size=(3, 1, 32, 32)).astype(np.float32)
    with torch.no_grad():
        expected = made(torch.from_numpy(batch).double()).numpy()
    np.testing.assert_allclose(network.output(batch), expected, rtol=2e-4, atol=1e-6)
    walked = Run(network, batch[0].astype(float)).walk(len(network.layers)).output
    np.testing.assert_allclose(walked, expected[0], rtol=1e-9, atol=1e-12)
