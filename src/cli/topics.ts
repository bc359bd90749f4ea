/** What `reelwire help TOPIC` says. */
import { commands } from "./commands/index.ts";
import { columns } from "./help.ts";
import { variableOf } from "./parse-flags.ts";

export const topics: Readonly<Record<string, () => string>> = {
  filter: () => filterTopic,
  environment: environmentTopic,
  "exit-codes": exitTopic,
};

const filterTopic = `Filters

Conditions side by side must all hold. A dash before one turns it around, parentheses group, a bar inside a value
separates alternatives, a star in a value stands for anything. Quote what holds blanks; inside quotes a star is a star.

  tool:get_*                 the tool that is called; also prompt: and resource:
  method:tools/*             the JSON-RPC method
  status:error|tool_error    ok, error, tool_error, cancelled or open
  error:-32602               the code of a JSON-RPC error
  >500ms  <2s                how long the answer took: us, ms, s, m, h, d, w
  size>64k  size<1m          request and answer together, in bytes; k, m and g are powers of 1024
  args.city:Paris|Rome       an argument, by its path; numbers are compared by their exact value
  result.isError:true        a value in the result, by its path; in a list, a number is a position from 0
  dir:s2c                    who asked: c2s is the client, s2c the server
  client: server: era:       the names the two sides gave, and legacy or modern
  endpoint: agent: session: run: tape:    what the tape's header says
  tag:suite=smoke  tag:suite the tape's tags; without a value the tag only has to be there
  trace:4bf9*                the trace id of traceparent
  since:2d  until:2026-11-01 an age, or an ISO date or time; UTC without an offset; until takes in the whole day

  reelwire show a.tape.jsonl --filter 'tool:get_* -status:ok >500ms'
  reelwire record --capture '-method:ping' -- npx some-server

A word alone (full text) and expressions that start with = are not supported.
`;

function environmentTopic(): string {
  return `Environment variables

Each flag has one: a flag on the command line beats it. A switch takes 1 or 0. A flag that may be repeated takes one
value from its variable. An empty variable counts as not set.

${variables().join("\n")}

REELWIRE_SIGN_KEY is the path of the key that signs tapes, or its PEM text; see: reelwire help keys

NO_COLOR turns colours off, FORCE_COLOR turns them on.
`;
}

/** What reelwire itself exits with; docs/cli.md has the same table. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [0, "fine"],
  [
    1,
    "findings: a miss; a secret; a tape that is unfinished, altered or not signed as demanded; noise with `record --stray fail`",
  ],
  [2, "usage or configuration"],
  [4, "the server would not start"],
  [6, "a tape cannot be read"],
  [70, "reelwire itself failed"],
  [74, "`record`: only the tape could not be written"],
  [130, "interrupted"],
];

function exitTopic(): string {
  const rows = exitCodes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes

${rows.join("\n")}

record is a transparent wrapper: it exits with the server's own code, 128 + n for a signal, and 74 when only the tape
could not be written.
`;
}

/** Every flag's variable, for `help environment`. */
function variables(): string[] {
  const byName = new Map<string, string[]>();
  for (const command of commands) {
    for (const flag of command.flags) {
      const name = variableOf(flag);
      byName.set(name, [...(byName.get(name) ?? []), command.name]);
    }
  }
  return columns([...byName].sort().map(([name, users]) => [name, users.join(", ")]));
}
