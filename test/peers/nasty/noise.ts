// Everything that servers have been seen to put on stdout beside messages, and messages in dress that a careless
// reader breaks on: those a recorder must let pass.
const note =
  '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"beside noise"}}';

/** name -> exact bytes, line ends included. */
export const noise = {
  banner: text("Server listening on stdio…\n"),
  twoLines: text("first line of noise\nsecond line of noise\n"),
  dotenv: text("[dotenv@17.2.0] injecting env (3) from .env\n"),
  brackets: text("[INFO] [main] ready { not json }\n"),
  empty: text("\n\n\n"),
  blanks: text("   \t \n"),
  carriage: text("progress 10%\rprogress 90%\rdone\n"),
  escapes: text("\u001b[32mgreen\u001b[0m and a bell \u0007\n"),
  notUtf8: Buffer.from([0x66, 0x6f, 0x6f, 0xff, 0xfe, 0xc3, 0x28, 0x0a]),
  nul: Buffer.from([0x00, 0x01, 0x02, 0x0a]),
  number: text("42\n"),
  string: text('"just a string"\n'),
  bracesInText: text('warning: expected {"a":1}\n'),
  brokenJson: text('{"jsonrpc":"2.0","method":\n'),
  long: text(`${"noise ".repeat(40_000)}\n`),
};

/** name -> exact bytes of valid messages in unusual dress. */
export const messages = {
  crlf: text(`${note}\r\n`),
  bom: text(`\ufeff${note}\n`),
  blanksAround: text(`  \t${note} \t\n`),
  spread: text('{ "jsonrpc" : "2.0" , "method" : "notifications/message" , "params" : { } }\n'),
  batch: text(`[${note},${note}]\n`),
  batchBlanks: text(`[ ${note} ]\n`),
};

/** JSON over several lines: no line of it is a message by itself. */
export const pretty = text(`${JSON.stringify(JSON.parse(note), null, 2)}\n`);

function text(value: string): Buffer {
  return Buffer.from(value);
}
