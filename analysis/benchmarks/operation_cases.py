"""Makes the cases that the tests of network graphs compare operations with.

Each case is an operation with its options, small operands, the value that PyTorch computes of them in
double precision, and its directional derivatives. Run it with a Python that has PyTorch, 1.13 or
later, from the root of the repository:

    python3 analysis/benchmarks/operation_cases.py Tests/NetworkGraphsTests/Cases

Names of operations behind the folder leave the files of all others as they are: their numbers would be
others if a case was added before them. Batches that are normalised by their own statistics go to the folder BatchCases beside it.
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
CASES = {}


def rounded(tensor):
    """Odd multiples of 1/32: short, exact in single precision, and never at a kink."""
    return (torch.floor(tensor * 16) * 2 + 1) / 32


def listed(tensor):
    """Numbers with 13 significant digits."""
    return [float(f"{number:.12e}") for number in tensor.flatten().tolist()]


def numbers(*shape, low=None, high=None):
    if low is None:
        return rounded(torch.randn(*shape))
    return rounded(low + (high - low) * torch.rand(*shape))


def case(operation, options, function, operands, images=2, tangents=2):
    """Adds a case.

    `operands` lists a shape or a tensor for a value, and ("p", shape or tensor) for a parameter.
    """
    parameters, values = {}, {}
    for place, operand in enumerate(operands):
        if isinstance(operand, tuple) and operand and operand[0] == "p":
            parameters[place] = (
                operand[1] if torch.is_tensor(operand[1]) else numbers(*operand[1])
            )
        elif callable(operand):
            values[place] = [operand() for _ in range(images)]
        else:
            values[place] = [numbers(*operand) for _ in range(images)]
    results = []
    for image in range(images):
        point = [values[place][image] for place in sorted(values)]

        def apply(*point):
            arguments = [None] * len(operands)
            for place, tensor in parameters.items():
                arguments[place] = tensor
            for place, tensor in zip(sorted(values), point):
                arguments[place] = tensor
            return function(*arguments)

        output = apply(*point)
        directions = [[numbers(*tensor.shape) for tensor in point] for _ in range(tangents)]
        moved = [
            torch.autograd.functional.jvp(apply, tuple(point), tuple(direction))[1]
            for direction in directions
        ]
        results.append(
            dict(
                values=[listed(tensor) for tensor in point],
                directions=[[listed(tensor) for tensor in point] for point in directions],
                output=listed(output),
                tangents=[listed(tensor) for tensor in moved],
            )
        )
    described = []
    for place in range(len(operands)):
        tensor = parameters[place] if place in parameters else values[place][0]
        entry = dict(shape=list(tensor.shape))
        if place in parameters:
            entry["numbers"] = listed(tensor)
        described.append(entry)
    CASES.setdefault(operation, []).append(
        dict(
            options=options,
            operands=described,
            shape=list(output.shape),
            images=results,
        )
    )


def distinct(*shape):
    """Different numbers, so that no two maxima are equal."""
    count = math.prod(shape)
    return ((2 * torch.randperm(count) + 1 - count // 2 * 2) / 32.0).double().reshape(shape)


def p(*shape):
    return ("p", shape)


def positive(*shape):
    return ("p", numbers(*shape, low=0.5, high=1.5))


def convolutions():
    def add(shape, outputs, kernel, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1), groups=1,
            bias=True):
        top, left, bottom, right = padding
        rank = len(shape) - 2

        def function(x, w, b=None):
            if rank == 1:
                return F.conv1d(F.pad(x, (left, right)), w, b, stride[1], 0, dilation[1], groups)
            x = F.pad(x, (left, right, top, bottom))
            return F.conv2d(x, w, b, stride, 0, dilation, groups)

        weight = (outputs, shape[1] // groups) + tuple(kernel[2 - rank:])
        case(
            "convolution",
            dict(kernel=list(kernel[2 - rank:]), strides=list(stride[2 - rank:]),
                 dilations=list(dilation[2 - rank:]), groups=groups,
                 before=[top, left][2 - rank:], after=[bottom, right][2 - rank:]),
            function,
            [shape, p(*weight)] + ([p(outputs)] if bias else []),
        )

    add((1, 3, 7, 6), 5, (3, 3), padding=(1, 1, 1, 1))
    add((1, 2, 8, 8), 4, (3, 3), stride=(2, 2), padding=(0, 0, 1, 1), bias=False)
    add((1, 6, 9, 5), 4, (1, 1), stride=(2, 2))
    add((1, 16, 3, 3), 17, (1, 1))
    add((1, 8, 5, 5), 8, (3, 3), padding=(1, 1, 1, 1), groups=8)
    add((1, 17, 5, 5), 17, (5, 5), padding=(2, 2, 2, 2), stride=(2, 2), groups=17)
    add((1, 8, 4, 4), 12, (3, 3), padding=(1, 1, 1, 1), groups=4)
    add((1, 4, 9, 9), 3, (3, 3), dilation=(2, 2), padding=(2, 2, 2, 2))
    add((1, 3, 8, 10), 4, (4, 2), stride=(4, 2))
    add((1, 3, 8, 6), 2, (5, 3), stride=(2, 1), padding=(2, 0, 1, 2))
    add((1, 5, 1, 1), 3, (3, 3), padding=(1, 1, 1, 1))
    add((1, 3, 5, 5), 4, (1, 1), stride=(2, 1), padding=(1, 0, 0, 1))
    add((1, 4, 1, 9)[:2] + (9,), 6, (1, 3), stride=(1, 2), padding=(0, 1, 0, 1))
    add((1, 6, 4, 4), 12, (3, 3), padding=(1, 1, 1, 1), groups=6)


def transposed_convolutions():
    def add(shape, outputs, kernel, sides, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1),
            groups=1):
        top, left, bottom, right = padding
        rank = len(shape) - 2
        height, width = sides

        def function(x, w):
            if rank == 1:
                x, w = x[:, :, None], w[:, :, None]
            # The rows and columns that the convolution's last place does not reach are zeros, and those
            # in the padding are cut off.
            y = F.conv_transpose2d(x, w, None, stride, 0, 0, groups, dilation)
            y = F.pad(y, (0, max(0, left + width - y.shape[3]), 0, max(0, top + height - y.shape[2])))
            y = y[:, :, top:top + height, left:left + width]
            return y[:, :, 0] if rank == 1 else y

        weight = (shape[1], outputs // groups) + tuple(kernel[2 - rank:])
        case(
            "transposed_convolution",
            dict(kernel=list(kernel[2 - rank:]), strides=list(stride[2 - rank:]),
                 dilations=list(dilation[2 - rank:]), groups=groups, sides=list(sides[2 - rank:]),
                 before=[top, left][2 - rank:], after=[bottom, right][2 - rank:]),
            function,
            [shape, p(*weight)],
        )

    add((1, 5, 7, 6), 3, (3, 3), (7, 6), padding=(1, 1, 1, 1))
    add((1, 4, 4, 4), 2, (3, 3), (8, 8), stride=(2, 2), padding=(0, 0, 1, 1))
    add((1, 4, 3, 4), 5, (3, 3), (5, 8), stride=(2, 2), padding=(1, 1, 1, 1))
    add((1, 4, 5, 3), 6, (1, 1), (9, 5), stride=(2, 2))
    add((1, 17, 3, 3), 16, (1, 1), (3, 3))
    add((1, 12, 4, 4), 8, (3, 3), (4, 4), padding=(1, 1, 1, 1), groups=4)
    add((1, 3, 9, 9), 4, (3, 3), (9, 9), dilation=(2, 2), padding=(2, 2, 2, 2))
    add((1, 3, 1, 1), 5, (3, 3), (1, 1), padding=(1, 1, 1, 1))
    add((1, 3, 2, 2), 5, (7, 5), (2, 3), stride=(1, 2), padding=(3, 2, 3, 2))
    add((1, 6, 5), 4, (1, 3), (1, 9), stride=(1, 2), padding=(0, 1, 0, 1))


def linears():
    case("linear", {}, F.linear, [(1, 5), p(3, 5), p(3)])
    case("linear", {}, F.linear, [(1, 4, 6), p(17, 6)])
    case("linear", dict(transposed=True), lambda x, w: x @ w, [(1, 2, 3, 5), p(5, 4)])


def normalizations():
    def batch(x, scale, bias, mean, variance):
        return F.batch_norm(x, mean, variance, scale, bias, False, 0.1, 1e-3)

    for shape in [(1, 5, 4, 3), (1, 7), (1, 3, 6)]:
        c = shape[1]
        case("batch_norm", dict(epsilon=1e-3), batch,
             [shape, p(c), p(c), p(c), positive(c)])
    case("layer_norm", dict(axis=-1, epsilon=1e-5),
         lambda x, s, b: F.layer_norm(x, (19,), s, b), [(1, 4, 19), p(19), p(19)])
    case("layer_norm", dict(axis=2, epsilon=1e-6),
         lambda x, s: F.layer_norm(x, (3, 5), s, None, 1e-6), [(1, 4, 3, 5), p(3, 5)])
    case("layer_norm", dict(axis=-1, epsilon=1e-5), lambda x: F.layer_norm(x, (33,)), [(1, 33)])
    for groups in [1, 3, 6]:
        case("group_norm", dict(groups=groups, epsilon=1e-5),
             lambda x, s, b, groups=groups: F.group_norm(x, groups, s, b),
             [(1, 6, 4, 3), p(6), p(6)])
    case("group_norm", dict(groups=2, epsilon=1e-4), lambda x: F.group_norm(x, 2, eps=1e-4),
         [(1, 4, 9)])
    case("rms_norm", dict(axis=-1, epsilon=1e-5),
         lambda x, s: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-5) * s,
         [(1, 3, 18), p(18)])
    for size in [1, 3, 5]:
        case("local_response_norm", dict(size=size, alpha=0.3, beta=0.75, bias=1.5),
             lambda x, size=size: F.local_response_norm(x, size, 0.3, 0.75, 1.5),
             [(1, 7, 3, 2)])


def activations():
    functions = {
        "relu": F.relu,
        "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
        "clip": lambda x: x.clamp(-0.5, 1.25),
        "relu6": F.relu6,
        "elu": lambda x: F.elu(x, 0.7),
        "gelu": F.gelu,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
        "hard_swish": F.hardswish,
        "hard_sigmoid": lambda x: (0.2 * x + 0.5).clamp(0, 1),
        "mish": F.mish,
        "erf": torch.erf,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": F.softplus,
        "exponential": torch.exp,
        "absolute": torch.abs,
        "negative": torch.neg,
        "square": lambda x: x**2,
        "cube": lambda x: x**3,
        "identity": lambda x: x * 1,
    }
    for name, function in functions.items():
        case("activation", dict(function=name), function,
             [lambda: rounded(3 * torch.randn(1, 4, 5, 2))])
    for name, function in dict(
        square_root=torch.sqrt, logarithm=torch.log, reciprocal=torch.reciprocal,
        power=lambda x: x**1.7,
    ).items():
        case("activation", dict(function=name), function,
             [lambda: numbers(1, 3, 7, low=0.2, high=3)])
    case("prelu", {}, lambda x, s: torch.where(x > 0, x, s * x), [(1, 4, 3, 3), p(4, 1, 1)])
    case("prelu", {}, lambda x, s: torch.where(x > 0, x, s * x), [(1, 6), p(1)])
    for axis in [-1, 1, 2]:
        case("softmax", dict(axis=axis), lambda x, a=axis: torch.softmax(x, a), [(1, 3, 2, 17)])


def pools():
    for kernel, stride, padding, ceil in [
        ((2, 2), (2, 2), (0, 0), False), ((3, 3), (2, 2), (1, 1), False),
        ((3, 3), (2, 2), (0, 0), True), ((3, 2), (2, 1), (1, 0), True), ((3, 3), (2, 2), (1, 1), True),
    ]:
        options = dict(kernel=kernel, strides=stride, before=padding, after=padding, ceil=ceil)
        case("max_pool", options,
             lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil),
             [lambda: distinct(1, 2, 8, 7)])
        for counts in [False, True]:
            case("average_pool", dict(options, counts=counts),
                 lambda x: F.avg_pool2d(x, kernel, stride, padding, ceil, counts), [(1, 2, 8, 7)])
    # Equal maxima: the first in row order moves.
    case("max_pool", dict(kernel=[2, 2], strides=[2, 2], before=[0, 0], after=[0, 0], ceil=False),
         lambda x: F.max_pool2d(x, 2), [lambda: torch.randint(0, 2, (1, 4, 6, 6)).double()])
    case("max_pool", dict(kernel=[3], strides=[2], before=[1], after=[1], ceil=False),
         lambda x: F.max_pool1d(x, 3, 2, 1), [lambda: distinct(1, 3, 8)])


def reductions():
    for kind, axes, keeps, shape in [
        ("mean", [2, 3], True, (1, 5, 4, 3)), ("mean", [-1], False, (1, 5, 18)),
        ("mean", [1], True, (1, 5, 4, 3)), ("sum", [1, 3], False, (1, 5, 4, 3)),
        ("sum", [1], False, (1, 6, 7)), ("mean", [1, 2, 3], True, (1, 2, 4, 5)),
    ]:
        def function(x):
            return (x.mean if kind == "mean" else x.sum)(axes, keepdim=keeps)
        case("reduce", dict(kind=kind, axes=axes, keeps=keeps), function, [shape])


def arithmetic():
    quotient = lambda: numbers(1, 3, 4, 2, low=0.5, high=2)
    for name, function in [("add", torch.add), ("subtract", torch.sub), ("multiply", torch.mul)]:
        for left, right in [
            ((1, 3, 4, 2), (1, 3, 4, 2)), ((1, 3, 4, 2), (1, 3, 1, 1)), ((1, 1, 4, 1), (1, 3, 1, 2)),
            ((1, 3, 4, 2), p(3, 1, 1)), (p(1), (1, 3, 4, 2)), ((1, 5, 6), p(6)),
            ((1, 5, 6), p(1, 5, 6)), ((1, 1, 6), p(1, 5, 6)), ((1, 4), (1, 3, 4)), (p(6), (1, 5, 6)),
        ]:
            case(name, {}, function, [left, right])
    case("add", {}, lambda a, b, c: a + b + c, [(1, 3, 4), (1, 3, 4), (1, 1, 4)])
    for left, right in [
        ((1, 3, 4, 2), quotient), ((1, 3, 4, 2), positive(3, 1, 1)), (p(3, 1, 1), quotient),
        ((1, 3, 1, 1), quotient), ((1, 5, 6), positive(6)),
    ]:
        case("divide", {}, torch.div, [left, right])


def movements():
    case("concatenate", dict(axis=1), lambda *x: torch.cat(x, 1),
         [(1, 3, 4, 2), (1, 1, 4, 2), (1, 5, 4, 2)])
    case("concatenate", dict(axis=-1), lambda *x: torch.cat(x, -1), [(1, 3, 4, 2), (1, 3, 4, 5)])
    case("concatenate", dict(axis=1), lambda a, b: torch.cat([a, b], 1), [p(1, 1, 6), (1, 4, 6)])
    for ranges, function in [
        ([[1, 1, 4, 1]], lambda x: x[:, 1:4]), ([[2, 0, 100, 2], [3, 1, -1, 1]], lambda x: x[:, :, ::2, 1:-1]),
        ([[1, -1, -100, -1]], lambda x: x.flip(1)), ([[3, 5, 0, -2]], lambda x: x[..., [5, 3, 1]]),
        ([[0, 0, 1, 1]], lambda x: x * 1),
    ]:
        case("slice", dict(ranges=ranges), function, [(1, 5, 4, 6)])
    case("pad", dict(before=[0, 1, 0, 2], after=[0, 2, 1, 0]),
         lambda x: F.pad(x, (2, 0, 0, 1, 1, 2)), [(1, 3, 4, 2)])
    case("pad", dict(before=[0, 0, 1], after=[0, 2, 0], constant=1.5),
         lambda x: F.pad(x, (1, 0, 0, 2), value=1.5), [(1, 3, 4)])
    for order in [(0, 2, 3, 1), (0, 3, 1, 2), (0, 1, 3, 2), (0, 1, 2, 3)]:
        case("transpose", dict(order=order), lambda x: x.permute(order), [(1, 3, 4, 5)])
    case("transpose", dict(order=[0, 2, 1]), lambda x: x.permute(0, 2, 1), [(1, 3, 4)])
    for shape in [(1, 60), (1, 3, 20), (1, 5, 4, 3), (1, 3, 4, 5, 1)]:
        case("reshape", dict(shape=shape), lambda x: x.reshape(shape), [(1, 3, 4, 5)])
    case("expand", dict(shape=[1, 3, 4, 5]), lambda x: x.expand(1, 3, 4, 5), [(1, 3, 1, 1)])
    case("expand", dict(shape=[2, 1, 3, 6]), lambda x: x.expand(2, 4, 3, 6), [(1, 4, 1, 6)])
    case("zeros", dict(), torch.zeros_like, [(1, 3, 4, 5)])
    case("gather", dict(axis=1, indices=[2, 0, -1], index_shape=[3]),
         lambda x: x[:, [2, 0, 4]], [(1, 5, 3, 2)])
    case("gather", dict(axis=1, indices=[0], index_shape=[]), lambda x: x[:, 0], [(1, 5, 6)])
    case("gather", dict(axis=-1, indices=[3, 1, 1, 0], index_shape=[2, 2]),
         lambda x: x[..., [[3, 1], [1, 0]]], [(1, 2, 5)])

    def depth(x, block=2):
        n, c, h, w = x.shape
        x = x.reshape(n, block, block, c // block**2, h, w).permute(0, 3, 4, 1, 5, 2)
        return x.reshape(n, c // block**2, h * block, w * block)

    def space(x, block=2):
        n, c, h, w = x.shape
        x = x.reshape(n, c, h // block, block, w // block, block).permute(0, 3, 5, 1, 2, 4)
        return x.reshape(n, c * block**2, h // block, w // block)

    case("depth_to_space", dict(block=2, channel_first=False), depth, [(1, 12, 2, 3)])
    case("depth_to_space", dict(block=2, channel_first=True), lambda x: F.pixel_shuffle(x, 2),
         [(1, 12, 2, 3)])
    case("space_to_depth", dict(block=2, channel_first=False), space, [(1, 3, 4, 6)])
    case("space_to_depth", dict(block=2, channel_first=True), lambda x: F.pixel_unshuffle(x, 2),
         [(1, 3, 4, 6)])


def products():
    case("matmul", {}, torch.matmul, [(1, 2, 3, 4), (1, 2, 4, 5)])
    case("matmul", {}, torch.matmul, [(1, 2, 3, 4), (1, 1, 4, 5)])
    case("matmul", {}, torch.matmul, [p(7, 3), (1, 3, 4)])
    case("matmul", {}, torch.matmul, [(1, 3, 4), p(4, 2)])
    case("matmul", dict(transposes_right=True, factor=0.5),
         lambda a, b: 0.5 * a @ b.transpose(-1, -2), [(1, 2, 3, 4), (1, 2, 5, 4)])
    case("matmul", dict(transposes_left=True),
         lambda a, b: a.transpose(-1, -2) @ b, [(1, 4, 3), (1, 4, 2)])

    def attention(q, k, v, heads=2):
        def split(x):
            return x.reshape(1, x.shape[1], heads, -1).transpose(1, 2)
        q, k, v = split(q), split(k), split(v)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1)
        return (weights @ v).transpose(1, 2).reshape(1, q.shape[2], -1)

    case("attention", dict(heads=2), attention, [(1, 5, 6), (1, 5, 6), (1, 5, 6)])
    case("attention", dict(heads=2), attention, [(1, 3, 8), (1, 7, 8), (1, 7, 4)])


def input_normalizations():
    for shape, mean, deviation in [
        ((1, 3, 4, 5), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ((1, 6, 1, 1), [0.5, 0.5, 0.25, 0.25, 0.0, 0.0], [0.5, 0.5, 2.0, 2.0, 1.0, 1.0]),
        ((1, 4, 7), [0.1, -0.2, 0.3, 0.4], [0.5, 1.5, 0.25, 3.0]),
    ]:
        sides = (1, shape[1]) + (1,) * (len(shape) - 2)
        shift, scale = torch.tensor(mean).view(sides), torch.tensor(deviation).view(sides)
        case("input_norm", dict(mean=mean, deviation=deviation),
             lambda x, shift=shift, scale=scale: (x - shift) / scale, [shape])


def batch_statistics():
    """Batch normalisation of some images by their own statistics, with gradients of a loss."""
    cases = []
    for shape, images in [((5, 4, 3), 3), ((7,), 6), ((3, 6), 2), ((16, 3, 3), 4)]:
        c, momentum, epsilon = shape[0], 0.1, 1e-3
        x, g = numbers(images, *shape), numbers(images, *shape)
        x.requires_grad_()
        scale, bias = numbers(c).requires_grad_(), numbers(c).requires_grad_()
        mean, variance = numbers(c), numbers(c, low=0.5, high=1.5)
        before = mean.clone(), variance.clone()
        y = F.batch_norm(x, mean, variance, scale, bias, True, momentum, epsilon)
        (y * g).sum().backward()
        cases.append(
            dict(shape=[1, *shape], epsilon=epsilon, momentum=momentum,
                 parameters=[listed(t) for t in (scale, bias, *before)],
                 inputs=[listed(t) for t in x], seeds=[listed(t) for t in g],
                 outputs=[listed(t) for t in y], gradients=[listed(t) for t in x.grad],
                 parameter_gradients=[listed(scale.grad), listed(bias.grad)],
                 statistics=[listed(mean), listed(variance)]))
    return cases


for make in [convolutions, linears, normalizations, activations, pools, reductions, arithmetic,
             movements, products, transposed_convolutions, input_normalizations]:
    make()
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
chosen = sys.argv[2:] or CASES
for operation in chosen:
    cases = CASES[operation]
    text = json.dumps(cases, separators=(",", ":"))
    (folder / f"{operation}.json").write_text(text + "\n")
if sys.argv[2:]:
    sys.exit()
batches = folder.parent / "BatchCases"
batches.mkdir(exist_ok=True)
text = json.dumps(batch_statistics(), separators=(",", ":"))
(batches / "batch_norm.json").write_text(text + "\n")
print(sum(map(len, CASES.values())), "cases of", len(CASES), "operations")
