// SPDX-License-Identifier: MIT
"use strict";
(() => {
  for (const place of document.querySelectorAll(".math"))
    katex.render(place.textContent, place, {
      displayMode: place.classList.contains("display"), throwOnError: false, strict: "ignore", output: "html" });

  const aside = document.querySelector("aside"), nav = aside.querySelector("nav"), menu = document.getElementById("menu");
  const field = document.getElementById("find"), list = document.getElementById("found");
  const words = JSON.parse(document.getElementById("words").textContent)
    .map(([word, what, id]) => ({ word, what, id, lower: word.toLowerCase() }));
  const sections = [...document.querySelectorAll("main > section")];
  const most = 40;
  let chosen = 0, texts = null;

  // Formulas change the height of what stands above a place.
  const go = () => { const place = document.getElementById(decodeURIComponent(location.hash.slice(1))); if (place) place.scrollIntoView(); };
  go();
  document.fonts.ready.then(go);

  // 0 is the word itself; Infinity is not it.
  const distance = (entry, sought) => {
    const at = entry.lower.indexOf(sought);
    if (at < 0) return Infinity;
    const kind = /^(problem|theory|simulation|paper|observable:|command)/.test(entry.what) ? 0 : 0.5;
    return entry.lower === sought ? kind : (at === 0 ? 1 : 2) + kind + entry.lower.length / 1000;
  };
  const named = (sought) => words.map((entry) => ({ ...entry, far: distance(entry, sought) }))
    .filter((entry) => entry.far < Infinity).sort((one, other) => one.far - other.far)
    .filter((entry, k, all) => all.findIndex((one) => one.word === entry.word && one.what === entry.what) === k);
  const written = (sought) => {
    texts ??= sections.map((section) => section.textContent.toLowerCase());
    const parts = sought.split(/\s+/);
    return sections.filter((_, k) => parts.every((part) => texts[k].includes(part)))
      .map((section) => ({ word: section.querySelector("h2").textContent, what: "its text", id: section.id }));
  };

  const choose = (next) => {
    const lines = list.querySelectorAll("li");
    if (!lines.length) return;
    lines[chosen]?.classList.remove("chosen");
    chosen = Math.max(0, Math.min(lines.length - 1, next));
    lines[chosen].classList.add("chosen");
    lines[chosen].scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const sought = field.value.trim().toLowerCase();
    list.hidden = !sought;
    nav.hidden = Boolean(sought);
    list.replaceChildren();
    if (!sought) return;
    const byName = named(sought);
    const found = [...byName, ...(sought.length > 2 ? written(sought) : [])].slice(0, most);
    for (const { word, what, id } of found) {
      const line = document.createElement("li"), link = document.createElement("a"), note = document.createElement("span");
      link.href = `#${id}`;
      link.textContent = word;
      note.className = "what";
      note.textContent = what;
      link.append(note);
      line.append(link);
      list.append(line);
    }
    if (!found.length) list.innerHTML = "<p class=quiet>nothing of that name</p>";
    chosen = 0;
    choose(0);
  };
  const leave = () => { field.value = ""; search(); field.blur(); open(false); };
  const open = (on) => { aside.classList.toggle("open", on); menu.setAttribute("aria-expanded", String(on)); };

  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Enter") {
      list.querySelector("li.chosen a")?.click();
    } else if (event.key === "Escape") {
      leave();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === field || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  list.addEventListener("click", (event) => { if (event.target.closest("a")) leave(); });
  nav.addEventListener("click", (event) => { if (event.target.closest("a")) open(false); });
  menu.addEventListener("click", () => open(!aside.classList.contains("open")));

  // Where the reader is, in the contents.
  const links = new Map([...nav.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  let here = null;
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      here?.classList.remove("here");
      here = links.get(entry.target.id);
      here?.classList.add("here");
      here?.scrollIntoView({ block: "nearest" });
    }
  }, { rootMargin: "-10% 0px -89% 0px" });
  for (const section of sections) watch.observe(section);
  document.body.classList.add("ready");
})();
