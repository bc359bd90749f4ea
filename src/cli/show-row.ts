/** How one call is told: as a row of the table, as a line, as JSON. */

import type { CallRow } from "../library/index.ts";
import { jsonObject } from "./json-output.ts";
import { cleanLine } from "./sanitize.ts";
import type { Paint, Style } from "./style.ts";
import type { Column } from "./table.ts";
import { clockText, countText, durationText, sizeText } from "./units.ts";

const callWidthMax = 60;
const idCharsMax = 80;

export function callColumns(style: Style): readonly Column[] {
  const byStatus = (cell: string) => statusPaint(style, cell);
  return [
    { title: "n", right: true },
    { title: "time", right: true },
    { title: "dir" },
    { title: "call", widthMax: callWidthMax },
    { title: "status", paint: byStatus },
    { title: "latency", right: true },
    { title: "asked", right: true },
    { title: "answered", right: true },
    { title: "" },
  ];
}

export function callCells(row: CallRow): readonly string[] {
  return [
    String(row.n),
    clockText(row.at),
    row.dir,
    callTitle(row),
    statusText(row),
    row.micros === undefined ? "" : durationText(row.micros),
    sizeText(row.requestBytes),
    row.responses === 0 ? "" : sizeText(row.responseBytes),
    marks(row).join(", "),
  ];
}

/** `tools/call get_weather`. */
export function callTitle(row: CallRow): string {
  return row.target === undefined ? row.method : `${row.method} ${row.target}`;
}

/** What follows the title on one line. */
export function callTrail(row: CallRow): string {
  const latency = row.micros === undefined ? [] : [durationText(row.micros)];
  return [
    statusText(row),
    ...latency,
    row.dir,
    `id ${cleanLine(row.id.slice(0, idCharsMax))}`,
    ...marks(row),
  ].join("  ");
}

export function statusPaint(style: Style, status: string): Paint {
  if (status.startsWith("ok")) return style.green;
  return status.startsWith("error") || status.startsWith("tool") ? style.red : style.yellow;
}

/** The row as one JSON object; the id stands as it was sent. */
export function callJson(row: CallRow): string {
  return jsonObject({
    n: String(row.n),
    conn: String(row.conn),
    at: String(row.at),
    dir: JSON.stringify(row.dir),
    method: JSON.stringify(row.method),
    target: row.target === undefined ? "null" : JSON.stringify(row.target),
    id: row.id,
    status: JSON.stringify(row.status),
    errorCode: row.errorCode ?? "null",
    ms: row.micros === undefined ? "null" : String(row.micros / 1000),
    requestBytes: String(row.requestBytes),
    responseBytes: String(row.responseBytes),
    responses: String(row.responses),
    progress: String(row.progress),
  });
}

function statusText(row: CallRow): string {
  return row.errorCode === undefined ? row.status : `${row.status} ${row.errorCode}`;
}

function marks(row: CallRow): string[] {
  const marked: string[] = [];
  if (row.dir === "s2c") marked.push("server's request");
  if (row.status === "cancelled") marked.push(row.responses > 0 ? "cancelled, answered late" : "cancelled");
  if (row.status === "open") marked.push("no answer");
  if (row.progress > 0) marked.push(countText(row.progress, "progress", "progress"));
  if (row.responses > 1) marked.push(`${row.responses} answers`);
  if (row.conn > 0) marked.push(`conversation ${row.conn}`);
  return marked;
}
