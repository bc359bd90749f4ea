import { describe, expect, it } from "vitest";
import { linesOf, notice, type Passed, recordAll, request, result } from "./helpers.ts";

// `--capture` keeps whole exchanges or nothing of them, always the handshake, and the order of the wire.

const call = (id: unknown, name: string, token?: string): string =>
  request(id, "tools/call", { name, arguments: {}, ...(token ? { _meta: { progressToken: token } } : {}) });
const failed = (id: unknown): string => result(id, { isError: true });
const opening: Passed[] = [
  [1, "c2s", request(0, "initialize")],
  [2, "s2c", result(0)],
  [3, "c2s", notice("notifications/initialized")],
];

/** What was kept, as `c2s 1`, `s2c notifications/progress`, `note captured`. */
function kept(capture: string, passed: readonly Passed[]): string[] {
  return linesOf(recordAll([...opening, ...passed], { capture }).parts[0]!).map((line) => {
    const { dir, msg, note, stderr } = JSON.parse(line);
    if (note) return `note ${note.what}`;
    if (stderr) return "stderr";
    return `${dir} ${msg.method && msg.id === undefined ? msg.method : msg.id}`;
  });
}
const handshake = ["c2s 0", "s2c 0", "c2s notifications/initialized"];

describe("capture", () => {
  it("keeps whole exchanges that fit, with their progress", () => {
    const passed: Passed[] = [
      [4, "c2s", call(1, "get_a", "t")],
      [5, "c2s", call(2, "set_b", "u")],
      [6, "s2c", notice("notifications/progress", { progressToken: "t", progress: 1 })],
      [7, "s2c", notice("notifications/progress", { progressToken: "u", progress: 1 })],
      [8, "s2c", result(2)],
      [9, "s2c", result(1)],
    ];
    expect(kept("tool:get_*", passed)).toEqual([
      ...handshake,
      "c2s 1",
      "s2c notifications/progress",
      "s2c 1",
      "note captured",
    ]);
  });

  it("decides by the outcome when the filter asks for it, and keeps the order of the wire", () => {
    const passed: Passed[] = [
      [4, "c2s", call(1, "a")],
      [5, "c2s", call(2, "b")],
      [6, "stderr", "oops"],
      [7, "s2c", failed(2)],
      [8, "s2c", result(1)],
    ];
    expect(kept("status:tool_error", passed)).toEqual([
      ...handshake,
      "c2s 2",
      "stderr",
      "s2c 2",
      "note captured",
    ]);
    expect(kept("status:ok", passed)).toEqual([...handshake, "c2s 1", "stderr", "s2c 1", "note captured"]);
  });

  it("keeps a call's cancellation, and a call that was never answered when it fits", () => {
    const passed: Passed[] = [
      [4, "c2s", call(1, "a")],
      [5, "c2s", notice("notifications/cancelled", { requestId: 1 })],
      [6, "c2s", call(2, "a")],
    ];
    expect(kept("status:cancelled", passed)).toEqual([
      ...handshake,
      "c2s 1",
      "c2s notifications/cancelled",
      "note captured",
    ]);
    expect(kept("status:open", passed)).toEqual([...handshake, "c2s 2", "note captured"]);
  });

  it("keeps what a server asks while a wanted call is open: the call could not be replayed without", () => {
    const passed: Passed[] = [
      [4, "c2s", call(1, "wanted")],
      [5, "s2c", request(1, "sampling/createMessage")],
      [6, "c2s", result(1)],
      [7, "s2c", result(1)],
      [8, "s2c", request(2, "roots/list")],
      [9, "c2s", result(2)],
    ];
    expect(kept("tool:wanted", passed)).toEqual([
      ...handshake,
      "c2s 1",
      "s2c 1",
      "c2s 1",
      "s2c 1",
      "note captured",
    ]);
  });

  it("lets a notification through when its method is wanted", () => {
    const passed: Passed[] = [[4, "s2c", notice("notifications/tools/list_changed")]];
    expect(kept("method:notifications/*", passed)).toEqual([
      ...handshake,
      "s2c notifications/tools/list_changed",
    ]);
    expect(kept("tool:x", passed)).toEqual([...handshake, "note captured"]);
  });

  it("survives the reuse of the memory that undecided messages came in", () => {
    const big = "y".repeat(100_000);
    const passed: Passed[] = [
      [4, "c2s", request(1, "tools/call", { name: "a", arguments: { big } })],
      [5, "s2c", failed(1)],
    ];
    const { parts } = recordAll(passed, { capture: "status:tool_error" });
    expect(parts[0]).toContain(big);
  });
});
