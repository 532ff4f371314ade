// Comforts of a report page. Without it everything can be read: nothing here makes or hides a figure by itself.
(() => {
  "use strict";
  const wide = matchMedia("(min-width: 62rem)");
  const contents = document.querySelector("details.contents");
  const fit = () => { if (contents) contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
  addEventListener("beforeprint", () => { if (contents) contents.open = false; });

  // The part that is read is marked in the contents, which follow it.
  const links = [...document.querySelectorAll("nav a")];
  const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const nav = document.querySelector("nav");
  let now;
  const mark = () => {
    const link = links[places.findLastIndex((place) => place.getBoundingClientRect().top < innerHeight / 3)];
    if (link === now) return;
    now?.removeAttribute("aria-current");
    now = link;
    now?.setAttribute("aria-current", "true");
    if (now && wide.matches) nav.scrollTop = now.offsetTop - nav.clientHeight / 2;
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();

  const board = document.querySelector(".dashboard");
  if (!board) return;
  const tables = [...board.querySelectorAll("table")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const order = new Map(rows.map((row, place) => [row, place]));

  const made = (name, facts, ...within) => {
    const element = Object.assign(document.createElement(name), facts);
    element.append(...within);
    return element;
  };
  const told = made("p", { className: "told" });
  told.setAttribute("role", "status");
  const name = made("input", { type: "search", id: "find-measure", autocomplete: "off" });
  const which = made("select", { id: "show-measures" });
  for (const [value, words] of [
    ["", "all measures"], ["exceptional", "clearly unlike what was expected"], ["symbols", "measures with a symbol"],
    ["better", "measures better than a year ago"], ["worse", "measures worse than a year ago"],
    ["missing", "measures with figures missing"],
  ]) which.append(made("option", { value }, words));
  const tools = made("form", { className: "tools" },
    made("p", {}, made("label", { htmlFor: "find-measure" }, "Find a measure"), name),
    made("p", {}, made("label", { htmlFor: "show-measures" }, "Show"), which), told);
  tools.setAttribute("aria-label", "Sort and filter the dashboard");
  tools.addEventListener("submit", (event) => event.preventDefault());
  board.querySelector("h2").after(tools);

  const filter = () => {
    const sought = name.value.trim().toLowerCase();
    for (const row of rows) {
      const says = row.dataset.says.split(" ");
      row.hidden = !(row.cells[0].textContent.toLowerCase().includes(sought) && (!which.value || says.includes(which.value)));
    }
    for (const table of tables) table.hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
    told.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} measures shown.`;
  };
  name.addEventListener("input", filter);
  which.addEventListener("change", filter);

  // A printed figure as a number to sort by: 10,876; 88.8%; −12.2%; +3.1 pp; 11:20 (minutes and seconds).
  const figure = (cell) => {
    if (cell.classList.contains("symbols")) return cell.querySelectorAll("img").length;
    const text = cell.textContent.trim().replaceAll(",", "").replace("−", "-");
    const clock = /^(-?)(\d+):(\d\d)/.exec(text);
    if (clock) return (clock[1] ? -1 : 1) * (60 * clock[2] + Number(clock[3]));
    return parseFloat(text);
  };
  const headings = [...tables[0].tHead.rows[0].cells];
  const sort = (column, falling) => {
    const down = column > 0 && falling; // the first column has the order of the report
    for (const table of tables) {
      const body = table.tBodies[0];
      const key = (row) => (column ? figure(row.cells[column]) : order.get(row));
      const sorted = [...body.rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b) || order.get(one) - order.get(other);
        return (down ? b - a : a - b) || order.get(one) - order.get(other);
      });
      body.append(...sorted);
      for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
      if (column) table.tHead.rows[0].cells[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    }
    const words = headings[column].textContent.trim();
    told.textContent = column
      ? `Sorted within each priority by ${words}, ${down ? "highest" : "lowest"} first.`
      : "In the order of the report.";
  };
  for (const table of tables) {
    for (const heading of table.tHead.rows[0].cells) {
      if (!heading.dataset.sorts) continue;
      const button = made("button", { type: "button" }, heading.textContent.trim());
      button.addEventListener("click", () => sort(heading.cellIndex, heading.getAttribute("aria-sort") !== "descending"));
      heading.replaceChildren(button);
    }
  }
  filter();
})();
