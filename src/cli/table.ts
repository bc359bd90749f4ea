/**
 * Columns for people. The first rows decide the widths, later ones are fitted into them, so a table of any length is
 * printed as it comes.
 */
import type { Output } from "./output.ts";
import { cleanLine } from "./sanitize.ts";
import type { Paint } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Longer texts are cut, in columns of the terminal. */
  readonly widthMax?: number;
  readonly paint?: (text: string) => Paint;
}

/** How many rows are looked at before the first is printed. */
const lookAheadRowsMax = 200;

const gap = "  ";

export class Table {
  readonly #out: Output;
  readonly #columns: readonly Column[];
  readonly #titlePaint: Paint;
  #waiting: string[][] = [];
  #widths: number[] | undefined;

  constructor(out: Output, columns: readonly Column[], titlePaint: Paint = (text) => text) {
    this.#out = out;
    this.#columns = columns;
    this.#titlePaint = titlePaint;
  }

  /** Cells may hold anything; they are cleaned here. */
  async row(cells: readonly string[]): Promise<void> {
    const clean = this.#columns.map((column, i) => cut(cleanLine(cells[i] ?? ""), column.widthMax));
    if (this.#widths) return this.#print(clean, this.#widths);
    this.#waiting.push(clean);
    if (this.#waiting.length >= lookAheadRowsMax) await this.end();
  }

  /** Prints what waits. More rows may follow. */
  async end(): Promise<void> {
    if (this.#widths || this.#waiting.length === 0) return;
    this.#widths = this.#columns.map((column, i) =>
      Math.max(displayWidth(column.title), ...this.#waiting.map((row) => displayWidth(row[i]!))),
    );
    const titles = this.#columns.map((column) => column.title);
    await this.#out.line(this.#titlePaint(this.#line(titles, this.#widths, false)));
    for (const row of this.#waiting) await this.#print(row, this.#widths);
    this.#waiting = [];
  }

  #print(cells: readonly string[], widths: readonly number[]): Promise<void> {
    return this.#out.line(this.#line(cells, widths, true));
  }

  #line(cells: readonly string[], widths: readonly number[], painted: boolean): string {
    const parts = cells.map((cell, i) => {
      const column = this.#columns[i]!;
      const pad = " ".repeat(Math.max(0, widths[i]! - displayWidth(cell)));
      const text = painted && column.paint ? column.paint(cell)(cell) : cell;
      return column.right ? pad + text : text + pad;
    });
    return parts.join(gap).trimEnd();
  }
}

/** How many columns of a terminal a text takes: near enough for tables, wide and combining characters included. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += /^(?:\p{Mark}|\u200d|\ufe0f)/u.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function cut(text: string, widthMax: number | undefined): string {
  if (widthMax === undefined || displayWidth(text) <= widthMax) return text;
  let kept = "";
  let width = 0;
  for (const char of text) {
    width += displayWidth(char);
    if (width > widthMax - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
