# SPDX-License-Identifier: MIT
"""The manual in a browser without a window: all of it is there, formulas are set, search finds, nothing is missing."""

import json
import os
import time
import unittest

from in_browser import InBrowser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

MOST_BYTES = 3_000_000  # without the pictures of a gallery


class Manual(InBrowser):
    def known(self, *words):
        done = self.hidyn(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def open(self, *options):
        done = self.hidyn("manual", "-o", "manual.html", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "manual.html\n")
        self.path = os.path.join(self.folder, "manual.html")
        self.browser.get(f"file://{self.path}")
        for _ in range(200):
            if self.browser.execute_script("return document.body.classList.contains('ready')"):
                return
            time.sleep(0.05)
        self.fail(f"the page was not set: {self.browser.get_log('browser')}")

    def script(self, text, *words):
        return self.browser.execute_script(text, *words)

    def first_found(self, word):
        self.browser.find_element(By.TAG_NAME, "body").send_keys("/")
        field = self.browser.switch_to.active_element
        self.assertEqual(field.get_attribute("id"), "find")
        field.send_keys(word, Keys.ENTER)
        return self.script("return decodeURIComponent(location.hash)")

    def test_everything_has_its_place(self):
        self.open()
        self.assertLess(os.path.getsize(self.path), MOST_BYTES)
        listed = self.known("list")
        wanted = [f"problem-{one['name']}" for one in listed["problems"]]
        wanted += [f"route-{one['name']}" for one in listed["routes"]]
        for paper in listed["papers"]:
            wanted.append(f"paper-{paper['id']}")
            wanted += [f"paper-{paper['id']}--{os.path.splitext(os.path.basename(one['file']))[0]}"
                       for one in paper["figures"]]
        wanted += ["command-run", "command-manual", "observable-generalization_error", "readme-src-experiment--notation"]
        absent = self.script("return arguments[0].filter((id) => !document.getElementById(id))", wanted)
        self.assertEqual(absent, [])
        self.assertEqual(self.script("return [...document.querySelectorAll('[id]')].map((one) => one.id)"
                                     ".filter((id, k, all) => all.indexOf(id) !== k)"), [], "ids that are there twice")
        self.assertEqual(self.script("return [...document.querySelectorAll('a[href^=\"#\"]')].map((one) => "
                                     "one.getAttribute('href')).filter((href) => !document.getElementById("
                                     "decodeURIComponent(href.slice(1))))"), [], "links that lead nowhere")
        self.assert_nothing_amiss()

    def test_formulas_are_set(self):
        self.open()
        self.assertGreater(self.script("return document.querySelectorAll('.katex').length"), 300)
        self.assertEqual(self.script("return [...document.querySelectorAll('.katex-error')].map((one) => one.title)"), [])
        self.assertEqual(self.script("return document.querySelectorAll('.math:not(:has(.katex))').length"), 0)
        # What a formula is in a README has not stayed text.
        self.assertEqual(self.script("return [...document.querySelectorAll('main p, main td')].filter((one) => "
                                     "one.textContent.includes('$')).map((one) => one.textContent)"), [])

    def test_search_goes_to_the_first(self):
        self.open()
        for word, place in (("deep-linear", "#problem-deep-linear"), ("phase-retr", "#problem-phase-retrieval"),
                            ("dmft", "#route-dmft"), ("mode_diffusion", "#observable-mode_diffusion"),
                            ("saxe-2014", "#paper-saxe-2014"), ("hidyn sweep", "#command-sweep")):
            self.assertEqual(self.first_found(word), place)
            top = self.script("return document.getElementById(location.hash.slice(1)).getBoundingClientRect().top")
            self.assertLess(abs(top), 400, word)
        self.assert_nothing_amiss()

    def test_search_also_reads_the_text(self):
        self.open()
        field = self.browser.find_element(By.ID, "find")
        field.send_keys("xarray h5netcdf")
        found = self.browser.find_elements(By.CSS_SELECTOR, "#found a")
        self.assertIn("#readme-plots", [one.get_attribute("href").rpartition("/manual.html")[2] for one in found])
        field.send_keys(Keys.ESCAPE)
        self.assertEqual(self.browser.find_elements(By.CSS_SELECTOR, "#found a"), [])

    def test_it_fits_a_telephone(self):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True})
        self.addCleanup(self.browser.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {})
        self.open()
        self.assertEqual(self.script("return document.documentElement.scrollWidth"), 390)
        self.assertFalse(self.browser.find_element(By.TAG_NAME, "nav").is_displayed())
        self.browser.find_element(By.ID, "menu").click()
        self.assertTrue(self.browser.find_element(By.TAG_NAME, "nav").is_displayed())

    def test_pictures_of_a_gallery_are_in_it(self):
        done = self.hidyn("reproduce", "saxe-2014/modes", "--quick", "-o", "pages")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.open("--gallery", "pages")
        pictures = self.browser.find_elements(By.CSS_SELECTOR, "#paper-saxe-2014--modes img.picture")
        self.assertEqual(len(pictures), 1)
        self.assertTrue(pictures[0].get_attribute("src").startswith("data:image/png"))

    def test_mistakes(self):
        for words in (("--gallery", "absent"), ("-o", "absent/manual.html"), ("--man", "--gallery", ".")):
            done = self.hidyn("manual", *words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("hidyn", done.stderr)


if __name__ == "__main__":
    unittest.main()
