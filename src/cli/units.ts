/** Sizes, times and counts as people read them. */

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, value] =
    bytes < 1e6 ? ["kB", bytes / 1e3] : bytes < 1e9 ? ["MB", bytes / 1e6] : ["GB", bytes / 1e9];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

export function durationText(micros: number): string {
  const ms = micros / 1000;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Seconds since the start, for a column of times. */
export function clockText(micros: number): string {
  return `${(micros / 1e6).toFixed(3)}`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
