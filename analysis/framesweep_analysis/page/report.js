// What makes the report answer: tables that sort and filter, figures that zoom, and two plots of the
// points, of which a click shows one. Everything comes from the page itself.
"use strict";
(() => {
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // A compressed text of the page.
  const unpack = async (id) => {
    const bytes = Uint8Array.from(atob(one(`#${id}`).textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  const number = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en-US");
    const size = Math.abs(value);
    return size >= 1e-3 && size < 1e6 ? String(+value.toPrecision(5)) : value.toExponential(3);
  };

  // Tables ----------------------------------------------------------------------------------------

  const cellValue = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const plain = Number(text.replace(/,/g, "").replace(/−/g, "-").split(" [")[0]);
    return text === "" || text === "–" ? null : Number.isNaN(plain) ? text : plain;
  };

  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b));
  };

  const sortBy = (head, heads, apply) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    apply(down ? -1 : 1);
  };

  const clickable = (head, action) => {
    head.classList.add("sorts");
    head.tabIndex = 0;
    head.addEventListener("click", action);
    head.addEventListener("keydown", (event) => event.key === "Enter" && action());
  };

  const prepareTable = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    if (rows.length < 2) return;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) =>
      clickable(head, () =>
        sortBy(head, heads, (sign) => {
          const key = (row) => cellValue(row, column);
          rows.sort((a, b) => {
            const [first, second] = [key(a), key(b)];
            return first === null || second === null ? compare(first, second) : sign * compare(first, second);
          });
          body.append(...rows);
        }),
      ),
    );
    if (rows.length < 8) return;
    const search = make("input", { type: "search", placeholder: "filter rows", "aria-label": "filter rows" });
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    table.closest(".scroll").before(make("div", { class: "tools" }, search));
  };

  // Figures ---------------------------------------------------------------------------------------

  const prepareFigures = () => {
    const dialog = make("dialog", { "aria-label": "figure" });
    document.body.append(dialog);
    dialog.addEventListener("click", () => dialog.close());
    for (const picture of all("figure > svg, figure > img")) {
      picture.addEventListener("click", () => {
        dialog.replaceChildren(picture.cloneNode(true));
        dialog.showModal();
      });
    }
  };

  // The points ------------------------------------------------------------------------------------

  let data = null;

  const copy = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "copied";
    setTimeout(() => (button.textContent = "copy"), 1500);
  };

  const yamlOf = (row) =>
    data.yaml[0].replace("{point}", data.point[row]).replace("{seed}", data.seed[row]) +
    `include:\n  - ${data.architecture[row]}\n` +
    data.yaml[1];

  const show = (point) => {
    const row = data.point.indexOf(point);
    if (row < 0) return;
    const panel = one("#detail");
    const values = make("dl");
    for (const [name, column] of Object.entries(data.columns)) {
      if (column.values[row] === null) continue;
      values.append(make("div", {}, make("dt", {}, name), make("dd", {}, number(column.values[row]))));
    }
    const yaml = yamlOf(row);
    const button = make("button", { type: "button" }, "copy");
    button.addEventListener("click", () => copy(yaml, button));
    const close = make("button", { type: "button" }, "close");
    close.addEventListener("click", () => (panel.hidden = true));
    const kind = [data.families[data.family[row]], data.forms[data.form[row]], data.status[row]];
    panel.replaceChildren(
      make("h3", {}, `Point ${point}: ${kind.filter((word) => word !== "none").join(", ")} `),
      close,
      values,
      make("h3", {}, "Architecture"),
      make("pre", { class: "architecture" }, data.architecture[row]),
      make("h3", {}, "A sweep of this point "),
      button,
      make("pre", { class: "yaml" }, yaml),
    );
    panel.hidden = false;
    for (const other of all("tr.chosen")) other.classList.remove("chosen");
    for (const other of all(`tr[data-point="${point}"]`)) other.classList.add("chosen");
  };

  const isLogarithmic = (values) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value === null) continue;
      if (value <= 0) return false;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high / low >= 8;
  };

  // Below two decades, Bokeh's logarithmic axes have even steps, which leave the lower part without labels.
  const labelDecades = (axis, grid, range) => {
    const choose = () => {
      const [low, high] = [Math.min(range.start, range.end), Math.max(range.start, range.end)];
      const decades = Math.log10(high / low);
      const ticks = [];
      for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
        for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${power}`));
      }
      const fits = decades > 0.6 && decades < 3;
      axis.ticker = grid.ticker = fits ? new Bokeh.FixedTicker({ ticks }) : new Bokeh.LogTicker();
    };
    range.properties.start.change.connect(choose);
    range.properties.end.change.connect(choose);
  };

  // A column as the papers plot it: of potentials the square root.
  const plotted = (column) => ({
    label: column.label,
    values: column.root
      ? column.values.map((value) => (value === null || value < 0 ? null : Math.sqrt(value)))
      : column.values,
  });

  const draw = (explorer) => {
    const [y, x, form] = all("select", explorer).map((select) => select.value);
    const place = one(".plot", explorer);
    const [columnX, columnY] = [plotted(data.columns[x]), plotted(data.columns[y])];
    const rows = [];
    for (let row = 0; row < data.point.length; row++) {
      const fits = form === "" || data.forms[data.form[row]] === form;
      if (fits && columnX.values[row] !== null && columnY.values[row] !== null) rows.push(row);
    }
    const kept = (column) => rows.map((row) => column.values[row]);
    const [logX, logY] = [isLogarithmic(kept(columnX)), isLogarithmic(kept(columnY))];
    const { Plotting, ColumnDataSource } = Bokeh;
    const plot = Plotting.figure({
      sizing_mode: "stretch_width",
      height: window.innerWidth < 500 ? 330 : 420,
      x_axis_type: logX ? "log" : "linear",
      y_axis_type: logY ? "log" : "linear",
      x_axis_label: columnX.label,
      y_axis_label: columnY.label,
      tools: "pan,box_zoom,wheel_zoom,tap,reset,save",
      output_backend: "canvas",
    });
    plot.toolbar.logo = null;
    const size = Math.min(10, Math.max(3, 260 / Math.sqrt(rows.length + 1)));
    const shown = {};
    data.families.forEach((family, code) => {
      const mine = rows.filter((row) => data.family[row] === code);
      if (mine.length === 0) return;
      const source = new ColumnDataSource({
        data: {
          x: mine.map((row) => columnX.values[row]),
          y: mine.map((row) => columnY.values[row]),
          point: mine.map((row) => data.point[row]),
          about: mine.map((row) => data.about[row]),
        },
      });
      const options = {
        source,
        size: data.markers[code] === "diamond" ? 1.45 * size : size,
        marker: data.markers[code],
        color: data.colours[code],
        fill_alpha: rows.length > 2000 ? 0.4 : 0.75,
        line_alpha: 0,
        nonselection_fill_alpha: 0.25,
      };
      const renderer = plot.scatter({ field: "x" }, { field: "y" }, options);
      source.selected.change.connect(() => {
        const chosen = source.selected.indices;
        if (chosen.length) show(source.data.point[chosen[0]]);
      });
      shown[family] = { source, renderer };
    });
    const hover = new Bokeh.HoverTool({
      tooltips: [
        ["point", "@point"],
        ["", "@about"],
        [columnX.label, "@x{0,0.[00000]}"],
        [columnY.label, "@y{0,0.[00000]}"],
      ],
    });
    plot.add_tools(hover);
    const axes = [[plot.xaxis, plot.xgrid, plot.x_range, logX], [plot.yaxis, plot.ygrid, plot.y_range, logY]];
    for (const [axis, grid, range, logarithmic] of axes) {
      axis.formatter = new Bokeh.NumeralTickFormatter({ format: "0,0.[000000]" });
      axis.major_label_policy = new (Bokeh.Models.get("NoOverlap"))();
      axis.axis_label_text_font_style = "normal";
      if (!logarithmic) continue;
      axis.minor_tick_line_color = null;
      labelDecades(axis, grid, range);
    }
    const legend = one(".legend", explorer);
    legend.replaceChildren(
      ...Object.entries(shown).map(([family, { source, renderer }]) => {
        const box = make("input", { type: "checkbox", checked: "" });
        box.addEventListener("change", () => (renderer.visible = box.checked));
        const colour = data.colours[data.families.indexOf(family)];
        const sign = make("i", { style: `background: ${colour}` });
        return make("label", {}, box, sign, `${family}, ${source.data.x.length.toLocaleString("en-US")}`);
      }),
    );
    place.replaceChildren();
    explorer.dataset.count = rows.length;
    return Plotting.show(plot, place).then((view) => {
      explorer.plot = { plot, shown, view };
    });
  };

  const prepareExplorer = (explorer) => {
    const [selectY, selectX, selectForm] = all("select", explorer);
    for (const [select, chosen] of [[selectY, explorer.dataset.y], [selectX, explorer.dataset.x]]) {
      for (const name of Object.keys(data.columns)) select.append(make("option", { value: name }, name));
      select.value = chosen;
    }
    const used = data.forms.filter((form, code) => data.form.includes(code));
    for (const form of used) selectForm.append(make("option", { value: form }, form));
    if (explorer.dataset.form) selectForm.value = explorer.dataset.form;
    if (used.length < 2) selectForm.closest("label").hidden = true;
    for (const select of [selectY, selectX, selectForm]) select.addEventListener("change", () => draw(explorer));
    return draw(explorer);
  };

  // All points, a page of rows at a time.
  const preparePoints = () => {
    const holder = one("#all-points");
    const names = Object.keys(data.columns).filter((name) => data.listed.includes(name));
    const heads = ["point", "family", "form", "status", ...names];
    const value = (row, column) => {
      const name = heads[column];
      if (column === 0) return data.point[row];
      if (column === 1) return data.families[data.family[row]];
      if (column === 2) return data.forms[data.form[row]];
      if (column === 3) return data.status[row];
      return data.columns[name].values[row];
    };
    const search = make("input", { type: "search", placeholder: "such as: dense width>=32", "aria-label": "filter points" });
    const count = make("span", { class: "soft", role: "status" });
    const head = make("tr");
    const body = make("tbody");
    let order = data.point.map((_, row) => row);
    const conditions = () =>
      search.value.split(/\s+/).filter(Boolean).map((word) => {
        const found = word.match(/^(\w+)(>=|<=|=|>|<)(.+)$/);
        const column = found ? heads.indexOf(found[1]) : -1;
        if (column < 0) return (row) => [1, 2, 3].some((c) => String(value(row, c)).includes(word));
        const limit = Number(found[3]);
        return (row) => {
          const v = value(row, column);
          if (v === null) return false;
          if (found[2] === "=") return typeof v === "number" ? v === limit : String(v) === found[3];
          return found[2] === ">=" ? v >= limit : found[2] === "<=" ? v <= limit : found[2] === ">" ? v > limit : v < limit;
        };
      });
    const fill = () => {
      const tests = conditions();
      const kept = order.filter((row) => tests.every((test) => test(row)));
      count.textContent = `${kept.length.toLocaleString("en-US")} of ${data.point.length.toLocaleString("en-US")} points` +
        (kept.length > 100 ? ", the first 100 are shown" : "");
      body.replaceChildren(
        ...kept.slice(0, 100).map((row) => {
          const line = make("tr", { "data-point": data.point[row] });
          heads.forEach((_, column) => {
            const v = value(row, column);
            const isNumber = column === 0 || column > 3;
            line.append(make("td", isNumber ? { class: "number" } : {}, isNumber ? number(v) : String(v)));
          });
          return line;
        }),
      );
    };
    heads.forEach((name, column) => {
      // Long names may break behind their parts.
      const parts = name.split(/(?<=_)/).flatMap((part) => [part, make("wbr")]);
      const cell = make("th", column === 0 || column > 3 ? { class: "number" } : {}, ...parts);
      clickable(cell, () =>
        sortBy(cell, [...head.cells], (sign) => {
          order.sort((a, b) => {
            const [first, second] = [value(a, column), value(b, column)];
            return first === null || second === null ? compare(first, second) : sign * compare(first, second);
          });
          fill();
        }),
      );
      head.append(cell);
    });
    search.addEventListener("input", fill);
    holder.append(
      make("div", { class: "tools" }, search, count),
      make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), body)),
    );
    fill();
  };

  const start = async () => {
    all("table").forEach(prepareTable);
    prepareFigures();
    if (!one("#report-data")) return;
    if (typeof DecompressionStream === "undefined") {
      one("#explore-note").textContent = "This browser is too old for the interactive figures; the others are below.";
      return;
    }
    data = JSON.parse(await unpack("report-data"));
    document.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-point]");
      if (row) {
        show(Number(row.dataset.point));
        one("#detail").scrollIntoView({ block: "nearest", behavior: "smooth" });
      }
    });
    preparePoints();
    const script = make("script");
    script.textContent = await unpack("report-bokeh");
    document.head.append(script);
    window.framesweepReport = { show, data };
    await Promise.all(all(".explorer").map(prepareExplorer));
    document.body.dataset.ready = "yes";
  };

  start().catch((error) => {
    document.body.dataset.error = String(error);
    const note = one("#explore-note");
    if (note) note.textContent = `The interactive figures could not be drawn: ${error}`;
  });
})();
