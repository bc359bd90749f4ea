import { type Detector, encodedLength, mixedEnd, variedEnd } from "../detector.ts";

/** Clouds, hosting and infrastructure. */
export const cloudDetectors: readonly Detector[] = [
  {
    kind: "aws-access-key-id",
    starts: ["AKIA", "ASIA", "ABIA", "ACCA"],
    pattern: /A[KSBC][IC]A[A-Z0-9]{16}/y,
  },
  {
    kind: "aws-secret-access-key",
    starts: ["aws", "Aws", "AWS", "secret", "Secret", "SECRET"],
    pattern:
      /(?:aws[_. -]?secret(?:[_. -]?access)?(?:[_. -]?key)?|secret[_. -]?(?:access[_. -]?)?key)["'\\\s:=>]{1,12}([a-z0-9/+]{40})(?![/+=])/iy,
    end: caseMixedEnd,
  },
  {
    kind: "aws-session-token",
    starts: ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
    pattern: /(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9/+]{100,}={0,2}/y,
  },
  {
    kind: "aws-bedrock-api-key",
    starts: ["ABSKQmVkcm9ja0FQSUtleS", "bedrock-api-key-"],
    pattern: /(?:ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{80,}|bedrock-api-key-[A-Za-z0-9+/]{80,})={0,2}/y,
  },
  { kind: "gcp-api-key", starts: ["AIza"], pattern: /AIza[\w-]{35}/y },
  {
    kind: "google-oauth-access-token",
    starts: ["ya29."],
    pattern: /ya29\.(?:[a-z]\.)?[\w-]{20,}/y,
  },
  { kind: "google-oauth-refresh-token", starts: ["1//0"], pattern: /1\/\/0[\w-]{40,}/y },
  { kind: "google-oauth-client-secret", starts: ["GOCSPX-"], pattern: /GOCSPX-[\w-]{28}/y },
  {
    kind: "azure-storage-key",
    starts: ["AccountKey", "accountKey", "accountkey", "account_key", "ACCOUNT_KEY"],
    pattern: /account_?key["'\\\s:=]{1,10}([a-z0-9+/]{86}==)/iy,
  },
  {
    kind: "azure-shared-access-key",
    starts: ["SharedAccessKey=", "sharedAccessKey=", "sharedaccesskey="],
    pattern: /sharedaccesskey=([a-z0-9+/]{43}=)/iy,
  },
  {
    kind: "azure-sas-signature",
    starts: ["sig="],
    pattern: /sig=([A-Za-z0-9+/%]{44,132}=?)/y,
    end: sasEnd,
  },
  {
    kind: "azure-client-secret",
    starts: ["7Q~", "8Q~"],
    back: [3],
    pattern: /[\w~.]{3}[78]Q~[\w~.-]{31,34}/y,
  },
  {
    kind: "digitalocean-token",
    starts: ["dop_v1_", "doo_v1_", "dor_v1_"],
    pattern: /do[por]_v1_[a-f0-9]{64}/y,
  },
  {
    kind: "cloudflare-api-token",
    starts: ["cfk_", "cfut_", "cfat_"],
    pattern: /cf(?:k|ut|at)_[A-Za-z0-9_-]{40,}/y,
    end: mixedEnd,
  },
  { kind: "cloudflare-origin-ca-key", starts: ["v1.0-"], pattern: /v1\.0-[a-f0-9]{24}-[a-f0-9]{146}/y },
  {
    kind: "vercel-token",
    starts: ["vcp_", "vci_", "vca_", "vcr_", "vck_", "vercel_blob_rw_"],
    pattern: /(?:vc[piark]_[\w-]{24,}|vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{24,64})/y,
    end: mixedEnd,
  },
  { kind: "netlify-token", starts: ["nfp_"], pattern: /nfp_[A-Za-z0-9_-]{36,}/y },
  {
    kind: "fly-token",
    starts: ["fm1a_", "fm1r_", "fm2_"],
    pattern: /fm(?:1[ar]|2)_[A-Za-z0-9+/]{60,}={0,3}/y,
  },
  { kind: "fly-access-token", starts: ["fo1_"], pattern: /fo1_[\w-]{43}/y },
  { kind: "heroku-api-key", starts: ["HRKU-"], pattern: /HRKU-[\w-]{36,}/y },
  {
    kind: "supabase-key",
    starts: ["sbp_", "sb_secret_"],
    pattern: /(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,})/y,
    end: mixedEnd,
  },
  {
    kind: "planetscale-token",
    starts: ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
    pattern: /pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}/y,
  },
  { kind: "databricks-token", starts: ["dapi"], pattern: /dapi[a-f0-9]{32}(?:-\d{1,2})?/y },
  {
    kind: "vault-token",
    starts: ["hvs.", "hvb.", "hvr."],
    pattern: /hv[sbr]\.[\w-]{24,}/y,
    end: mixedEnd,
  },
  {
    kind: "terraform-cloud-token",
    starts: [".atlasv1."],
    back: [14],
    pattern: /[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/y,
  },
  { kind: "pulumi-token", starts: ["pul-"], pattern: /pul-[a-f0-9]{40}/y },
  {
    kind: "doppler-token",
    starts: ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
    pattern: /dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}/y,
  },
  {
    kind: "tailscale-key",
    starts: ["tskey-"],
    pattern: /tskey-[a-z]{2,12}-[A-Za-z0-9]{6,24}-[A-Za-z0-9]{20,64}/y,
  },
  {
    kind: "1password-service-token",
    starts: ["ops_eyJ"],
    pattern: /ops_eyJ[A-Za-z0-9+/_-]{200,}={0,2}/y,
  },
];

/** Forty characters are also a SHA-1 in hex; a secret key has letters of both cases. */
function caseMixedEnd(text: string, start: number, end: number): number {
  const secret = text.slice(start, end);
  const mixed = secret !== secret.toLowerCase() && secret !== secret.toUpperCase();
  return mixed ? variedEnd(text, start, end) : start;
}

/** A signature is 43 characters of base64 and a filler, any of them escaped for a URL. */
function sasEnd(text: string, start: number, end: number): number {
  const length = encodedLength(text.slice(start, end), 44);
  const secret = text.slice(start, start + length).toUpperCase();
  return secret.endsWith("=") || secret.endsWith("%3D") ? start + length : start;
}
