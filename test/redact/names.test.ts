/** Which names are names of secrets, and which only sound like it. */
import { describe, expect, it } from "vitest";
import { isSecretName } from "../../src/redact/index.ts";
import { isSecretHeader, isSecretParameter } from "../../src/redact/names.ts";

const secret = [
  ...["password", "Password", "PASSWORD", "passwd", "pwd", "passphrase", "userPassword", "db_password"],
  ...["password2", "newPassword", "old-password", "admin.password", "DB_PASSWORD", "DB_PASSWORD_PROD"],
  ...["apiKey", "api_key", "api-key", "APIKey", "API_KEY", "X-API-KEY", "apikey", "openaiApiKey", "apiKeys"],
  ...["token", "authToken", "auth_token", "accessToken", "refresh_token", "id_token", "sessionToken"],
  ...["csrfToken", "bearer", "bearerToken", "accessTokens", "githubToken", "GITHUB_TOKEN", "botToken"],
  ...["secret", "clientSecret", "client_secret", "secrets", "secretKey", "SECRET_KEY_BASE", "webhookSecret"],
  ...["privateKey", "private_key", "signingKey", "encryptionKey", "masterKey", "accessKey", "sshKey"],
  ...["accessKeyId", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "accountKey", "WEATHER_KEY"],
  ...["authorization", "Authorization", "Proxy-Authorization", "auth", "cookie", "Cookie", "cookies"],
  ...["credentials", "credential", "creds", "jwt", "otp", "totp", "mnemonic", "code_verifier", "sessionSid"],
  ...["Mcp-Session-Id", "x-amz-security-token", "connect.sid", "PHPSESSID"],
];

const harmless = [
  ...["maxTokens", "max_tokens", "MAX_TOKENS", "tokens", "tokenCount", "token_count", "totalTokens"],
  ...[
    "promptTokens",
    "completion_tokens",
    "inputTokens",
    "tokenLimit",
    "tokenUsage",
    "tokenizer",
    "tokenize",
  ],
  ...["nextPageToken", "pageToken", "page_token", "nextToken", "continuationToken", "syncToken", "stopToken"],
  ...["progressToken", "idempotencyToken", "padToken", "eos_token", "token_type", "tokenType", "tokenUrl"],
  ...["author", "authors", "authority", "authored", "authenticated", "authType", "auth_method", "authUrl"],
  ...["monkey", "turkey", "donkey", "keyboard", "keyword", "keywords", "key", "keys", "primaryKey"],
  ...["primary_key", "publicKey", "public_key", "PUBLIC_KEY", "PRIMARY_KEY", "FOREIGN_KEY", "foreignKey"],
  ...["sortKey", "cacheKey", "objectKey", "keyId", "bypass", "compass", "passenger", "passage", "passed"],
  ...["passwordLength", "password_policy", "passwordHint", "passwordRequired", "secretName", "secretary"],
  ...["cookieCount", "cookiePolicy", "cookbook", "credentialType", "credentialsProvider", "path", "pattern"],
  ...["patch", "pa", "id", "name", "value", "url", "message", "text", "x".repeat(81), "", "日本語"],
];

describe("names of secrets", () => {
  it.each(secret)("%s", (name) => expect(isSecretName(name)).toBe(true));
});

describe("names of something else", () => {
  it.each(harmless)("%s", (name) => expect(isSecretName(name)).toBe(false));
});

it.each(["sig", "signature", "X-Amz-Signature", "code", "key", "access_token", "apikey", "ticket"])(
  "%s is a secret as a parameter of a URL",
  (name) => expect(isSecretParameter(name)).toBe(true),
);

it.each(["q", "page", "keywords", "cursor", "pageToken", "sign", "codec"])(
  "%s is none as a parameter of a URL",
  (name) => expect(isSecretParameter(name)).toBe(false),
);

it.each(["Set-Cookie", "Cookie", "X-Auth-Token", "authorization", "mcp-session-id"])(
  "%s is a header with a secret",
  (name) => expect(isSecretHeader(name)).toBe(true),
);

it.each(["Content-Type", "ETag", "X-Request-Id", "Accept", "WWW-Authenticate"])(
  "%s is a header without",
  (name) => expect(isSecretHeader(name)).toBe(false),
);
