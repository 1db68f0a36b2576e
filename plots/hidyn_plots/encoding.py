# SPDX-License-Identifier: MIT
"""What colour, lightness, marker and line style mean, decided once for the whole figure.

    colour       the variant; without variants the matrix entry, or else the user's simulation
    lightness    the size d, darkest for the largest; the marker tells it too
    line style   the matrix entry where colour is taken by variants; else the theory
"""

import math

from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import error_band, words
from .choosing import look_up
from .components import MOST_OWN_COLOURS
from .style import DASHES, INK, MARKERS, NEUTRAL, PALETTE, darker, lighter, mathematics, plain

BAND = 0.16  # opacity of one standard deviation of a single run


def sequence(place, count):
    """The colour at a place in an ordered set too long for the palette; the pale end of the map is left out."""
    return to_hex(colormaps["viridis"](0.88 * place / max(count - 1, 1)))


class Encoding:
    def __init__(self, results, observables):
        self.results = results
        # One matrix too rich for a colour per entry, and all are coloured by families: one meaning per colour.
        self.by_family = any(len(results.observables[name].shape) == 2 and not results.observables[name].two_time
                             and math.prod(results.observables[name].shape) > MOST_OWN_COLOURS
                             for name in observables)
        shown = [route for route in results.routes if any(name in route.series for name in observables)]
        self.simulations = [route for route in shown if not route.is_theory]
        theories = [route for route in shown if route.is_theory]
        self.variants = [name for name in results.variants if any(route.variant == name for route in shown)]
        self.by_variant = len(self.variants) > 1
        self.families = list(dict.fromkeys(route.family for route in self.simulations))
        self.runs = list(dict.fromkeys((route.family, route.d) for route in self.simulations))
        self.theories = list(dict.fromkeys((route.family, route.kind) for route in theories
                                           if not self.is_doubled(route, theories)))
        self.has_band = any(series.variance is not None for route in theories
                            for name, series in route.series.items() if name in observables)
        self.has_error = False  # set when a theory's numerical error is wide enough to be seen
        self.has_diverged = any(route.diverged for route in shown)
        self.entries_have_colours = not self.by_variant and any(
            not results.observables[name].scalar for name in observables)

    def variants_are_an_axis(self, plan):
        """Frees the colours for matrix entries."""
        self.by_variant = False
        self.entries_have_colours = any(not self.results.observables[name].scalar for name in plan.observables)
        self.has_band = self.has_band and plan.window is None  # the mean over a window fluctuates less

    @staticmethod
    def is_doubled(route, theories):
        """A linear-noise route repeats the mean of the theory it expands around; its own news is the variance."""
        return route.kind == "linear-noise" and any(
            other.variant == route.variant and other.kind != "linear-noise" for other in theories)

    # -- colours ---------------------------------------------------------------------------------------------------

    def hue(self, route, component):
        if self.by_variant:
            return self.variant_colour(route.variant)
        if component.label:
            if component.ordered:
                return sequence(component.group, component.groups)
            return PALETTE[component.group % len(PALETTE)]
        if route.is_theory and len(self.families) > 1:
            return INK
        return self.family_colour(route.family)

    def family_colour(self, family):
        """The colour of a scalar's curves; where entries of a matrix have theirs, blue would seem to be the first."""
        if self.entries_have_colours and len(self.families) < 2:
            return NEUTRAL
        first = 4 if self.entries_have_colours else 0
        place = self.families.index(family) if family in self.families else 0
        return PALETTE[(first + place) % len(PALETTE)]

    def variant_colour(self, name):
        place, count = self.variants.index(name), len(self.variants)
        return PALETTE[place] if count <= len(PALETTE) else sequence(place, count)

    def shade(self, route, hue):
        """The hue, lighter for smaller sizes."""
        sizes = sorted({d or 0 for family, d in self.runs if family == route.family})
        if len(sizes) < 2:
            return lighter(hue, 0.25)
        return lighter(hue, 0.75 * (1 - sizes.index(route.d or 0) / (len(sizes) - 1)))

    # -- artists ---------------------------------------------------------------------------------------------------

    def place(self, route):
        """Where the run stands among all families and sizes: fixes its marker and the phase of its points."""
        return self.runs.index((route.family, route.d))

    def turn(self, route):
        """(place, number) of this route among all whose points share an axis, for laying them side by side."""
        variants = len(self.variants) if self.by_variant else 1
        own = self.variants.index(route.variant) if self.by_variant else 0
        return self.place(route) * variants + own, self.beside()

    def beside(self):
        """The number of simulated curves along one theory curve, or along what would be one without variants."""
        return max(1, len(self.runs)) * (len(self.variants) if self.by_variant else 1)

    def tag(self, route):
        """The legend entries that show and hide the route's marks on a page (an artist's gid)."""
        entry = f"{route.family}/{route.kind}" if route.is_theory else f"{route.family}/{route.d}"
        return f"{entry};variant {route.variant}" if self.by_variant else entry

    def point(self, route, hue):
        return {"gid": self.tag(route), "marker": MARKERS[self.place(route) % len(MARKERS)], "markersize": 3.4, "linestyle": "none",
                "markerfacecolor": self.shade(route, hue), "markeredgecolor": darker(hue, 0.15),
                "markeredgewidth": 0.55}

    def line(self, route, component, hue):
        theory = self.theories.index((route.family, route.kind)) if (route.family, route.kind) in self.theories else 0
        if self.by_variant and component.label:
            dash, width = DASHES[component.group % len(DASHES)], 1.2 / (1 + 0.5 * theory)
        else:
            dash, width = DASHES[theory % len(DASHES)], 1.2
        return {"gid": self.tag(route), "color": darker(hue, 0.3), "linestyle": dash, "linewidth": width}

    # -- the legend ------------------------------------------------------------------------------------------------

    def legend(self):
        """Two lists of handles and labels for the whole figure: the variants, and everything else. A handle's gid is the
        part of a tag that it stands for."""
        variants, entries = [], []
        if self.by_variant:
            variants = [(Line2D([], [], color=self.variant_colour(name), linewidth=2.2, gid=f"variant {name}"), label)
                        for name, label in zip(self.variants, self.variant_labels())]
        plain_colour = NEUTRAL if self.by_variant or self.entries_have_colours else None
        for family, kind in self.theories:
            route = next(r for r in self.results.routes if (r.family, r.kind) == (family, kind))
            colour = darker(plain_colour or (INK if len(self.families) > 1 else PALETTE[0]), 0.3)
            dash = DASHES[self.theories.index((family, kind)) % len(DASHES)]
            handle = Line2D([], [], color=colour, linewidth=1.2, linestyle=dash, gid=f"{family}/{kind}")
            entries.append((handle, self.theory_label(route)))
        for family, d in self.runs:
            route = next(r for r in self.simulations if (r.family, r.d) == (family, d))
            colour = NEUTRAL if self.by_variant else self.family_colour(family)
            handle = Line2D([], [], **{**self.point(route, colour), "gid": f"{family}/{d}"})
            entries.append((handle, self.run_label(route)))
        if self.has_band:
            colour = plain_colour or PALETTE[0]
            entries.append((Patch(color=colour, alpha=2 * BAND, linewidth=0), r"theory $\pm$ 1 s.d. of a single run"))
        if self.has_error:
            entries.append((Patch(color=plain_colour or PALETTE[0], alpha=error_band.OPACITY, linewidth=0),
                            r"theory $\pm$ its numerical error"))
        if self.has_diverged:
            entries.append((Line2D([], [], marker="x", markersize=5, markeredgewidth=1.4, color=NEUTRAL,
                                   linestyle="none"), "diverged"))
        return variants, entries

    def theory_label(self, route):
        same_kind = [kind for _, kind in self.theories].count(route.kind) > 1
        if len(self.theories) == 1:
            return f"theory ({words.kind(route.kind)})"
        return plain(route.family) if same_kind else words.kind(route.kind)

    def run_label(self, route):
        size = f"$d = {words.count(route.d)}$" if route.d else ""
        if len(self.families) > 1:
            return f"{plain(route.family)}, {size}" if size else plain(route.family)
        if size and self.place(route) > 0:
            return size  # the first entry has said what the points are
        return f"simulation, {size}" if size else "simulation"

    def variant_labels(self):
        """The numbers in which the variants differ, if they tell them apart; else the variants' names. Lists and
        matrices (starts of another shape, say) only follow the numbers and are left out."""
        tables = self.results.experiment.get("variants", {})
        keys = dict.fromkeys(key for name in self.variants for key in _leaves(tables.get(name, {})))
        values = {key: [self._variant_value(name, key) for name in self.variants] for key in keys}
        values = {key: found for key, found in values.items() if not any(isinstance(v, list) for v in found)}
        names = [plain(name.replace("_", " ")) or "base" for name in self.variants]
        if not 1 <= len(values) <= 2 or not all(map(_is_number, sum(values.values(), []))):
            return names
        parts = [_equations(key, found) for key, found in values.items()]
        labels = [mathematics(r",\ ".join(equations)) for equations in zip(*parts)]
        return labels if len(set(labels)) == len(labels) else names

    def _variant_value(self, name, key):
        value = look_up(self.results.experiment.get("variants", {}).get(name, {}), key)
        return look_up(self.results.experiment, key) if value is None else value


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equations(key, values):
    """ "\\eta = 0.1" for each value, with as many digits as tell them apart."""
    symbol = words.key_symbol(key) or r"\mathrm{" + key.rpartition(".")[2].replace("_", r"\ ") + "}"
    digits = 3 if len({words.number(value, 3) for value in values}) == len(set(values)) else 6
    return [f"{symbol} = {words.number(value, digits)}" for value in values]


def _leaves(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
