# SPDX-License-Identifier: MIT
"""The interactive page in a browser without a window: it draws, zooms, tells values, hides routes, needs no network."""

import os
import time
import unittest

from in_browser import InBrowser
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By

# Rows of the drawing that differ between two looks at the first panel tell that something changed in it.
PIXELS = "return document.querySelector('.panel canvas:not(.sample)').toDataURL()"
SCALE = "const plot = document.querySelector('.scene').plots[0]; return [plot.scales.x.min, plot.scales.x.max]"


class Page(InBrowser):
    def open(self, path):
        begin = time.monotonic()
        self.browser.get(f"file://{path}")
        self.opened_in = time.monotonic() - begin
        for _ in range(100):
            if self.browser.execute_script("const s = document.querySelector('.scene'); return Boolean(s && s.plots)"):
                return
            time.sleep(0.05)
        self.fail(f"nothing was drawn: {self.browser.get_log('browser')}")

    def drag(self, begin, end):
        over = self.browser.find_element(By.CSS_SELECTOR, ".u-over")
        ActionChains(self.browser).move_to_element_with_offset(over, *begin).click_and_hold().move_by_offset(
            *end).release().perform()

    def test_gallery(self):
        done = self.hidyn("reproduce", "saxe-2014/unbalanced", "celentano-cheng-montanari-2021/gradient-flow", "--quick",
                          "-o", "pages")
        self.assertEqual(done.returncode, 0, done.stderr)
        path = os.path.join(self.folder, "pages", "index.html")
        self.assertLess(os.path.getsize(path), 2 * 250_000 + 200_000)  # 5 MB per 20 figures
        self.open(path)
        self.assertEqual(len(self.browser.find_elements(By.CSS_SELECTOR, ".scene")), 2)

        # Zoom: a drag narrows the axes, a double click brings all of them back.
        whole, before = self.browser.execute_script(SCALE), self.browser.execute_script(PIXELS)
        self.drag((-40, -40), (80, 80))
        narrow = self.browser.execute_script(SCALE)
        self.assertLess(narrow[1] - narrow[0], 0.9 * (whole[1] - whole[0]))
        self.assertNotEqual(self.browser.execute_script(PIXELS), before)
        ActionChains(self.browser).double_click(self.browser.find_element(By.CSS_SELECTOR, ".u-over")).perform()
        self.assertEqual(self.browser.execute_script(SCALE), whole)
        self.assertEqual(self.browser.execute_script(PIXELS), before)

        # The legend hides a route and shows it again.
        entry = self.browser.find_element(By.CSS_SELECTOR, ".entry:not(:disabled)")
        entry.click()
        self.assertEqual(entry.get_attribute("aria-pressed"), "false")
        self.assertNotEqual(self.browser.execute_script(PIXELS), before)
        entry.click()
        self.assertEqual(self.browser.execute_script(PIXELS), before)

        # The value under the cursor is one that the results file has.
        over = self.browser.find_element(By.CSS_SELECTOR, ".u-over")
        place = self.browser.execute_script(
            "const plot = document.querySelector('.scene').plots[0], mark = plot.panel.marks.find("
            "(one) => one.kind === 'curve' && !one.guide && one.key), k = Math.floor(mark.x.length / 2);"
            "return [plot.valToPos(mark.x[k], 'x'), plot.valToPos(mark.y[k], 'y')]")
        size = over.size
        ActionChains(self.browser).move_to_element_with_offset(
            over, round(place[0] - size["width"] / 2), round(place[1] - size["height"] / 2)).perform()
        tip = self.browser.find_element(By.CSS_SELECTOR, ".tip")
        self.assertTrue(tip.is_displayed())
        self.assertRegex(tip.text, r"[0-9]")

        # The printed picture is one click away.
        self.browser.find_element(By.CSS_SELECTOR, ".switch").click()
        self.assertTrue(self.browser.find_element(By.CSS_SELECTOR, ".picture").is_displayed())

        self.assert_nothing_amiss()
        if "HIDYN_SCREENSHOT" in os.environ:  # for the eye
            self.browser.save_screenshot(os.environ["HIDYN_SCREENSHOT"])

    def test_one_figure(self):
        done = self.hidyn("reproduce", "saxe-2014/modes", "--quick", "-o", "pages")
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = self.hidyn("plot", "pages/saxe-2014/modes.h5", "-o", "modes.html")
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        self.open(os.path.join(self.folder, "modes.html"))
        self.assertGreater(len(self.browser.find_elements(By.CSS_SELECTOR, ".panel")), 0)

    def test_a_phase_diagram_says_what_its_colours_mean(self):
        done = self.hidyn("sweep", "experiment.toml", "-o", "batch", "--sweep", "algorithm.learning_rate=[0.1,0.5,1.0]",
                          "--sweep", "problem.label_noise=[0.0,0.1,0.2]", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = self.hidyn("plot", "batch/index.h5", "-o", "phases.html")
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        self.open(os.path.join(self.folder, "phases.html"))
        bars = self.browser.find_elements(By.CSS_SELECTOR, ".bar")
        self.assertGreater(len(bars), 0)
        for bar in bars:
            self.assertGreater(len(bar.find_elements(By.CSS_SELECTOR, "span")), 1)
            self.assertEqual(len(bar.find_elements(By.CSS_SELECTOR, "svg.text")), 1)
        if "HIDYN_SCREENSHOT" in os.environ:
            self.browser.save_screenshot(os.environ["HIDYN_SCREENSHOT"])


if __name__ == "__main__":
    unittest.main()
