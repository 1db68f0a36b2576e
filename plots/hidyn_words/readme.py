# SPDX-License-Identifier: MIT
"""A README as a section of the manual: formulas set apart, links turned to where their targets stand on the page."""

import base64
import os
import re
from xml.etree.ElementTree import Element

import markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from .anchors import Numbered, anchors, slug
from .section import Section

PART = re.compile(r"<!-- reference: (\S+), written by \./dev reference -->")
GROUPS = ("problems", "routes", "papers", "sections")


class Readmes:
    """All of a tree, and the ids that their headings have on the page."""

    def __init__(self, root):
        self.root = root
        self.texts = {os.path.relpath(path, root): path.read_text(encoding="utf-8") for path in
                      [root / "README.md", *sorted(path for room in ("data", "models", "plots", "solvers", "src", "validation")
                                                   for path in (root / room).rglob("README.md"))]}
        self.problems = {path: [what for what in PART.findall(text) if what not in GROUPS]
                         for path, text in self.texts.items()}

    def home(self, problem):
        return next((path for path, problems in self.problems.items() if problem in problems), None)

    def id(self, path):
        """Of the README's section; a problem that has a README of its own gives it its name."""
        problems = self.problems[path]
        if len(problems) == 1:
            return f"problem-{problems[0]}"
        return "readme-" + (os.path.dirname(path).replace("/", "-") or "front")

    def heading_id(self, path, anchor):
        """Of one of its headings."""
        problems = self.problems[path]
        if len(problems) > 1:
            for problem in problems:
                if anchor == slug(problem):
                    return f"problem-{problem}"
        return f"{self.id(path)}--{anchor}"

    def target(self, path, link):
        """Where a link of the README at `path` leads on the page; None if nowhere."""
        file, _, anchor = link.partition("#")
        there = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if there in self.texts:
            known = anchor and anchor in anchors(self.texts[there])
            return "#" + (self.heading_id(there, anchor) if known else self.id(there))
        paper = re.fullmatch(r"validation/papers/([\w-]+)", there)
        return f"#paper-{paper[1]}" if paper else None

    def section(self, path, group):
        return _Conversion(self, path).section(group)


class _Conversion(Extension):
    def __init__(self, readmes, path):
        super().__init__()
        self.readmes, self.path = readmes, path
        self.title, self.words, self.children = path, [], []

    def section(self, group):
        text = re.sub(r"<!--.*?-->", "", self.readmes.texts[self.path], flags=re.DOTALL)
        html = markdown.Markdown(extensions=["tables", "fenced_code", "sane_lists", self]).convert(text)
        return Section(self.readmes.id(self.path), self.title, group, html, self.children, self.words)

    def extendMarkdown(self, md):
        # Before backslashes are taken for escapes, after code.
        md.inlinePatterns.register(_Formula(r"\$\$(.+?)\$\$", md, "math display"), "display", 187)
        md.inlinePatterns.register(_Formula(r"(?<![\\$])\$(?![\s$])([^$]+?)(?<!\s)\$", md, "math"), "formula", 186)
        md.treeprocessors.register(_Placing(md, self), "placing", 5)


class _Formula(InlineProcessor):
    def __init__(self, pattern, md, kind):
        super().__init__(pattern, md)
        self.compiled_re = re.compile(pattern, re.DOTALL)
        self.kind = kind

    def handleMatch(self, found, data):
        element = Element("span", {"class": self.kind})
        element.text = AtomicString(found[1].strip())
        return element, found.start(0), found.end(0)


class _Placing(Treeprocessor):
    """Ids of headings and of the rows that declare something; links; pictures; tables that may be wider than the page."""

    def __init__(self, md, conversion):
        super().__init__(md)
        self.at = conversion
        self.numbered = Numbered()
        self.problem = self.caption = ""
        self.rows = {}

    def run(self, root):
        problems = self.at.readmes.problems[self.at.path]
        self.problem = problems[0] if len(problems) == 1 else ""
        for place, element in enumerate(list(root)):
            if re.fullmatch("h[1-6]", element.tag):
                self.heading(element)
            elif element.tag == "p" and len(element) and element[0].tag == "strong":
                self.caption = self.text(element[0])
            elif element.tag == "table":
                self.table(element)
                wide = Element("div", {"class": "wide"})
                root[place] = wide
                wide.append(element)
        for element in root.iter():
            if element.tag == "a":
                self.link(element)
            elif element.tag == "img":
                self.picture(element)

    def text(self, element):
        """Code stands as a placeholder in the tree."""
        found = "".join(element.itertext())
        for number, raw in enumerate(self.md.htmlStash.rawHtmlBlocks):
            if isinstance(raw, Element):
                found = found.replace(self.md.htmlStash.get_placeholder(number), "".join(raw.itertext()))
        return found

    def heading(self, element):
        title = self.text(element)
        anchor = self.numbered(title)
        level = int(element.tag[1])
        if level == 1:
            self.at.title = title  # the section has it
            element.tag = "h2"
            return
        element.tag = f"h{level + 1}"
        id = self.at.readmes.heading_id(self.at.path, anchor)
        element.set("id", id)
        if title in self.at.readmes.problems[self.at.path]:
            self.problem = title
            if id == f"problem-{title}":
                self.at.children.append((id, title))
                self.at.words.append((title, "problem", id))
                return
        self.at.words.append((title, f"in: {self.at.title}", id))

    def table(self, element):
        head = [self.text(cell) for cell in element.find("thead").iter("th")]
        for row in element.find("tbody").iter("tr"):
            for cell in row:
                for code in cell.iter("code"):  # a bar within code needs its backslash on GitHub alone
                    code.text = AtomicString((code.text or "").replace("\\|", "|"))
            if head[0] not in ("key", "name"):
                continue
            word = self.text(row[0])
            place = f"{self.problem or self.at.readmes.id(self.at.path)}--{slug(word)}"
            self.rows[place] = self.rows.get(place, 0) + 1
            row.set("id", f"{place}-{self.rows[place]}")
            what = "observable" if head[0] == "name" else f"key of {self.caption}"
            if self.problem:
                what += f", {self.problem}"
            self.at.words.append((word, what, row.get("id")))

    def link(self, element):
        where = element.get("href")
        if re.match("[a-z]+:", where):
            return
        target = self.at.readmes.target(self.at.path, where)
        if target:
            element.set("href", target)
        else:  # a file of the source tree
            element.tag = "span"
            del element.attrib["href"]

    def picture(self, element):
        path = self.at.readmes.root / os.path.dirname(self.at.path) / element.get("src")
        element.set("class", "picture")
        if path.exists():
            element.set("src", "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode())
