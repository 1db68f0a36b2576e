# SPDX-License-Identifier: MIT
"""The manual: everything that hidyn says about itself, on one page.

anchors    the anchors of a README's headings      readme    a README as a section of the page
known      sections written from what the program declares
papers     a section per reproduced paper          section   what all of them are
formulas   KaTeX (MIT licence, see katex.LICENSE), whole in the page
manual     contents, search and sections, put together
"""
