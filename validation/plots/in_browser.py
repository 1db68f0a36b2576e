# SPDX-License-Identifier: MIT
"""A browser without a window, one for all tests of a class."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))

from program import InFolder
from selenium import webdriver
from selenium.webdriver.chrome.service import Service


class InBrowser(InFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(profile.cleanup)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for word in ("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
                     "disable-component-update", "disable-sync", "window-size=1200,1000", f"user-data-dir={profile.name}"):
            options.add_argument(f"--{word}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        cls.addClassCleanup(cls.browser.quit)

    def assert_nothing_amiss(self):
        """No complaint of the browser, no request to a network."""
        errors = [line for line in self.browser.get_log("browser") if line["level"] == "SEVERE"]
        self.assertEqual(errors, [])
        asked = [line["message"] for line in self.browser.get_log("performance")
                 if '"Network.requestWillBeSent"' in line["message"] and '"url":"http' in line["message"]]
        self.assertEqual(asked, [])
