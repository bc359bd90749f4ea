import type { Detector } from "../detector.ts";
import { standsForSecret } from "../placeholder-words.ts";

/** Passwords without a shape of their own: what names them is the URL or the connection string around them. */
export const passwordDetectors: readonly Detector[] = [
  {
    kind: "url-password",
    starts: ["://", ":\\/\\/"],
    // The name (it may be a placeholder of ours), then all up to the path: the last @ of it ends the password.
    pattern:
      /:(?:\/\/|\\\/\\\/)(?:\[\[rw:[a-z0-9-]{1,100}:\d{1,9}:[0-9a-f]{8}\]\]|[^\s/?#@:"'`<>\\[\]]{0,128}):([^\s/?#"'`<>\\]{1,256})/y,
    end: urlPasswordEnd,
  },
  {
    // For databases people write passwords as they are, slashes and all; then only the @ must be escaped.
    kind: "url-password",
    starts: ["://"],
    pattern:
      /(?<=postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?):\/\/[^\s/?#@:"'`<>\\[\]]{0,128}:([^\s@"'`<>\\]{1,128})(?=@[A-Za-z0-9[])/y,
    end: (text, start, end) => (port.test(text.slice(start, end)) ? start : passwordEnd(text, start, end)),
  },
  {
    kind: "oracle-password",
    starts: ["jdbc:oracle:"],
    pattern: /jdbc:oracle:(?:thin|oci8?):[^\s/"'`<>\\@:]{1,128}\/([^\s"'`<>\\@/]{1,256})(?=@)/y,
    end: passwordEnd,
  },
  {
    kind: "connection-password",
    starts: ["password=", "Password=", "PASSWORD=", "pwd=", "Pwd=", "PWD=", "passwd="],
    pattern: /(?:password|pwd|passwd)=([^\s&;"'`<>\\]{1,256})/iy,
    end: (text, start, end) => (isConnectionString(text, start) ? passwordEnd(text, start, end) : start),
  },
];

function urlPasswordEnd(text: string, start: number, end: number): number {
  const authority = text.slice(start, end);
  const at = authority.lastIndexOf("@");
  if (at < 1 || !hostFollows.test(text.slice(start + at + 1, start + at + 2)) || port.test(authority))
    return start;
  return passwordEnd(text, start, start + at);
}

/** What may begin a host: also a template's opening, and a bracket. */
const hostFollows = /^[A-Za-z0-9_.$%{[*-]|^[^\x00-\x7f]/;

/** `http://host:80,you@example.com`: a port, and something else after it. */
const port = /^\d{1,5}[,;|)\]}&/?#]/;

function passwordEnd(text: string, start: number, end: number): number {
  return standsForSecret(text.slice(start, end)) ? start : end;
}

/** How far before `password=` a connection string may begin, in characters. */
const connectionCharsMax = 256;

/**
 * Whether `password=` is one of several settings in a connection string or a URL: `jdbc:…?user=a&password=***`,
 * `Server=a;Password=***`, `host=a password=***`. In code it stands alone, or after a comma.
 */
function isConnectionString(text: string, value: number): boolean {
  const before = text.slice(Math.max(0, value - connectionCharsMax), value);
  const line = before.slice(lastQuoteOrLine(before) + 1).toLowerCase();
  const name = line.slice(0, Math.max(line.lastIndexOf("pass"), line.lastIndexOf("pwd")));
  const separator = name.trimEnd().at(-1) ?? "";
  if ("?&;:".includes(separator) && separator !== "")
    return settings.some((setting) => name.includes(setting));
  return name.endsWith(" ") && separator !== "," && (name.includes("host=") || name.includes("user="));
}

const settings = ["jdbc:", "://", "server=", "data source=", "host=", "driver=", "user id=", "uid=", "dsn="];

function lastQuoteOrLine(text: string): number {
  for (let i = text.length - 1; i >= 0; i--) if ("\"'`\n\r<>".includes(text[i]!)) return i;
  return -1;
}
