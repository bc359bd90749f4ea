/** Random filters and views, for the property tests of this folder. */
import fc from "fast-check";
import {
  choices,
  type Fact,
  type FilterView,
  type Glob,
  parseTerm,
  type Term,
  type TextFact,
  textFields,
} from "../../src/filter/index.ts";

/** Texts full of what the grammar gives a meaning to. */
export const awkward: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "grapheme", maxLength: 4 }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "*", "|", "(", ")", " ", ":", ".", "=", "-", ">", "a", "\n"),
    maxLength: 6,
  }),
);

/** Pieces with a star between them; inner ones are not empty, because stars side by side are one. */
export const glob: fc.Arbitrary<Glob> = fc
  .tuple(
    awkward,
    fc.array(
      awkward.filter((s) => s !== ""),
      { maxLength: 2 },
    ),
    fc.option(awkward),
  )
  .map(([first, middle, last]) => (last === null ? [first] : [first, ...middle, last]));

const values = fc.array(glob, { minLength: 1, maxLength: 3 });
const key = awkward.filter((s) => s !== "");
const leaf: fc.Arbitrary<Term> = fc.oneof(
  fc
    .record({ kind: fc.constant("text" as const), field: fc.constantFrom(...textFields), values })
    .map((term) => {
      const known = choices[term.field];
      return known ? { ...term, values: [[known[0]!]] } : term;
    }),
  fc.record({
    kind: fc.constant("value" as const),
    field: fc.constantFrom("args" as const, "result" as const),
    path: fc.array(key, { minLength: 1, maxLength: 3 }),
    values,
  }),
  fc.record({ kind: fc.constant("tag" as const), key, values }),
  fc
    .constantFrom(
      ">500ms",
      "<1.5s",
      "size>64k",
      "size<10",
      "since:2d",
      "until:2026-11-01",
      "since:2026-11-01T10:20:30Z",
    )
    .map(parseTerm),
);

export const termOf: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4 },
    leaf,
    tie("term").map((of): Term => ({ kind: "not", of })),
    fc.array(tie("term"), { minLength: 2, maxLength: 3 }).map((of): Term => ({ kind: "and", of })),
  ),
})).term;

/** A small world, so that conditions and facts meet. */
const small = fc.constantFrom("a", "b", "ab", "");
const smallGlob = fc.constantFrom<Glob>(["a"], ["b"], ["a", ""], ["", ""], [""]);
const smallLeaf: fc.Arbitrary<Term> = fc.oneof(
  fc.record({
    kind: fc.constant("text" as const),
    field: fc.constantFrom("tool" as const, "method" as const, "server" as const),
    values: fc.array(smallGlob, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("value" as const),
    field: fc.constantFrom("args" as const, "result" as const),
    path: fc.constant(["x"]),
    values: fc.array(smallGlob, { minLength: 1, maxLength: 2 }),
  }),
  fc.constantFrom(">5ms", "size<10", "since:1s", "until:1970-01-01", "tag:k=a").map(parseTerm),
);
export const smallTerm: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    smallLeaf,
    tie("term").map((of): Term => ({ kind: "not", of })),
    fc.array(tie("term"), { minLength: 2, maxLength: 3 }).map((of): Term => ({ kind: "and", of })),
  ),
})).term;

/** All that will ever be known, and the order in which it becomes known. */
export interface Story {
  readonly facts: Readonly<
    Record<
      | "tool"
      | "method"
      | "server"
      | "durationMs"
      | "sizeBytes"
      | "atMs"
      | "nowMs"
      | "args"
      | "result"
      | "tag",
      Fact<string | number>
    >
  >;
  readonly order: readonly string[];
}
const text: fc.Arbitrary<Fact<string>> = fc.oneof(small, fc.constant(null));
const number: fc.Arbitrary<Fact<number>> = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.constant(null));
const json: fc.Arbitrary<Fact<string>> = fc.oneof(
  small.map((s) => JSON.stringify(s)),
  fc.constantFrom("1", "null", '["a"]', null),
);
export const story: fc.Arbitrary<Story> = fc
  .record({
    tool: text,
    method: text,
    server: text,
    durationMs: number,
    sizeBytes: number,
    atMs: number,
    nowMs: number,
    args: json,
    result: json,
    tag: text,
  })
  .chain((facts) => fc.shuffledSubarray(Object.keys(facts)).map((order) => ({ facts, order })));

/** The view when the first `known` facts of the story have come. */
export function viewAt(of: Story, known: number, final: boolean): FilterView {
  const has = (name: keyof Story["facts"]) =>
    of.order.slice(0, known).includes(name) ? of.facts[name] : undefined;
  return {
    final,
    tool: has("tool") as TextFact,
    method: has("method") as TextFact,
    server: has("server") as TextFact,
    durationMs: has("durationMs") as Fact<number>,
    sizeBytes: has("sizeBytes") as Fact<number>,
    atMs: has("atMs") as Fact<number>,
    nowMs: has("nowMs") as Fact<number>,
    tag: () => has("tag") as Fact<string>,
    args: () => has("args") as Fact<string>,
    result: () => has("result") as Fact<string>,
  };
}
