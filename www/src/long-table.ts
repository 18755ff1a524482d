// Splits a long table into groups of rows, because browsers lay out a whole table again whenever it
// grows. Each row of a long table is laid out by itself, with the widths that the columns had when
// the table became long. Browsers skip the groups that are not in view.

/** The number of rows in one group. */
const GROUP = 50;

/** Adds a row to the end of a table and returns the row. */
export function addRow(table: HTMLTableElement): HTMLTableRowElement {
	if (!table.tHead) return table.createTHead().insertRow();
	let group = table.tBodies[table.tBodies.length - 1];
	if (!group || group.rows.length >= GROUP) {
		if (group && !table.classList.contains("long")) fixWidths(table);
		group = table.createTBody();
	}
	return group.insertRow();
}

/** Adds a cell to the end of a row and returns the cell. */
export function addCell(row: HTMLTableRowElement): HTMLTableCellElement {
	const group = row.parentElement as HTMLTableSectionElement;
	const cell = document.createElement(group.tagName === "THEAD" ? "th" : "td");
	row.append(cell);
	const table = group.parentElement as HTMLTableElement;
	if (table.classList.contains("long")) copyWidth(table, cell);
	return cell;
}

/**
 * Fixes the columns at their present widths: in percent if the table fits its parent, otherwise in
 * pixels.
 */
function fixWidths(table: HTMLTableElement): void {
	const { width } = table.getBoundingClientRect();
	const fits = width <= (table.parentElement?.clientWidth ?? 0) + 1;
	const cells = [...(table.tHead?.rows[0]?.cells ?? [])];
	const widths = cells.map((cell) => cell.getBoundingClientRect().width);
	for (const [index, cell] of cells.entries()) {
		const own = widths[index] as number;
		cell.width = fits && width > 0 ? `${((100 * own) / width).toFixed(2)}%` : String(Math.ceil(own));
	}
	table.classList.add("long");
	for (const row of table.rows) for (const cell of row.cells) copyWidth(table, cell);
}

function copyWidth(table: HTMLTableElement, cell: HTMLTableCellElement): void {
	const width = table.tHead?.rows[0]?.cells[cell.cellIndex]?.width;
	if (width) cell.width = width;
}
