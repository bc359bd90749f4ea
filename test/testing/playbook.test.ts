/** A playbook is worth what it says when something is wrong. */
import { expect, test } from "vitest";
import { relay } from "../../src/core/index.ts";
import { PlaybookMismatch, playbook } from "../../src/testing/index.ts";

test("a mismatch shows the whole conversation", () => {
  const wrong = () => playbook([relay()])`
    client opened
    >> client {"id":1,"method":"ping"}
    << server {"id":2,"method":"ping"}
    >> server {"id":1,"result":{}}
    << client {"id":1,"result":{}}
    << server close
    >> client closed
  `;
  expect(wrong).toThrow(PlaybookMismatch);
  expect(wrong).toThrow(`the conversation went another way (- expected, + happened):
    >> client opened
    >> client {"id":1,"method":"ping"}
  - << server {"id":2,"method":"ping"}
  + << server {"id":1,"method":"ping"}
    >> server {"id":1,"result":{}}
    << client {"id":1,"result":{}}
  - << server close
    >> client closed
  + << server close`);
});

test("values are spelled as JSON, strings stand as they are", () => {
  const ping = { id: 1, method: "ping" };
  playbook([relay()])`
    >> client ${ping}
    << ${"server"} ${ping}
  `;
});

test("a backslash in a message stays one", () => {
  playbook([relay()])`
    >> client {"method":"a\\u0000\n"}
    << server {"method":"a\\u0000\n"}
  `;
});

test("a line that says nothing known is our mistake", () => {
  expect(() => playbook([relay()])`client {"id":1,"method":"ping"}`).toThrow("event, an effect or a comment");
  expect(() => playbook([relay()])`>> client {"id":1`).toThrow("event, an effect or a comment");
  expect(() => playbook([relay()])`>> answer {`).toThrow("as JSON");
});

test("an answer that nothing waits for is seen", () => {
  playbook([relay()])`
    >> answer 1
    !! nothing waits for this answer
  `;
});
