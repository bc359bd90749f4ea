/** Secrets in free text, told by the name before them. `<secret>` stands for a placeholder. */
import { describe, expect, it } from "vitest";
import { githubToken, knowing, redactorOf, told } from "./redacting.ts";

const after = (text: string): string => told(redactorOf().text(text));

describe("taken out", () => {
  it.each<[text: string, clean: string]>([
    ["password=hunter2", "password=<secret>"],
    ["password = hunter2", "password = <secret>"],
    ["password=$uper-S3cret", "password=<secret>"],
    ["DB_PASSWORD=hunter2 npm start", "DB_PASSWORD=<secret> npm start"],
    ["export API_KEY='a b c'", "export API_KEY='<secret>'"],
    ['api_key: "abc"', 'api_key: "<secret>"'],
    ["token: abc123def", "token: <secret>"],
    ["a=1 password=x;y password=zzz", "a=1 password=x;y password=<secret>"],
    ["password:=hunter2", "password:=<secret>"],
    [`password => "hunter2",`, 'password => "<secret>",'],
    ['{"token": "abc", "n": 1', '{"token": "<secret>", "n": 1'],
    [String.raw`{\"token\":\"abc\"} tail`, String.raw`{\"token\":\"<secret>\"} tail`],
    [String.raw`say "{\"token\":\"a\\\"b\"}"`, String.raw`say "{\"token\":\"<secret>\"b\"}"`],
    [String.raw`password="a\"b" c`, 'password="<secret>" c'],
    ["Authorization: Bearer abc", "Authorization: Bearer <secret>"],
    ["authorization: basic dXNlcjpwYXNz\r\nHost: x", "authorization: basic <secret>\r\nHost: x"],
    ["Cookie: a=1; b=2\nAccept: */*", "Cookie: <secret>\nAccept: */*"],
    ["Set-Cookie: sid=abc; Path=/; HttpOnly", "Set-Cookie: <secret>"],
    ["> X-Api-Key: abc def", "> X-Api-Key: <secret> def"],
    ["curl -H 'Authorization: Bearer abc' -v", "curl -H 'Authorization: Bearer <secret>' -v"],
    ['curl -H "X-Api-Key: abc" https://x', 'curl -H "X-Api-Key: <secret>" https://x'],
    ["Mcp-Session-Id: 42-abc", "Mcp-Session-Id: <secret>"],
    [
      String.raw`got "GET /\r\nCookie: a=1; b=2\r\nAccept: *"`,
      String.raw`got "GET /\r\nCookie: <secret>\r\nAccept: *"`,
    ],
    [
      String.raw`x {\\\\\"token\\\\\":\\\\\"abc\\\\\"}`,
      String.raw`x {\\\\\"token\\\\\":\\\\\"<secret>\\\\\"}`,
    ],
    ["https://x/y?access_token=abc&b=1#c", "https://x/y?access_token=<secret>&b=1#c"],
    ["https://x/y?a=1&sig=ab%2Bc%3D#f", "https://x/y?a=1&sig=<secret-url>#f"],
    ["https://x/cb#access_token=abc&state=1", "https://x/cb#access_token=<secret>&state=1"],
    ["https://x/cb?code=4%2F0Ab&scope=a", "https://x/cb?code=<secret-url>&scope=a"],
    ["mysql --password hunter2 -u x", "mysql --password <secret> -u x"],
    ["tool --api-key=abc --n 1", "tool --api-key=<secret> --n 1"],
    ["tool --api-key 'a b'", "tool --api-key '<secret> b'"],
    [`seen ${githubToken}, yes`, "seen <github-token>, yes"],
    [`https://x/${githubToken}/y`, "https://x/<github-token>/y"],
    [`password=${githubToken}`, "password=<github-token>"],
    // JSON within a text is read as JSON.
    [
      'sent {"headers":[{"name":"Authorization","value":"Bearer abc"}]} to x',
      'sent {"headers":[{"name":"Authorization","value":"Bearer <secret>"}]} to x',
    ],
    [
      'run: ["--api-key","abc"] {"credentials":{"user":"a"}}',
      'run: ["--api-key","<secret>"] {"credentials":{"user":"<secret>"}}',
    ],
    [
      '{"a":1}\n{"password":12}\n{"token":"a\\"b"}\n',
      '{"a":1}\n{"password":"<number-secret>"}\n{"token":"<secret>"}\n',
    ],
    ['Cookie: a={"x":1}; b=2', "Cookie: <secret>"],
    // Beside a placeholder.
    ["Cookie: a=[[rw:secret:8:00000000]]; b=2", "Cookie: <secret><secret><secret>"],
    ["token: [[rw: abc123", "token: [[rw: abc123"],
  ])("%j", (text, clean) => expect(after(text)).toBe(clean));
});

describe("left alone", () => {
  it.each([
    "the password is wrong",
    "password: required",
    "password: string",
    "Enter password: ",
    "token expired",
    "maxTokens=4096",
    "nextPageToken=abc123def456",
    "if (password == null) return",
    "password != other1",
    `password=$${"{DB_PASSWORD}"}`,
    "password=$DB_PASSWORD",
    "password: process.env.PASSWORD1",
    "api_key=<your-key-1>",
    "token=****",
    "tool --token TOKEN",
    "tool --password",
    "tool --token --verbose",
    "std::auth::token2",
    "http://auth:8080/health",
    "password=getPassword(1)",
    "author=Jane1",
    "monkey: a1b2c3",
    "keyboard=qwerty123",
    "https://x/y?q=tokens&page=2",
    "a key: value1 pair",
    "password=[[rw:secret:8:00000000]]",
    "2026-07-28T12:00:00Z commit 0123456789abcdef0123456789abcdef01234567",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ])("%j", (text) => expect(redactorOf().text(text)).toBe(text));
});

it("a value of any length goes as one", () => {
  for (const length of [16_383, 16_384, 16_385, 200_000]) {
    const value = "aB3".repeat(length).slice(0, length);
    expect(after(`x password=${value} y`)).toBe("x password=<secret> y");
    expect(after(`x "token": "${value}" y`)).toBe('x "token": "<secret>" y');
    expect(after(`Cookie: a=${value}\ny`)).toBe("Cookie: <secret>\ny");
    expect(after(`https://x?sig=${value}&y`)).toBe("https://x?sig=<secret>&y");
  }
});

it("a known value within a longer secret is part of that", () => {
  const redactor = knowing("hunter2hunter2");
  expect(told(redactor.text("password=xhunter2hunter2y z"))).toBe("password=<secret> z");
  expect(told(redactor.text("xhunter2hunter2y z"))).toBe("x<secret>y z");
});
