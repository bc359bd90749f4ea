/** Records on a disk that has too little room, and prints what became of the calls and of the recording. */
import { Client } from "@modelcontextprotocol/client";
import { type ReelwireError, recordTape } from "../../src/index.ts";

const [out = "", server = ""] = process.argv.slice(2);
const recording = await recordTape({ out, server: { command: process.execPath, args: [server] } });
const client = new Client({ name: "library-tests", version: "1.0.0" });
await client.connect(recording.transport());
let answered = 0;
for (; answered < 20; answered++) await client.callTool({ name: "big", arguments: { bytes: 50_000 } });
await client.close();
const stopped = await recording.stop().then(
  () => "fine",
  (error: ReelwireError) => error.code,
);
const { path, interactions, error } = await recording.ended;
console.log(JSON.stringify({ answered, stopped, ended: { path, interactions, code: error?.code } }));
