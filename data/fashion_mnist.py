#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two classes of Fashion-MNIST as a data file for `hidyn infer`.

Source: H. Xiao, K. Rasul and R. Vollgraf, arXiv 1708.07747, as Debian's package dataset-fashion-mnist ships it: 28 x 28
grey values, ten classes of 6000 training images. Of two classes, images are projected on their leading principal
components and each component is divided by its standard deviation, both measured on all 12000 images, so that the inputs
of a much smaller sample are nearly uncorrelated, as inference from a path assumes. Labels are 1 and -1.
"""

import argparse
import gzip

import h5py
import numpy as np

FOLDER = "/usr/share/datasets/fashion-mnist"
NAMES = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]


def read_idx(path, header):
    try:
        with gzip.open(path) as file:
            return np.frombuffer(file.read(), dtype=np.uint8, offset=header)
    except OSError as problem:
        raise SystemExit(f"{path}: cannot be read ({problem}); install the package dataset-fashion-mnist, or give --folder")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", help="the HDF5 file to write")
    parser.add_argument("--classes", type=int, nargs=2, default=[0, 6], metavar=("POSITIVE", "NEGATIVE"))
    parser.add_argument("--samples", type=int, default=1500, help="images drawn at random (standard: 1500)")
    parser.add_argument("--components", type=int, default=300, help="principal components (standard: 300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", default=FOLDER)
    arguments = parser.parse_args()

    labels = read_idx(f"{arguments.folder}/train-labels-idx1-ubyte.gz", 8)
    images = read_idx(f"{arguments.folder}/train-images-idx3-ubyte.gz", 16).reshape(len(labels), -1)
    positive, negative = arguments.classes
    chosen = (labels == positive) | (labels == negative)
    pixels = images[chosen].astype(float) / 255.0
    pixels -= pixels.mean(axis=0)
    variances, directions = np.linalg.eigh(pixels.T @ pixels / len(pixels))
    leading = np.argsort(variances)[::-1][: arguments.components]
    features = pixels @ directions[:, leading] / np.sqrt(variances[leading])
    rows = np.random.default_rng(arguments.seed).permutation(len(features))[: arguments.samples]

    with h5py.File(arguments.output, "w") as file:
        file["inputs"] = features[rows]
        file["labels"] = np.where(labels[chosen][rows] == positive, 1, -1)
        file.attrs["source"] = (
            f"Fashion-MNIST (arXiv 1708.07747), {NAMES[positive]} against {NAMES[negative]}: {len(rows)} images, "
            f"{arguments.components} whitened principal components"
        )


if __name__ == "__main__":
    main()
