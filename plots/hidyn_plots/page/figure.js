// SPDX-License-Identifier: MIT
"use strict";
// Draws the scenes of a page (see scene.py): uPlot has the axes, the zoom and the cursor; the marks are drawn here.
(() => {
  document.documentElement.classList.add("live");
  const SVG = "http://www.w3.org/2000/svg";
  const BAR = 62;  // pixels that a colour bar takes, its numbers included
  const RESIDUAL = 130;  // the height of a panel of residuals, which hangs below another

  function text(drawn, className) {
    if (!drawn) return null;
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    const [x, y, width, height] = drawn.box;
    svg.setAttribute("viewBox", `${x} ${y} ${width - x + 1} ${height}`);
    svg.style.height = `${height * 1.25}px`;
    svg.classList.add("text");
    if (className) svg.classList.add(className);
    path.setAttribute("d", drawn.d);
    svg.append(path);
    return svg;
  }

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null));
    return made;
  };

  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  function number(value, digits = 3) {
    if (value === null || !Number.isFinite(value)) return "";
    if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
      const [front, power] = value.toExponential(digits - 1).split("e");
      const ten = "10" + String(Number(power)).replace(/./g, (sign) => SUPERSCRIPT[sign]);
      return Number(front) === 1 ? ten : `${Number(front)}·${ten}`;
    }
    return String(Number(value.toPrecision(digits)));
  }

  // Powers of ten, or 1 2 5 and finer where a logarithmic axis shows less than two of them.
  function logarithmicTicks(low, high) {
    const decades = Math.log10(high / low);
    if (decades < 0.7) return null;
    const steps = decades < 2 ? [1, 2, 5] : [1];
    const skip = Math.max(1, Math.ceil(decades / 8));
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power)
      if (power % skip === 0)
        for (const step of steps) {
          const tick = Number(`${step}e${power}`);
          if (tick >= low && tick <= high) ticks.push(tick);
        }
    return ticks;
  }

  function evenTicks(low, high, count) {
    const rough = (high - low) / count, ten = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((factor) => factor * ten >= rough) * ten;
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push(k === 0 ? 0 : k * step);
    return ticks.map((tick) => Number(tick.toPrecision(12)));
  }

  function axis(side, which) {
    return {
      scale: which, side, stroke: "#222", font: "12px Georgia, serif", size: which === "x" ? 28 : 56,
      grid: { stroke: "#00000012", width: 1 }, ticks: { stroke: "#222", width: 0.6, size: 4 },
      splits: (plot, _, low, high) => {
        const given = plot.panel[which];
        if (given.names) return given.names.map(([place]) => place).filter((place) => place >= low && place <= high);
        return (given.scale === "log" && logarithmicTicks(low, high)) || evenTicks(low, high, which === "x" ? 6 : 5);
      },
      values: (plot, ticks) => ticks.map((tick) => {
        const named = (plot.panel[which].names || []).find(([place]) => place === tick);
        return named ? named[1] : number(tick);
      }),
    };
  }

  const distribution = { log: { distr: 3 }, symlog: { distr: 4, asinh: 3 } };
  function scale(given) {
    return { time: false, auto: false, range: (_, low, high) => [low, high], ...(distribution[given.scale] || {}) };
  }

  const unpack = (packed) => Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));

  function marker(context, x, y, point, ratio) {
    const r = point.size * 0.62 * ratio, corners = { s: 4, D: 4, "^": 3, v: 3, P: 4, h: 6 }[point.marker];
    context.beginPath();
    if (point.marker === "x" || point.marker === "X") {
      context.moveTo(x - r, y - r); context.lineTo(x + r, y + r);
      context.moveTo(x - r, y + r); context.lineTo(x + r, y - r);
      context.lineWidth = 1.8 * ratio;
    } else if (corners) {
      const turn = { s: Math.PI / 4, v: Math.PI / 2, "^": -Math.PI / 2 }[point.marker] || 0;
      for (let k = 0; k < corners; ++k) {
        const angle = turn + (2 * Math.PI * k) / corners;
        context.lineTo(x + 1.2 * r * Math.cos(angle), y + 1.2 * r * Math.sin(angle));
      }
      context.closePath();
      context.lineWidth = 0.8 * ratio;
    } else {
      context.arc(x, y, point.marker === "." ? 0.6 * r : r, 0, 2 * Math.PI);
      context.lineWidth = 0.8 * ratio;
    }
    if (point.fill && point.marker !== "x") { context.fillStyle = point.fill; context.fill(); }
    context.strokeStyle = point.edge;
    context.stroke();
  }

  // A logarithmic scale has no place for what is not positive.
  function place(plot, value, which) {
    if (value === null) return NaN;
    if (plot.panel[which].scale === "log" && value <= 0) return which === "y" ? plot.bbox.top + plot.bbox.height + 1e4 : NaN;
    return plot.valToPos(value, which, true);
  }

  function curve(plot, context, mark, ratio) {
    const xs = mark.x.map((value) => place(plot, value, "x")), ys = mark.y.map((value) => place(plot, value, "y"));
    if (mark.line) {
      context.beginPath();
      let open = false;
      xs.forEach((x, k) => {
        const known = Number.isFinite(x) && Number.isFinite(ys[k]);
        if (known) open ? context.lineTo(x, ys[k]) : context.moveTo(x, ys[k]);
        open = known;
      });
      context.strokeStyle = mark.line.colour;
      context.lineWidth = 1.3 * mark.line.width * ratio;
      context.setLineDash(mark.line.dash.map((part) => 1.3 * part * ratio));
      context.stroke();
      context.setLineDash([]);
    }
    if (mark.low) {
      context.beginPath();
      xs.forEach((x, k) => {
        context.moveTo(x, place(plot, mark.low[k], "y"));
        context.lineTo(x, place(plot, mark.high[k], "y"));
      });
      context.strokeStyle = mark.point ? mark.point.edge : mark.line.colour;
      context.lineWidth = ratio;
      context.stroke();
    }
    if (mark.point)
      xs.forEach((x, k) => { if (Number.isFinite(x) && Number.isFinite(ys[k])) marker(context, x, ys[k], mark.point, ratio); });
  }

  function area(plot, context, mark) {
    context.beginPath();
    mark.x.forEach((x, k) => context.lineTo(place(plot, x, "x"), place(plot, mark.y[k], "y")));
    context.globalAlpha = mark.opacity;
    context.fillStyle = mark.colour;
    context.fill();
    context.globalAlpha = 1;
  }

  function map(plot, context, mark) {
    if (!mark.cells) { mark.cells = unpack(mark.shades); mark.table = unpack(mark.colours); }
    const columns = mark.x.length - 1, rows = mark.y.length - 1;
    const xs = mark.x.map((value) => place(plot, value, "x")), ys = mark.y.map((value) => place(plot, value, "y"));
    context.save();
    if (mark.half) {
      context.beginPath();
      context.moveTo(xs[0], ys[0]);
      context.lineTo(mark.half === "upper" ? xs[0] : xs[columns], mark.half === "upper" ? ys[rows] : ys[0]);
      context.lineTo(xs[columns], ys[rows]);
      context.clip();
    }
    for (let row = 0; row < rows; ++row)
      for (let column = 0; column < columns; ++column) {
        const shade = mark.cells[row * columns + column];
        context.fillStyle = shade === 255 ? "#d9d9d9"
          : `rgb(${mark.table[3 * shade]},${mark.table[3 * shade + 1]},${mark.table[3 * shade + 2]})`;
        const x = xs[column], y = ys[row + 1];
        context.fillRect(x, y, Math.ceil(xs[column + 1] - x) + 0.5, Math.ceil(ys[row] - y) + 0.5);
      }
    context.restore();
  }

  // What the colours of a map mean, at its right.
  function colourBar(plot) {
    const mark = plot.panel.marks.find((one) => one.kind === "map" && one.bar);
    if (!mark) return null;
    const table = unpack(mark.colours), shades = table.length / 3, canvas = element("canvas");
    canvas.width = 1;
    canvas.height = shades;
    const context = canvas.getContext("2d");
    for (let shade = 0; shade < shades; ++shade) {
      context.fillStyle = `rgb(${table.slice(3 * shade, 3 * shade + 3).join()})`;
      context.fillRect(0, shades - 1 - shade, 1, 1);
    }
    const label = text(mark.bar.label), bar = element("div", "bar", canvas, label);
    const reach = label ? 1.25 * label.viewBox.baseVal.width : 0;
    if (reach > BAR) label.style.left = `${BAR - 4 - reach}px`;  // a long one ends where the panel does
    const ticks = (mark.log && logarithmicTicks(mark.low, mark.high)) || evenTicks(mark.low, mark.high, 5);
    for (const tick of ticks) {
      const share = mark.log ? Math.log(tick / mark.low) / Math.log(mark.high / mark.low)
        : (tick - mark.low) / (mark.high - mark.low);
      const shown = element("span", "", number(tick));
      shown.style.bottom = `${100 * share}%`;
      bar.append(shown);
    }
    return bar;
  }

  const draw = { curve, area, map };
  const visible = (plot, mark) => !mark.key || !mark.key.split(";").some((part) => plot.off.has(part));

  function drawMarks(plot) {
    const context = plot.ctx, ratio = devicePixelRatio, { left, top, width, height } = plot.bbox;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    for (const mark of plot.panel.marks) if (visible(plot, mark)) draw[mark.kind](plot, context, mark, ratio);
    context.restore();
    context.strokeStyle = "#222";
    context.lineWidth = 0.7 * ratio;
    context.strokeRect(left, top, width, height);
    if (plot.bar) {
      plot.bar.style.top = `${top / ratio}px`;
      plot.bar.style.height = `${height / ratio}px`;
    }
  }

  // The value under the cursor: of a map its cell, else the nearest known point of a curve within reach.
  function nearest(plot, left, top) {
    let best = null, reach = 24;
    for (const mark of plot.panel.marks) {
      if (!visible(plot, mark)) continue;
      if (mark.kind === "map") {
        const x = plot.posToVal(left, "x"), y = plot.posToVal(top, "y");
        const column = mark.x.findIndex((edge, k) => x >= edge && x < mark.x[k + 1]);
        const row = mark.y.findIndex((edge, k) => y >= edge && y < mark.y[k + 1]);
        if (column < 0 || row < 0 || (mark.half === "upper" && y < x) || (mark.half === "lower" && y > x) || !mark.cells) continue;
        const share = mark.cells[row * (mark.x.length - 1) + column] / 254;
        const value = share > 1 ? NaN : mark.log ? mark.low * (mark.high / mark.low) ** share
          : mark.low + share * (mark.high - mark.low);
        best = { x, y, left, top, value };
      }
      if (mark.kind !== "curve" || mark.guide) continue;
      mark.x.forEach((x, k) => {
        const y = mark.y[k];
        if (x === null || y === null) return;
        const px = place(plot, x, "x") / devicePixelRatio - plot.over.offsetLeft;
        const py = place(plot, y, "y") / devicePixelRatio - plot.over.offsetTop;
        const distance = Math.hypot(px - left, py - top);
        if (distance < reach) {
          reach = distance;
          best = { x, y, left: px, top: py, mark, error: mark.low ? (mark.high[k] - mark.low[k]) / 2 : null };
        }
      });
    }
    return best;
  }

  function showValue(plot) {
    const { left, top } = plot.cursor, found = left >= 0 ? nearest(plot, left, top) : null, tip = plot.tip;
    tip.hidden = !found;
    if (!found) return;
    const lines = [`${number(found.x, 5)},  ${number(found.y, 5)}`];
    if (found.error) lines[0] += ` ± ${number(found.error, 2)}`;
    if ("value" in found) lines.push(Number.isNaN(found.value) ? "not known" : number(found.value, 3));
    tip.textContent = lines.join("\n");
    const entry = found.mark && found.mark.key && plot.scene.legend.filter((one) => found.mark.key.split(";").includes(one.key));
    for (const one of entry || []) tip.prepend(element("div", "", text(one.label)));
    const right = left > plot.over.clientWidth / 2;
    tip.style.left = right ? "" : `${found.left + 12}px`;
    tip.style.right = right ? `${plot.over.clientWidth - found.left + 12}px` : "";
    tip.style.top = `${Math.min(found.top, plot.over.clientHeight - 40)}px`;
  }

  const startOf = (panel) => ({ x: { min: panel.x.low, max: panel.x.high }, y: { min: panel.y.low, max: panel.y.high } });

  function makePlot(scene, panel, width, off, more) {
    const box = element("div", "panel", panel.title && text(panel.title, "title"));
    const frame = element("div", "frame");
    const side = element("div", "side", text(panel.y.label));
    const room = width - 24 - (panel.marks.some((mark) => mark.bar) ? BAR : 0);
    const height = panel.short ? RESIDUAL : panel.square ? Math.min(room, 380) : Math.max(210, Math.min(0.72 * room, 380)) + more;
    const plot = new uPlot({
      width: panel.square ? Math.min(room, height + 28) : room, height, legend: { show: false },
      cursor: { drag: { x: true, y: true, uni: 30 }, points: { show: false }, bind: {
        dblclick: (made) => () => { const start = startOf(panel); made.setScale("x", start.x); made.setScale("y", start.y); } } },
      scales: { x: scale(panel.x), y: scale(panel.y) },
      axes: [axis(2, "x"), axis(3, "y")],
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      hooks: { init: [(made) => { made.panel = panel; made.scene = scene; made.off = off; }],
        draw: [drawMarks], setCursor: [(made) => made.tip && showValue(made)] },
    }, [[panel.x.low, panel.x.high], [panel.y.low, panel.y.high]], frame);
    plot.tip = element("div", "tip");
    plot.tip.hidden = true;
    plot.over.append(plot.tip);
    const start = startOf(panel);
    plot.setScale("x", start.x);
    plot.setScale("y", start.y);
    for (const note of panel.notes) {
      const shown = text(note.text, "note");
      if (!shown) continue;
      shown.classList.add(note.right ? "right" : "left", note.low ? "low" : "high");
      plot.over.append(shown);
    }
    plot.bar = colourBar(plot);
    const row = element("div", "row", side, frame, plot.bar);
    box.append(row, ...[text(panel.x.label, "below")].filter(Boolean));
    if (panel.legend.length) box.prepend(element("div", "entries", ...panel.legend.map((one) => element("span", "", sample(one), text(one.label)))));
    return { box, plot };
  }

  function sample(entry) {
    const canvas = element("canvas", "sample"), ratio = 2;
    canvas.width = 24 * ratio;
    canvas.height = 12 * ratio;
    const context = canvas.getContext("2d");
    if (entry.patch) {
      context.globalAlpha = entry.patch.opacity;
      context.fillStyle = entry.patch.colour;
      context.fillRect(ratio, ratio, 22 * ratio, 10 * ratio);
    }
    if (entry.line) {
      context.strokeStyle = entry.line.colour;
      context.lineWidth = 1.4 * entry.line.width * ratio;
      context.setLineDash(entry.line.dash.map((part) => part * ratio));
      context.beginPath();
      context.moveTo(ratio, 6 * ratio);
      context.lineTo(23 * ratio, 6 * ratio);
      context.stroke();
      context.setLineDash([]);
    }
    if (entry.point) marker(context, 12 * ratio, 6 * ratio, entry.point, 1.3 * ratio);
    return canvas;
  }

  function show(holder, scene) {
    const off = new Set(), plots = [];
    const legend = element("div", "legend");
    for (const entry of scene.legend) {
      const button = element("button", "entry", sample(entry), text(entry.label));
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.title = "show or hide";
      button.disabled = !entry.key;
      button.onclick = () => {
        off.has(entry.key) ? off.delete(entry.key) : off.add(entry.key);
        button.setAttribute("aria-pressed", String(!off.has(entry.key)));
        for (const plot of plots) plot.redraw(false);
      };
      legend.append(button);
    }
    const panels = element("div", "panels");
    const whole = scene.panels.filter((panel) => !panel.short), count = whole.length;
    const columns = holder.clientWidth < 620 ? 1 : count <= 3 ? count : count === 4 ? 2 : 3;
    const width = Math.min(620, Math.floor(holder.clientWidth / columns) - 12);
    holder.replaceChildren(legend, panels);
    const row = (place) => Math.floor(place / columns), above = scene.panels.findIndex((panel) => panel.short) - 1;
    for (const panel of scene.panels) {
      const place = whole.indexOf(panel);  // beside a panel with residuals, as tall as both
      const taller = above >= 0 && columns > 1 && place !== above && row(place) === row(above);
      const { box, plot } = makePlot(scene, panel, width, off, taller ? RESIDUAL : 0);
      box.style.width = `${width}px`;
      if (panel.short && panels.lastChild) panels.lastChild.append(box);  // residuals hang below their panel
      else panels.append(box);
      plots.push(plot);
    }
    holder.plots = plots;
  }

  // A figure is drawn when it comes near the window, so a page of many opens at once.
  const watcher = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen)
      if (isIntersecting) {
        watcher.unobserve(target);
        show(target, JSON.parse(target.querySelector("script").textContent));
      }
  }, { rootMargin: "300px" });
  for (const holder of document.querySelectorAll(".scene")) watcher.observe(holder);

  for (const button of document.querySelectorAll(".switch"))
    button.onclick = () => {
      const printed = button.parentElement.classList.toggle("printed");
      button.textContent = printed ? "interactive" : "as printed";
    };
})();
