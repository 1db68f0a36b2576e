# SPDX-License-Identifier: MIT
"""Results files with invented but believable curves: a soft committee machine that leaves its plateau."""

import h5py
import numpy as np


def time_grid(end=300.0, points=301, spacing="linear"):
    if spacing == "log":
        return np.concatenate([[0.0], np.geomspace(1e-2, end, points - 1)])
    return np.linspace(0.0, end, points)


def committee_overlaps(time, learning_rate=1.5, units=2):
    """R [time, K, K] and Q [time, K, K]: a plateau with equal overlaps, then specialisation."""
    rate = learning_rate / 1.5
    rise = 1 - np.exp(-time * rate / 6)
    special = 1 / (1 + np.exp(-(time * rate - 130) / 14))
    R = np.empty((time.size, units, units))
    Q = np.empty_like(R)
    floor = 0.03 * rate
    for i in range(units):
        for m in range(units):
            plateau = (0.62 - 0.06 * i + 0.02 * m) / np.sqrt(units / 2) * rise
            R[:, i, m] = plateau * (1 - special) + (0.98 - floor if i == m else 0.02) * special
            start = 0.2 + 0.1 * i if i == m else 0.0
            level = 0.8 - 0.15 * (i != m)
            Q[:, i, m] = (start * (1 - rise) + level / np.sqrt(units / 2) * rise) * (1 - special) \
                + (1.0 + floor if i == m else -0.01) * special
    return R, Q


def erf_generalization_error(R, Q):
    """Saad and Solla's closed form with T = 1."""
    norm = 1 + np.einsum("...ii->...i", Q)
    students = np.arcsin(np.clip(Q / np.sqrt(norm[..., :, None] * norm[..., None, :]), -1, 1)).sum((-1, -2))
    cross = np.arcsin(np.clip(R / np.sqrt(norm[..., :, None] * 2), -1, 1)).sum((-1, -2))
    teachers = R.shape[-1] * np.arcsin(0.5)
    return np.maximum((students + teachers - 2 * cross) / np.pi, 1e-5)


def noise_variance(time, learning_rate=1.5):
    """d Var of an overlap: largest where the symmetry breaks."""
    u = (time * learning_rate / 1.5 - 130) / 30
    return 0.02 * (1 - np.exp(-time / 10)) + 2.5 * np.exp(-u**2)


class ResultsFile:
    def __init__(self, path, time, title="Plateau and specialization of a soft committee machine", experiment="",
                 units="steps / d"):
        self.file = h5py.File(path, "w")
        self.file.attrs.update(schema_version=1, hidyn_version="0.1", title=title, experiment=experiment)
        self.time = time
        self.file["time"] = time
        self.file["time"].make_scale("time")
        self.file["time"].attrs.update(units=units, long_name="time")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def route(self, name, kind, family, variant="", d=None, replicas=0, status="complete", diverged_at=None):
        group = self.file.create_group(f"routes/{variant + '.' if variant else ''}{name}")
        group.attrs.update(kind=kind, status=status, route=family, variant=variant, replicas=replicas,
                           side="simulation" if kind == "simulation" else "theory")
        if d:
            group.attrs["d"] = d
        if diverged_at is not None:
            group.attrs["diverged_at"] = diverged_at
        group["time"] = self.file["time"]
        return group

    def observable(self, group, name, values, symbol, long_name, dimensions=(), variance=None, error=None, axes=None,
                   own=False, roles=None):
        lead = ("replica", "time") if group.attrs["replicas"] else ("time",)
        data = group.create_dataset(name, data=values)
        data.attrs.update(symbol=symbol, long_name=long_name, normalization="")
        for axis, dimension in enumerate((*lead, *dimensions)):
            if dimension not in group:
                group[dimension] = (axes or {}).get(dimension, np.arange(values.shape[axis]))
                group[dimension].make_scale(dimension)
                if dimension in (roles or {}):
                    group[dimension].attrs["role"] = roles[dimension]
            data.dims[axis].attach_scale(group[dimension])
        if variance is not None:
            group.create_dataset(f"{name}_variance", data=variance)
        if error is not None:
            group.create_dataset(f"{name}_error", data=error)
        if own:
            data.attrs["own"] = 1

    def committee(self, group, R, Q, variance=None):
        spread = None if variance is None else variance[:, None, None] * np.ones(R.shape[-2:])
        self.observable(group, "R", R, "R_{im}", "student-teacher overlap", ("student", "teacher"), spread)
        self.observable(group, "Q", Q, "Q_{ij}", "student-student overlap", ("student", "student_2"), spread)
        self.observable(group, "generalization_error", erf_generalization_error(R, Q), r"\epsilon_g",
                        "generalization error", (), None if variance is None else 0.002 * variance)


def write_committee(path, sizes=(100, 400, 1600), replicas=32, units=2, learning_rates=None, spacing="linear",
                    end=300.0, points=301, figure="", band=True, diverging=(), own_starts=False):
    """The standard file; `learning_rates` are variants, those in `diverging` blow up in the simulation."""
    random = np.random.default_rng(5)
    time = time_grid(end, points, spacing)
    variants = {f"rate_{place}": rate for place, rate in enumerate(learning_rates or [])} or {"": 1.5}
    tables = "".join(f"[variants.{name}]\nalgorithm.learning_rate = {rate}\n"
                     for name, rate in variants.items() if name)
    experiment = f"[algorithm]\nlearning_rate = 1.5\n[routes.sgd]\n[routes.ode]\n{tables}{figure}"
    with ResultsFile(path, time, experiment=experiment) as file:
        for variant, rate in variants.items():
            R, Q = committee_overlaps(time, rate, units)
            variance = noise_variance(time, rate)
            if own_starts:
                shift = 0.02 * random.standard_normal((replicas, 1, 1, 1)) * np.exp(-time / 30)[:, None, None]
                file.committee(file.route("ode", "ode", "ode", variant, replicas=replicas), R + shift, Q + 0 * shift)
            else:
                file.committee(file.route("ode", "ode", "ode", variant), R, Q, variance if band else None)
            for d in sizes:
                lost = rate in diverging
                group = file.route(f"sgd-d{d}", "simulation", "sgd", variant, d, replicas,
                                   "diverged" if lost else "complete", 0.4 * end if lost else None)
                shape = (replicas, 1, units, units)
                bias = 0.6 * variance[:, None, None] / d
                wiggle = np.sqrt(variance / d)[:, None, None]
                noisy_R = R + bias + wiggle * random.standard_normal(shape) * 0.8
                noise_Q = random.standard_normal(shape)
                noisy_Q = Q + bias + wiggle * 0.4 * (noise_Q + noise_Q.swapaxes(-1, -2))
                if lost:
                    growth = np.exp(np.minimum(np.maximum(time / end - 0.15, 0) * 60, 600))[:, None, None]
                    noisy_Q = noisy_Q * growth
                    noisy_R[:, time > 0.4 * end] = noisy_Q[:, time > 0.4 * end] = np.nan
                file.committee(group, noisy_R, noisy_Q)
                if lost:
                    error = file.file[group.name]["generalization_error"]
                    error[...] = error[...] * growth[None, :, 0, 0]


def relaxation(time, units=1):
    """C [time, time_2, K, K] and R [time, time_2, K, K] of overdamped modes at temperature 1 that start at 0.3."""
    t, s = time[:, None], time[None, :]
    later, earlier = np.maximum(t, s), np.minimum(t, s)
    C = np.empty((time.size, time.size, units, units))
    R = np.zeros_like(C)
    for k in range(units):
        for l in range(units):
            rate = 0.25 * (2 + k + l)
            own = 1.0 if k == l else -0.45
            C[:, :, k, l] = own * ((1 - np.exp(-2 * rate * earlier)) * np.exp(-rate * (later - earlier))
                                   + 0.3 * np.exp(-rate * (t + s)))
            R[:, :, k, l] = np.where(t >= s, own * rate * np.exp(-rate * (t - s)) * np.cos(1.5 * (t - s)), 0.0)
    return C, R


def write_two_time(path, sizes=(200, 800, 3200), replicas=16, units=1, end=6.0, points=61, spacing="linear", figure="",
                   variants=("",), sources=(), error=0.0):
    """Two-time functions as a dynamical mean-field theory reports them: C compared, kernels of the theory alone."""
    random = np.random.default_rng(3)
    time = time_grid(end, points, spacing)
    tables = "".join(f"[variants.{name}]\nalgorithm.learning_rate = {1 + place}\n"
                     for place, name in enumerate(variants) if name)
    experiment = f"[algorithm]\nlearning_rate = 1.0\n[routes.sim]\n[routes.dmft]\n{tables}{figure}"
    axes, inner = {"time_2": time, "source_time": np.array(sources, dtype=float)}, ("student", "student_2")
    with ResultsFile(path, time, title="Memory of gradient flow on a finite sample", experiment=experiment,
                     units="iterations") as file:
        for place, variant in enumerate(variants):
            C, R = relaxation(time * (1 + place), units)
            loss = 0.5 + 0.5 * np.exp(-time)
            theory = file.route("dmft", "dmft", "dmft", variant)
            file.observable(theory, "train_loss", loss, r"\epsilon_t", "training loss",
                            error=error * time / end if error else None)
            file.observable(theory, "C", C, "C_{ij}(t,s)", "autocorrelation", ("time_2", *inner), axes=axes)
            file.observable(theory, "response_kernel", R, r"\Gamma_{ij}(t,s)", "response kernel", ("time_2", *inner),
                            axes=axes, own=True)
            if sources:
                nearest = [int(np.abs(time - source).argmin()) for source in sources]
                file.observable(theory, "response", R[:, nearest], "R_{ij}(t,s)", "response", ("source_time", *inner),
                                axes=axes)
            for d in sizes:
                group = file.route(f"sim-d{d}", "simulation", "sim", variant, d, replicas)
                modes = random.standard_normal((replicas, 6, units))
                waves = np.cos(np.pi * np.arange(6)[:, None] * time / end) * (1 - np.exp(-time))
                noise = np.einsum("rak,at->rtk", modes, waves)
                shift = np.einsum("rtk,rsl->rtskl", noise, noise) * 0.5
                shift = (shift - shift.mean(axis=0)) / np.sqrt(d)
                file.observable(group, "C", C + shift, "C_{ij}(t,s)", "autocorrelation", ("time_2", *inner), axes=axes)
                file.observable(group, "train_loss", loss + noise[:, :, 0] / np.sqrt(d) / 4, r"\epsilon_t",
                                "training loss")
                if sources:
                    wiggle = random.standard_normal((replicas, 1, len(sources), units, units)) * np.sqrt(1 / d)
                    file.observable(group, "response", R[:, nearest] * (1 + 2 * wiggle), "R_{ij}(t,s)", "response",
                                    ("source_time", *inner), axes=axes)
