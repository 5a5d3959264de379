"""What `cnnstep help TOPIC` says: a sentence, then what to type, and what it is for."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A line for the list of topics, the first sentence of its own page, and what can be typed."""

    about: str
    told: str
    rows: tuple[tuple[str, str], ...]


TOPICS: dict[str, Topic] = {
    "saving": Topic(
        "figures, films, pages, numbers: --save",
        "--save NAME writes what is shown, and the suffix decides how. Nothing is replaced without --force.",
        (("cnnstep conv --save map.png", "a figure of the whole map; with --at 1,2 of that step"),
         ("cnnstep conv --at 1,2 --save step.svg", "the same, sharp at every size"),
         ("cnnstep conv --save film.gif", "the steps as a film: --fps 4, --canvas 1280x720, --loop 3, --dark"),
         ("cnnstep conv --save page.html", "a page to play in a browser, without a network"),
         ("cnnstep conv --save map.npy --save map.csv", "numbers, two files at once; also .json and .jsonl"),
         ("cnnstep conv --at 1,2 --save sheet.md", "tables and the sum, for a worksheet; .txt has the screens"),
         ("cnnstep conv --save -.json", "to the standard output"),
         ("cnnstep net lenet5 digit --save net.html", "a network as a page: every cell can be opened; also .png"),
         ("cnnstep net lenet5 digit --save weights.npz", "what a network has learned, or activations.npz"),
         (".webp, .cast", "a film, a recording for asciinema"))),
    "reading": Topic(
        "pictures, tables, sounds, your own numbers: INPUT",
        "INPUT is a file, a sample, a matrix or - (what comes from a pipe). Without one, each command has its own.",
        (("cnnstep show digit", "a sample: `cnnstep samples` lists them; sample:digit where a file is called digit"),
         ("photo.png, .jpg, .gif", "a picture, in levels of grey from 0 to 255"),
         ("table.csv, array.npy, sound.wav", "numbers, a sound"),
         ('cnnstep conv "1 2 3; 4 5 6; 7 8 9"', "a matrix: rows between ;"),
         ('cnnstep conv "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]"', "the same"),
         ('cnnstep pool "1 2; 3 4;; 5 6; 7 8"', "two channels: ;; begins the next"),
         ("cnnstep softmax 2 1 0.1", "one row"),
         ("cnnstep show flower --rgb", "three channels: red, green, blue"),
         ("cnnstep show picture --crop 0,0,64,64", "a piece: X,Y,W,H; --resize WxH another size"),
         ("cnnstep show digit --unit", "levels from 0 to 1"),
         ("--axes 1, 2 or 3", "as a signal, a picture, a film"))),
    "notation": Topic(
        "kernels, sizes, padding, places: how they are written",
        "Sizes are rows x columns, arrays are channels, rows, columns, and places are counted from 0.",
        (("cnnstep conv --kernel sobel-x", "by its name: see `cnnstep kernels`"),
         ('cnnstep conv --kernel "1 1; 1 1 /4"', "your own; /4 at its end divides"),
         ('cnnstep conv flower --rgb -k "1 0;; 0 1;; 1 1"', ";; begins the next channel's"),
         ("cnnstep conv --kernel 8@3x3", "8 filters drawn from --seed"),
         ("cnnstep conv -k edge -k box", "two filters"),
         ("cnnstep conv -k edge -s 2 -p 1 -d 1", "short options"),
         ("--stride 2, --stride 1x2", "both axes, or rows x columns"),
         ("--padding 1, 1x2, 0:1", "before:after; or same, valid, full"),
         ("--dilation 2", "1 is an ordinary kernel"),
         ("--at 1,2 or 0,1,2", "(filter,) row, column"),
         ("--steps 5, 10:20, all", "the first five, 10 to 19, all"),
         ("cnnstep size 32 5 --stride 2", "the size of an output, and why"))),
    "screens": Topic(
        "steps, the player, colours, narrow terminals",
        "A screen has one step and what comes of it; its last line says what to type next.",
        (("cnnstep conv --at 1,2", "one step: a cell of the output"),
         ("cnnstep conv --steps 5", "the first five steps"),
         ("cnnstep conv --view lines", "a line a step; --view map only the result"),
         ("cnnstep conv --play", "with the keys: arrows, m hides the value, ? shows them all"),
         ("cnnstep conv --animate", "once, without keys"),
         ('cnnstep compare "conv -s 1" "conv -s 2"', "two commands in one frame"),
         ("cnnstep conv --ascii", "nothing but ASCII; --color never without colours, as NO_COLOR=1"),
         ("cnnstep conv --json", "for machines, with every digit: a cell has two, a sentence four"),
         ("40 columns and more", "what does not fit is told by its size"))),
    "quiz": Topic(
        "questions, lessons, hidden values",
        "Let the class predict, then show: everything can be asked before it is seen.",
        (("cnnstep quiz", "its topics; quiz conv asks five questions, and explains each answer"),
         ("cnnstep lesson", "its lessons, played at the terminal"),
         ("cnnstep conv --play", "m hides the value of a step, M its products too; the same key shows them"),
         ('cnnstep compare "conv" "conv --padding same"', "what differs? two cases beside each other"),
         ("cnnstep conv --at 1,2 --blank products", "a worksheet; --save sheet.md writes it"),
         ("cnnstep quiz conv --save quiz.md --key key.md", "on paper"),
         ("cnnstep learn --at 0", "which way will the weights move?"),
         ('cnnstep why lenet5 digit "softmax[3]"', "why this answer?"))),
    "networks": Topic(
        "layers in a row, branches, LeNet and its kin",
        "LAYERS is a name, a file my.cnn with a layer a line, or a chain with | between layers.",
        (("cnnstep net lenet5", "its layers: sizes, parameters, costs; `cnnstep net --list` has all names"),
         ("cnnstep net lenet5 digit", "a digit through it"),
         ('cnnstep net "conv edge relu | maxpool 2" digit', "your own: an activation may end a layer"),
         ('cnnstep net "conv 6@5x5 padding 2 | flatten | dense 10" digit', "six filters, ten units"),
         ('cnnstep net "conv 4@3x3 same as a | conv 4@3x3 same | add a" digit', "a branch"),
         ('cnnstep net "Conv2d(1, 6, 5) ReLU MaxPool2d(2)" digit', "as PyTorch writes it, or prints it"),
         ('cnnstep why lenet5 digit "c3[5,3,4]"', "where a number came from; `field` what it sees"),
         ("cnnstep explain lenet5 c3", "a layer in words"),
         ("cnnstep inspect lenet5 digit --saliency", "what it has learned"))),
    "gradients": Topic(
        "losses, backpropagation, learning, training",
        "A gradient says how the loss changes with each number; learning steps against it.",
        (('cnnstep loss "2 1 0.1" --target 0', "a loss and its gradient; `cnnstep loss` lists the kinds"),
         ("cnnstep conv five --gradient kernel", "how L changes with each weight; also input and bias"),
         ("cnnstep conv five --gradient kernel --check", "the same by differences"),
         ("cnnstep gradients lenet5 digit --target 3", "layer by layer, back from the loss"),
         ('cnnstep why lenet5 digit "f6.bias[3]" --target 3', "one weight's"),
         ("cnnstep activate --curve sigmoid --depth 5", "why gradients vanish"),
         ("cnnstep learn --updates 10", "a kernel that learns, update by update"),
         ("cnnstep train lenet5 --epochs 1", "a network that learns"))),
    "python": Topic(
        "the same in Python and notebooks; layers of PyTorch",
        "import cnnstep: operations walk, steps and walks show themselves in a notebook.",
        (('cnnstep.view("conv five --at 1,2")', "a command line as a value"),
         ("cnnstep.Convolution(kernel, stride=2).walk(x)", "its steps; .output: the map"),
         ("cnnstep conv five --code torch", "a script of the same; or numpy, keras, jax"),
         ('cnnstep.network("lenet5").output(images)', "N images at once"),
         ('cnnstep.network("Conv2d(1, 6, 5)", (1, 32, 32))', "layers of PyTorch:"),
         ("Conv, ConvTranspose, Linear", "Conv1d to 3d, nobias for bias=False, inputs 6 for in_channels"),
         ("MaxPool, AvgPool, Adaptive...", "AdaptiveAvgPool2d(1) is globalavgpool"),
         ("BatchNorm, Dropout, Flatten", "and Softmax, Upsample, ZeroPad2d, ReflectionPad2d"),
         ("ReLU, LeakyReLU, GELU, SiLU ...", "`cnnstep activate --list` has all activations"),
         ("cnnstep net lenet5 --names", "its weights, also as PyTorch calls them"))),
}  # fmt: skip
"""Topic → what to know of it, within 22 rows of 80 columns."""
ALSO = {
    "save": "saving", "files": "saving", "export": "saving", "input": "reading", "inputs": "reading",
    "read": "reading", "channels": "notation", "kernelnotation": "notation", "matrix": "notation",
    "screen": "screens", "player": "screens", "keys": "screens", "questions": "quiz", "teaching": "quiz",
    "layers": "networks", "network": "networks", "chains": "networks", "backpropagation": "gradients",
    "learning": "gradients", "training": "gradients", "code": "python", "pytorch": "python", "notebook": "python",
}  # fmt: skip
