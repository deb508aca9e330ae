#!/usr/bin/env python3
"""Draws a small data set and a network for it, so that a fresh machine has something real to run.

    draw_demo.py FOLDER

FOLDER/VOC2012/ is in PASCAL VOC's segmentation layout: 24 scenes of noisy coloured shapes with hidden
parts, label maps in VOC's palette and 255 on the borders. FOLDER/colours.onnx is a network computed, not
trained: a 3x3 mean, then the class whose palette colour is nearest (logit = 2 c.x - |c|^2). It errs where
shapes touch and where noise is strong. These are drawings, not VOC: no figure on them says anything about
a real network. Standard library only; the same bytes on every machine.
"""
import pathlib
import struct
import sys
import zlib

HEIGHT, WIDTH, SCENES, CLASSES = 120, 160, 24, 21


class Random:
    """A linear congruential generator (Knuth's MMIX constants): the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def palette_colour(index):
    """VOC's colour map: the bits of the index dealt out over red, green and blue from the top."""
    colour = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            colour[channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return colour


def png(width, height, kind, rows, extra=b""):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def palette_chunk():
    data = b"".join(bytes(palette_colour(i)) for i in range(256))
    return struct.pack(">I", len(data)) + b"PLTE" + data + struct.pack(">I", zlib.crc32(b"PLTE" + data))


def draw_scene(random):
    """A label per pixel and an RGB image: shapes over each other, a tint per shape, noise per pixel."""
    labels = [[0] * WIDTH for _ in range(HEIGHT)]
    tints = [[(0, 0, 0)] * WIDTH for _ in range(HEIGHT)]
    for _ in range(3 + random.below(5)):
        label = 1 + random.below(CLASSES - 1)
        tint = tuple(random.below(51) - 25 for _ in range(3))
        cy, cx, ry, rx = random.below(HEIGHT), random.below(WIDTH), 8 + random.below(30), 8 + random.below(40)
        round_shape = random.below(2)
        for y in range(max(0, cy - ry), min(HEIGHT, cy + ry)):
            for x in range(max(0, cx - rx), min(WIDTH, cx + rx)):
                if not round_shape or ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1:
                    labels[y][x], tints[y][x] = label, tint
    noise = 20 + random.below(60)
    image = []
    for y in range(HEIGHT):
        row = []
        for x in range(WIDTH):
            colour = palette_colour(labels[y][x])
            shift = tints[y][x]
            row += [min(255, max(0, colour[c] + shift[c] + random.below(2 * noise + 1) - noise)) for c in range(3)]
        image.append(row)
    bordered = [row[:] for row in labels]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            near = [labels[j][i] for j in (y - 1, y + 1) for i in (x,) if 0 <= j < HEIGHT]
            near += [labels[y][i] for i in (x - 1, x + 1) if 0 <= i < WIDTH]
            if any(other != labels[y][x] for other in near):
                bordered[y][x] = 255
    return image, bordered


# A protocol buffer is fields of (number, kind, value); kinds here: 0 a varint, 2 bytes.
def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, dims, values):
    data = struct.pack(f"<{len(values)}f", *values)
    return b"".join(field(1, d) for d in dims) + field(2, 1) + field(8, name) + field(9, data)


def ints(name, values):
    return field(1, name) + b"".join(field(8, v) for v in values) + field(20, 7)


def integer(name, value):
    return field(1, name) + field(3, value) + field(20, 2)


def node(kind, name, inputs, attributes):
    parts = [field(1, i) for i in inputs] + [field(2, name), field(3, name), field(4, kind)]
    return b"".join(parts + [field(5, a) for a in attributes])


def value_info(name, dims):
    shape = b"".join(field(1, field(2, d) if isinstance(d, str) else field(1, d)) for d in dims)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def colour_network():
    colours = [[channel / 255 for channel in palette_colour(i)] for i in range(CLASSES)]
    mean_attributes = [ints("kernel_shape", [3, 3]), ints("pads", [1, 1, 1, 1]), integer("group", 3)]
    colour_attributes = [ints("kernel_shape", [1, 1])]
    graph = [
        field(1, node("Conv", "mean3x3", ["image", "mean.weight"], mean_attributes)),
        field(1, node("Conv", "logits", ["mean3x3", "colour.weight", "colour.bias"], colour_attributes)),
        field(2, "colours"),
        field(5, tensor("mean.weight", [3, 1, 3, 3], [1 / 9] * 27)),
        field(5, tensor("colour.weight", [CLASSES, 3, 1, 1], [2 * v for colour in colours for v in colour])),
        field(5, tensor("colour.bias", [CLASSES], [-sum(v * v for v in colour) for colour in colours])),
        field(11, value_info("image", ["batch", 3, "height", "width"])),
        field(12, value_info("logits", ["batch", CLASSES, "height", "width"])),
    ]
    return field(1, 7) + field(2, "quantbench draw_demo") + field(7, b"".join(graph)) + field(8, field(2, 13))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1])
    voc = root / "VOC2012"
    for folder in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
        (voc / folder).mkdir(parents=True, exist_ok=True)
    names = [f"drawn_{i:06d}" for i in range(1, SCENES + 1)]
    for seed, name in enumerate(names, 1):
        image, labels = draw_scene(Random(seed))
        (voc / "JPEGImages" / f"{name}.jpg").write_bytes(png(WIDTH, HEIGHT, 2, image))
        (voc / "SegmentationClass" / f"{name}.png").write_bytes(png(WIDTH, HEIGHT, 3, labels, palette_chunk()))
    (voc / "ImageSets/Segmentation/val.txt").write_text("".join(f"{name}\n" for name in names))
    (root / "colours.onnx").write_bytes(colour_network())


if __name__ == "__main__":
    main()
