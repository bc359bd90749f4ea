import { type Random, seededRandom } from "../../src/base/index.ts";

/** A made-up credential with the exact shape of a real one. */
export interface Example {
  readonly kind: string;
  /** The secret: what must not be found where it was redacted. */
  readonly value: string;
  /** The secret in a text in which it is recognised: itself, or for some kinds a setting or URL around it. */
  readonly text: string;
}

/**
 * One value, or several, of every kind. They are made when they are needed and stand in no file, because other
 * scanners read this repository and would take them for real.
 */
export function credentials(random: Random = seededRandom(1)): Example[] {
  const make = makers(random);
  return [...shaped(make), ...named(make), ...keys(make)];
}

interface Makers {
  /** Random characters of an alphabet. */
  of(alphabet: string, count: number): string;
  hex(count: number): string;
  base62(count: number): string;
  upper(count: number): string;
  url(count: number): string;
  base64(count: number): string;
  digits(count: number): string;
}

const lower = "abcdefghijklmnopqrstuvwxyz";
const capitals = lower.toUpperCase();
const figures = "0123456789";

function makers(random: Random): Makers {
  const of = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet[random.below(alphabet.length)]!).join("");
  return {
    of,
    hex: (count) => of(`${figures}abcdef`, count),
    base62: (count) => of(capitals + lower + figures, count),
    upper: (count) => of(capitals + figures, count),
    // Ends in a letter, as most do, so that what follows in a text never looks like a part of it.
    url: (count) => of(`${capitals}${lower}${figures}-_`, count - 1) + of(lower, 1),
    base64: (count) => of(`${capitals}${lower}${figures}+/`, count),
    digits: (count) => of("123456789", 1) + of(figures, count - 1),
  };
}

/** Kinds that are recognised by themselves. */
function shaped(make: Makers): Example[] {
  return [...cloud(make), ...code(make), ...services(make), ...models(make)].map(([kind, ...parts]) => {
    const value = parts.join("");
    return { kind, value, text: value };
  });
}

type Parts = readonly [kind: string, ...parts: string[]];

function cloud({ hex, base62, upper, url, base64, of }: Makers): Parts[] {
  return [
    ...["AKI", "ASI", "ABI"].map((head): Parts => ["aws-access-key-id", head, "A", upper(16)]),
    ["aws-access-key-id", "ACC", "A", upper(16)],
    ["aws-session-token", "IQoJb3", "JpZ2lu", base64(400), "=="],
    ["aws-bedrock-api-key", "ABSKQmVkcm9j", "a0FQSUtleS", base64(110), "="],
    ["gcp-api-key", "AI", "za", url(35)],
    ["google-oauth-access-token", "ya", "29.", "a0", url(160)],
    ["google-oauth-refresh-token", "1/", "/0", url(100)],
    ["google-oauth-client-secret", "GOC", "SPX-", url(28)],
    ["azure-client-secret", base62(3), "8", "Q~", url(34)],
    ["azure-client-secret", base62(3), "7", "Q~", url(31)],
    ...["p", "o", "r"].map((letter): Parts => ["digitalocean-token", `do${letter}`, "_v1_", hex(64)]),
    ...["k", "ut", "at"].map((word): Parts => ["cloudflare-api-token", `cf${word}`, "_", base62(48)]),
    ["cloudflare-origin-ca-key", "v1", ".0-", hex(24), "-", hex(146)],
    ["vercel-token", "vc", "p_", base62(56)],
    ["vercel-token", "vercel_blob", "_rw_", base62(16), "_", base62(32)],
    ["netlify-token", "nf", "p_", base62(36)],
    ["fly-token", "fm", "2_", base64(300), "="],
    ["fly-token", "fm", "1r_", base64(300)],
    ["fly-access-token", "fo", "1_", url(43)],
    ["heroku-api-key", "HR", "KU-", url(60)],
    ["supabase-key", "sb", "p_", hex(40)],
    ["supabase-key", "sb_", "secret_", base62(22), "_", base62(8)],
    ["planetscale-token", "pscale", "_tkn_", url(43)],
    ["planetscale-token", "pscale", "_pw_", url(43)],
    ["databricks-token", "da", "pi", hex(32)],
    ["vault-token", "hv", "s.", base62(24)],
    ["vault-token", "hv", "b.", url(140)],
    ["vault-token", "hv", "r.", url(100)],
    ["terraform-cloud-token", base62(14), ".atlas", "v1.", url(66)],
    ["pulumi-token", "pu", "l-", hex(40)],
    ["doppler-token", "dp", ".pt.", base62(43)],
    ["doppler-token", "dp", ".st.", "dev_main.", base62(43)],
    ["tailscale-key", "ts", "key-auth-", base62(12), "CNTRL-", base62(32)],
    ["1password-service-token", "op", "s_ey", "J", base64(600)],
    ["age-secret-key", "AGE-SECRET", "-KEY-1", of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)],
    ["age-secret-key", "AGE-SECRET", "-KEY-PQ-1", of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)],
  ];
}

function code({ hex, base62, upper, url, base64, of, digits }: Makers): Parts[] {
  return [
    ...["p", "o", "u", "s", "r"].map((letter): Parts => ["github-token", `gh${letter}`, "_", base62(36)]),
    ["github-token", "gh", "s_", digits(6), "_ey", "J", url(30), ".ey", "J", url(180), ".", url(300)],
    ["github-fine-grained-token", "github", "_pat_", base62(22), "_", base62(59)],
    ...["pat", "dt", "rt", "ft", "soat"].map((word): Parts => ["gitlab-token", `gl${word}`, "-", url(20)]),
    ["gitlab-token", "glp", "at-", url(36), ".", of(lower + figures, 2), ".", of(lower + figures, 9)],
    ["gitlab-token", "glc", "bt-", hex(2), "_", url(20)],
    ["gitlab-token", "glpt", "t-", hex(40)],
    ["gitlab-runner-registration-token", "GR1", "348941", url(20)],
    ["bitbucket-app-password", "AT", "BB", base62(32)],
    ["bitbucket-access-token", "ATC", "TT3xFfGN0", url(160), "=", upper(8)],
    ["atlassian-api-token", "ATA", "TT3xFfGF0", url(170), "=", upper(8)],
    ["npm-token", "np", "m_", base62(36)],
    ["pypi-token", "py", "pi-AgEIcHlwaS5vcmc", url(150)],
    ["rubygems-api-key", "ruby", "gems_", hex(48)],
    ["crates-io-token", "ci", "o", base62(32)],
    ["docker-hub-token", "dck", "r_pat_", url(27)],
    ["circleci-token", "CCI", "PAT_", base62(22), "_", hex(40)],
    ["sonar-token", "sq", "u_", hex(40)],
    ["sourcegraph-token", "sg", "p_", hex(16), "_", hex(40)],
    ["postman-api-key", "PM", "AK-", hex(24), "-", hex(34)],
    ["sentry-org-token", "sntr", "ys_", base64(120), "=_", base64(42), base62(1)],
    ["sentry-user-token", "sntr", "yu_", hex(64)],
    ["grafana-token", "gl", "sa_", base62(32), "_", hex(8)],
    ["grafana-token", "gl", "c_ey", "J", base64(120), "=="],
    ["new-relic-key", "NR", "AK-", upper(27)],
    ["dynatrace-token", "dt0", "c01.", upper(24), ".", upper(64)],
  ];
}

function services({ hex, base62, upper, url, base64, digits, of }: Makers): Parts[] {
  return [
    ["slack-token", "xo", "xb-", digits(12), "-", digits(13), "-", base62(24)],
    ["slack-token", "xo", "xp-", digits(12), "-", digits(12), "-", digits(12), "-", hex(32)],
    ["slack-token", "xo", "xa-2-", digits(12), "-", digits(12), "-", base62(24)],
    ["slack-token", "xo", "xs-", digits(12), "-", digits(12), "-", base62(24)],
    ["slack-token", "xo", "xe.xo", "xp-1-", base62(160)],
    ["slack-app-token", "xa", "pp-1-", upper(11), "-", digits(13), "-", hex(64)],
    ["slack-cookie", "xo", "xd-", base62(120)],
    ["telegram-bot-token", digits(10), ":A", "A", url(33)],
    ["telegram-bot-token", digits(8), ":A", "A", url(33)],
    ...["sk_live", "sk_test", "rk_live", "rk_test"].map(
      (head): Parts => ["stripe-secret-key", head, "_", base62(99)],
    ),
    ["stripe-secret-key", "sk_", "live_", base62(24)],
    ["webhook-signing-secret", "wh", "sec_", base62(32)],
    ["square-token", "EA", "AA", url(60)],
    ["square-token", "sq0", "csp-", url(43)],
    ...["at", "ca", "pa", "ss"].map((word): Parts => ["shopify-token", `shp${word}`, "_", hex(32)]),
    ["facebook-access-token", "EA", "AC", base62(180)],
    ["sendgrid-api-key", "S", "G.", url(22), ".", url(43)],
    ["mailgun-api-key", "ke", "y-", hex(32)],
    ["mailchimp-api-key", hex(32), "-u", "s", digits(2)],
    ["twilio-api-key", "S", "K", hex(32)],
    ["linear-api-key", "lin", "_api_", base62(40)],
    ["notion-token", "sec", "ret_", base62(43)],
    ["notion-token", "nt", "n_", digits(11), base62(35)],
    ["figma-token", "fi", "gd_", url(40)],
    ["airtable-token", "pa", "t", base62(14), ".", hex(64)],
    ["posthog-key", "ph", "x_", base62(43)],
    ["jwt", "ey", "J", url(33), ".ey", "J", url(120), ".", url(43)],
    ["jwe", "ey", "J", url(80), ".", ".", url(16), ".", url(400), ".", of(lower, 22)],
    ["jwt", "ey", "J", base64(0), url(20), ".ey", "J", url(40), "."],
  ];
}

function models({ hex, base62, url, of }: Makers): Parts[] {
  const middle = ["T3Blbk", "FJ"].join("");
  return [
    ["openai-api-key", "s", "k-", base62(20), middle, base62(20)],
    ["openai-api-key", "s", "k-", hex(32)],
    ...["proj", "svcacct", "admin"].map(
      (word): Parts => ["openai-api-key", "s", `k-${word}-`, url(74), middle, url(74)],
    ),
    ["anthropic-api-key", "s", "k-ant-", "api03-", url(93), "AA"],
    ["anthropic-api-key", "s", "k-ant-", "oat01-", url(93), "AA"],
    ["openrouter-api-key", "s", "k-or-v1-", hex(64)],
    ["huggingface-token", "h", "f_", base62(34)],
    ["replicate-token", "r", "8_", base62(37)],
    ["groq-api-key", "gs", "k_", base62(52)],
    ["xai-api-key", "xa", "i-", base62(80)],
    ["perplexity-api-key", "pp", "lx-", base62(48)],
    ["cerebras-api-key", "cs", "k-", of(lower + figures, 48)],
    ["nvidia-api-key", "nv", "api-", url(64)],
    ["pinecone-api-key", "pc", "sk_", base62(6), "_", base62(63)],
    ["langsmith-api-key", "ls", "v2_pt_", hex(32), "_", hex(10)],
    ["tavily-api-key", "tv", "ly-dev-", base62(32)],
    ["firecrawl-api-key", "f", "c-", hex(32)],
    ["e2b-api-key", "e2", "b_", hex(40)],
  ];
}

/** Kinds that are recognised by what stands around them. */
function named({ hex, base62, upper, url, base64, digits }: Makers): Example[] {
  const within = (kind: string, before: string, value: string, after: string): Example => ({
    kind,
    value,
    text: before + value + after,
  });
  const sas = base64(43).replaceAll("+", "%2B").replaceAll("/", "%2F");
  const path = `T${upper(10)}/B${upper(10)}/${base62(24)}`;
  return [
    within("aws-secret-access-key", "aws_secret_access_key = ", `${base64(38)}aB`, " "),
    within("aws-secret-access-key", '"SecretAccessKey":"', `${base64(38)}aB`, '"'),
    within("azure-storage-key", "AccountName=a;AccountKey=", `${base64(86)}==`, ";EndpointSuffix=core"),
    within("azure-shared-access-key", "KeyName=a;SharedAccessKey=", `${base64(43)}=`, ";EntityPath=b"),
    within("azure-sas-signature", "https://a.blob.core/b?sv=2024-11-04&sig=", `${sas}%3D`, "&se=2026"),
    within("twilio-auth-token", "TWILIO_AUTH_TOKEN=", hex(32), ""),
    within("npm-auth-token", "//npm.example/:_authToken=", url(40), ""),
    within("slack-webhook", "https://hooks.slack.com/services/", path, ""),
    within("discord-webhook", `https://discord.com/api/webhooks/${digits(18)}/`, url(68), ""),
    ...["postgres", "mysql", "mongodb+srv", "redis", "amqps", "https", "ftp"].map((scheme) =>
      within("url-password", `${scheme}://app:`, base62(12), "@db.example:5432/x"),
    ),
    within("oracle-password", "jdbc:oracle:thin:scott/", base62(12), "@//db.example:1521/x"),
    within("connection-password", "jdbc:mysql://db.example/x?user=a&password=", base62(12), "&ssl=1"),
    within("connection-password", "Server=db;User Id=a;Password=", base62(12), ";"),
    within("connection-password", "host=db user=a password=", base62(12), " dbname=x"),
  ];
}

/** Armoured keys, with line ends as they are and as they are escaped. */
function keys({ base64 }: Makers): Example[] {
  const labels = ["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "PGP "];
  const armoured = labels.flatMap((label) => {
    const name = `${label}PRIVATE ${label === "PGP " ? "KEY BLOCK" : "KEY"}`;
    return ["\n", "\r\n", "\\n"].map((line) => {
      const body = Array.from({ length: 6 }, () => base64(63).replace(/^[+/]/, "M")).join(line);
      return `-----BEGIN ${name}-----${line}${body}=${line}-----END ${name}-----`;
    });
  });
  return armoured.map((value) => ({ kind: "private-key", value, text: value }));
}
