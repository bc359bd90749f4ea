import { type Detector, denseEnd, encodedLength, mixedEnd, variedEnd } from "../detector.ts";

/** Chat, mail, money and office services. */
export const serviceDetectors: readonly Detector[] = [
  {
    kind: "slack-token",
    starts: ["xoxa-", "xoxb-", "xoxc-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xoxe.xox"],
    pattern: /xox(?:e\.xox[bp]|[abceoprs])-\d[A-Za-z0-9-]{14,}/y,
  },
  { kind: "slack-app-token", starts: ["xapp-"], pattern: /xapp-\d-[A-Z0-9]{8,14}-\d{8,16}-[a-f0-9]{40,80}/y },
  {
    kind: "slack-cookie",
    starts: ["xoxd-"],
    pattern: /xoxd-[A-Za-z0-9+/=_%-]{40,400}/y,
    end: cookieEnd,
  },
  {
    kind: "slack-webhook",
    starts: ["hooks.slack.com", "hooks.slack-gov.com"],
    pattern:
      /hooks\.slack(?:-gov)?\.com\\?\/(?:services|workflows|triggers)\\?\/([A-Z0-9]{8,14}\\?\/[A-Z0-9]{8,16}\\?\/[A-Za-z0-9]{12,64}(?:\\?\/[A-Za-z0-9]{20,64})?)/y,
  },
  {
    kind: "discord-webhook",
    starts: ["discord.com", "discordapp.com"],
    pattern: /discord(?:app)?\.com\\?\/api\\?\/(?:v\d{1,2}\\?\/)?webhooks\\?\/\d{17,20}\\?\/([\w-]{60,80})/y,
  },
  {
    kind: "telegram-bot-token",
    starts: [":AA"],
    back: [8, 9, 10],
    pattern: /\d{8,10}:AA[\w-]{33}/y,
  },
  {
    kind: "stripe-secret-key",
    starts: ["sk_live_", "sk_test_", "sk_org_", "rk_live_", "rk_test_"],
    pattern: /[sr]k_(?:live|test|org)_(?:(?:live|test)_)?[A-Za-z0-9]{16,}/y,
  },
  { kind: "webhook-signing-secret", starts: ["whsec_"], pattern: /whsec_[A-Za-z0-9+/]{24,88}={0,2}/y },
  {
    kind: "square-token",
    starts: ["EAAA", "sq0atp-", "sq0csp-"],
    pattern: /(?:EAAA[\w-]{60}|sq0atp-[\w-]{22}|sq0csp-[\w-]{43})/y,
    end: denseUnlessNamed,
  },
  {
    kind: "shopify-token",
    starts: ["shpat_", "shpca_", "shppa_", "shpss_"],
    pattern: /shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}/y,
  },
  { kind: "facebook-access-token", starts: ["EAA"], pattern: /EAA[A-Za-z0-9]{100,400}/y, end: denseEnd },
  { kind: "sendgrid-api-key", starts: ["SG."], pattern: /SG\.[\w-]{18,24}\.[\w-]{36,50}/y },
  { kind: "mailgun-api-key", starts: ["key-"], pattern: /(?<![_-])key-[a-f0-9]{32}/y },
  {
    kind: "mailchimp-api-key",
    starts: ["-us"],
    back: [32],
    pattern: /[a-f0-9]{32}-us\d{1,2}/y,
  },
  { kind: "twilio-api-key", starts: ["SK"], pattern: /SK[a-f0-9]{32}/y },
  {
    kind: "twilio-auth-token",
    starts: ["twilio", "Twilio", "TWILIO"],
    pattern: /twilio[_. -]?auth[_. -]?token["'\\\s:=]{1,10}([a-f0-9]{32})/iy,
  },
  {
    kind: "linear-api-key",
    starts: ["lin_api_", "lin_oauth_"],
    pattern: /lin_(?:api_[A-Za-z0-9]{40}|oauth_[a-f0-9]{64})/y,
  },
  {
    kind: "notion-token",
    starts: ["secret_", "ntn_"],
    pattern: /(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{43,50})/y,
    end: mixedEnd,
  },
  { kind: "figma-token", starts: ["figd_", "figo_", "figu_", "figr_"], pattern: /fig[dour]_[\w-]{40,}/y },
  { kind: "airtable-token", starts: ["pat"], pattern: /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/y },
  { kind: "posthog-key", starts: ["phx_"], pattern: /phx_[A-Za-z0-9]{40,64}/y },
];

/** Only the four letters of an access token occur by chance. */
function denseUnlessNamed(text: string, start: number, end: number): number {
  return text.startsWith("EAAA", start) ? denseEnd(text, start, end) : mixedEnd(text, start, end);
}

const cookieCharsMin = 45;

/** Up to an escape that is none of base64. */
function cookieEnd(text: string, start: number, end: number): number {
  const length = encodedLength(text.slice(start, end), end - start);
  return length < cookieCharsMin ? start : variedEnd(text, start, start + length);
}
