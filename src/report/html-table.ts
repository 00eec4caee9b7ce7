import { html, type Markup, nothing, type Part } from './markup.js';

/** Of one list this many rows are shown; the rest is in `report.json`. */
const MAX_ROWS = 200;

export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => Part;
  readonly isNumber?: true;
}

/** Stands in a cell that has nothing to tell. */
export const EMPTY = '–';

/**
 * A table with a header for each column; on a narrow screen each row becomes a list of its own. Nothing without items, and
 * no column of which no cell has anything to tell. The first {@link MAX_ROWS} items are shown, and how many were left out.
 * Its attributes draw lines where a page strips the styles.
 *
 * @param caption what it lists, for those who do not see what stands around it
 */
export function table<T>(
  caption: string,
  items: readonly T[],
  columns: readonly Column<T>[],
): Markup {
  if (items.length === 0) return nothing;
  const shown = items.slice(0, MAX_ROWS);
  const filled = columns
    .map((column) => ({ ...column, cells: shown.map((item) => html`${column.cell(item)}`) }))
    .filter(({ cells }) => cells.some(({ text }) => text !== EMPTY));
  const head = filled.map(({ head: label }) => html`<th scope="col">${label}</th>`);
  const rows = shown.map(
    (_, index) =>
      html`<tr>
        ${filled.map(
          ({ head: label, cells, isNumber }) =>
            html`<td data-label="${label}" ${isNumber ? html`class="number"` : nothing}>
              ${cells[index] ?? nothing}
            </td>`,
        )}
      </tr> `,
  );
  return html`<table
      class="stack"
      border="1"
      cellpadding="6"
      cellspacing="0"
      aria-label="${caption}"
    >
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${more(items.length - MAX_ROWS)}`;
}

/** Says how much was left out; nothing when nothing was. */
export function more(count: number, noun = 'more'): Markup {
  return count > 0
    ? html`<p class="quiet">… and ${String(count)} ${noun}, see report.json.</p>`
    : nothing;
}

/** What only some want to read. */
export function folded(summary: Part, body: Part): Markup {
  return html`<details class="fold">
    <summary>${summary}</summary>
    ${body}
  </details> `;
}
