"use strict";
// The tables' headers become buttons that sort the rows below them; without this the tables are as they are.
const value = (group, column) => {
  const cell = (group.rows ? group.rows[0] : group).cells[column];
  const text = cell ? cell.textContent.trim() : "";
  const found = text.replace("\u2212", "-").match(/-?\d+(\.\d+)?/);
  return { text, number: found ? Number(found[0]) : NaN };
};
const compare = (one, other, byNumber) => {
  if (!byNumber) return one.text.localeCompare(other.text, document.documentElement.lang, { numeric: true });
  if (isNaN(one.number) || isNaN(other.number)) return isNaN(one.number) - isNaN(other.number);
  return one.number - other.number;
};
for (const table of document.querySelectorAll("table[data-sortable]")) {
  for (const header of table.tHead.rows[0].querySelectorAll("th[scope=col]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const up = header.getAttribute("aria-sort") !== "ascending";
      const bodies = [...table.tBodies];
      const parent = bodies.length > 1 ? table : bodies[0];
      const groups = bodies.length > 1 ? bodies : [...bodies[0].rows];
      const byNumber = header.matches(".right, .cell");
      const keyed = groups.map((group) => [value(group, header.cellIndex), group]);
      // What has no number stays below in both directions.
      keyed.sort(([one], [other]) =>
        byNumber && isNaN(one.number) !== isNaN(other.number)
          ? compare(one, other, true)
          : (up ? 1 : -1) * compare(one, other, byNumber));
      parent.append(...keyed.map(([, group]) => group));
      for (const each of header.parentNode.cells) each.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", up ? "ascending" : "descending");
    });
  }
}
