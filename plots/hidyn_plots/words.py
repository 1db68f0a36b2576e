# SPDX-License-Identifier: MIT
"""The words and symbols on axes and in legends that a results file does not carry itself."""

import re

from .style import mathematics, plain

KINDS = {
    "ode": "ODE",
    "sde": "SDE",
    "dmft": "DMFT",
    "state-evolution": "state evolution",
    "bayes-state-evolution": "Bayes state evolution",
    "random-matrix": "random matrices",
    "volterra": "Volterra equation",
    "fixed-point": "fixed point",
    "closed-form": "closed form",
    "linear-noise": "linear noise",
    "escape": "escape law",
}

KEYS = {
    "learning_rate": r"\eta",
    "second_layer_learning_rate": r"\eta_v",
    "batch_size": "B",
    "sample_ratio": r"\alpha",
    "label_noise": r"\Delta",
    "weight_decay": r"\lambda",
    "ridge": r"\lambda",
    "momentum": r"\beta",
    "students": "K",
    "teachers": "M",
    "d": "d",
}


def kind(name):
    return KINDS.get(name, plain(name.replace("-", " ")))


def key_symbol(key):
    return KEYS.get(key.rpartition(".")[2], "")


def key_axis(key):
    """ "learning rate $\\eta$" for the dotted key "algorithm.learning_rate"; of a ratio "key / key" both."""
    if " / " in key:
        return " / ".join(key_axis(part) for part in key.split(" / "))
    name = key.rpartition(".")[2]
    words = plain("input dimension" if name == "d" else name.replace("_", " "))
    return f"{words} {mathematics(key_symbol(key))}".strip()


def number(value, digits=6):
    """A number as a paper prints it: 0.1, 3, 2 x 10^-5."""
    text = f"{value:.{digits}g}"
    mantissa, found, power = text.partition("e")
    if not found:
        return text
    return (f"{mantissa} \\times " if mantissa != "1" else "") + f"10^{{{int(power)}}}"


def count(value):
    """A size: 1600, but 10^5 and 4 x 10^4, where the zeros would have to be counted."""
    mantissa, power = value, 0
    while mantissa and mantissa % 10 == 0:
        mantissa, power = mantissa // 10, power + 1
    if power < 4 or mantissa > 99:
        return str(value)
    return (f"{mantissa} \\times " if mantissa != 1 else "") + f"10^{{{power}}}"


def time_axis(units):
    words = [re.sub(r"[^\w ]", "", part).strip() for part in units.split("/")]
    if len(words) == 2 and all(words):  # "steps / d": a count over the size
        above, below = words
        below = below if len(below) == 1 else rf"\mathrm{{{below}}}"
        above = above.replace(" ", r"\ ")
        ratio = mathematics(rf"t = \mathrm{{{above}}}/{below}")
        if ratio:
            return ratio
    return f"$t$ ({plain(units)})" if units else "$t$"


def value_axis(observable, symbol=None):
    """The observable with its symbol, or with another one that says more."""
    symbol = observable.symbol if symbol is None else symbol
    words = plain(observable.long_name)
    if observable.minus:
        route = r"\mathrm{" + re.sub(r"\W|_", r"\\ ", observable.minus) + "}"
        return mathematics(rf"|{symbol} - {symbol}^{{{route}}}|") \
            or f"distance of the {words} from {plain(observable.minus)}"
    is_word = re.fullmatch(r"\\mathrm\{\w+\}", symbol or "")  # "coverage", which the words say already
    symbol = mathematics(symbol)
    if not symbol or is_word:
        return words
    return symbol if len(words) > 34 else f"{words} {symbol}"
